// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/busclient.h"
#include "app/command.h"
#include "app/console.h"
#include "app/controlwords.h"
#include "app/exitcode.h"
#include "app/source.h"

#include <QCoreApplication>

namespace sb {

int controlCommand(const QStringList &arguments, Environment &environment)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("ControlCommand", text); };
    Options options(
        QStringLiteral("command charge|discharge|balancing|heater on|off --port PORT [--yes]\n"
                       "       serialbattery command set-soc PERCENT --port PORT [--yes]\n"
                       "       serialbattery command balance-test odd|even --port PORT [--yes]\n"
                       "       serialbattery command pause MINUTES --port PORT\n"
                       "(or --ble \"ID MAC\" instead of --port PORT)"),
        tr("Switches or sets something in the BMS and reads it back. A battery that a running service\n"
           "holds is reached through the service. \"pause\" makes the service leave the battery alone for\n"
           "so long, for a phone app."));
    options.source();
    options.value(QStringLiteral("bus"), QStringLiteral("BUS"),
                  tr("Bus of the running service: system, session or an address."));
    options.flag(QStringLiteral("yes"), tr("Does it without asking."));
    if (const auto code = options.parse(arguments))
        return *code;
    const QStringList words = options.positional();
    QString error;
    const std::optional<ControlRequest> request = parseControl(words, &error);
    if (!request) {
        console::error(error);
        return WrongUse;
    }
    std::vector<LineConfig> named;
    if (const auto code = lineConfigs(options, environment, named))
        return *code;
    const QString port = named.front().port;
    if (request->control && !options.isSet(QStringLiteral("yes")) &&
        !console::confirm(tr("%1 on %2?").arg(words.join(QLatin1Char(' ')), port))) {
        console::error(tr("nothing was done (--yes goes on without asking)"));
        return Failed;
    }

    const BusCallResult viaService =
        commandThroughService(options.value(QStringLiteral("bus")), port, *request);
    if (viaService.reached) {
        if (!viaService.error.isEmpty())
            console::error(viaService.error);
        return viaService.error.isEmpty() ? Done : Failed;
    }
    if (!request->control) {
        console::error(tr("no running service holds %1: it is free already").arg(port));
        return Failed;
    }
    return withBattery(options, environment, [&](Battery &battery, const std::function<void(int)> &finish) {
        battery.command(*request->control, request->value, [finish](const ProcedureResult &result) {
            if (!result.error.isEmpty())
                console::error(result.error);
            finish(result.ok ? Done : Failed);
        });
    });
}

} // namespace sb
