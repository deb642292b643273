// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/busclient.h"
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"

#include <QCoreApplication>

namespace sb {

int statusCommand(const QStringList &arguments, Environment &)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("StatusCommand", text); };
    Options options(
        QStringLiteral("status [--bus BUS] [--json]"),
        tr("Prints the batteries on the bus: ours with all they know, others with what their items give."));
    options.value(QStringLiteral("bus"), QStringLiteral("BUS"), tr("system, session or an address."));
    options.flag(QStringLiteral("json"), tr("Prints one JSON document."));
    if (const auto code = options.parse(arguments))
        return *code;
    QString error;
    const auto batteries = batteriesOnBus(options.value(QStringLiteral("bus")), &error);
    if (!batteries) {
        console::error(error);
        return Unusable;
    }
    if (options.isSet(QStringLiteral("json"))) {
        console::json(*batteries);
        return Done;
    }
    if (batteries->isEmpty())
        console::line(tr("no battery on this bus"));
    for (const QJsonValue &value : *batteries) {
        const QJsonObject battery = value.toObject();
        const auto number = [&](const char *key, int decimals, const char *unit) {
            const QJsonValue v = battery.value(QLatin1String(key));
            const QString text =
                v.isDouble() ? QString::number(v.toDouble(), 'f', decimals) : QStringLiteral("-");
            return QString(text + QLatin1Char(' ') + QLatin1String(unit));
        };
        console::line(QStringLiteral("%1  %2").arg(battery.value(QLatin1String("service")).toString(),
                                                   battery.value(QLatin1String("connection")).toString()));
        console::line(QStringLiteral("    %1  %2  %3  %4")
                          .arg(number("voltage", 2, "V"), number("current", 2, "A"), number("soc", 0, "%"),
                               battery.value(QLatin1String("state")).toString()));
    }
    return Done;
}

} // namespace sb
