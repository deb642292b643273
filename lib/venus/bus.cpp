// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/bus.h"

namespace sb {

QString resolvedBus(const QString &bus)
{
    if (!bus.isEmpty())
        return bus;
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS") ? QStringLiteral("session")
                                                                 : QStringLiteral("system");
}

QDBusConnection connectBus(const QString &bus, const QString &name)
{
    const QString which = resolvedBus(bus);
    if (which == QLatin1String("system"))
        return QDBusConnection::connectToBus(QDBusConnection::SystemBus, name);
    if (which == QLatin1String("session"))
        return QDBusConnection::connectToBus(QDBusConnection::SessionBus, name);
    return QDBusConnection::connectToBus(which, name);
}

QString cleanNameElement(const QString &text)
{
    QString clean;
    for (const QChar c : text) {
        const bool fits = c.unicode() < 128 && (c.isLetterOrNumber() || c == QLatin1Char('_'));
        clean.append(fits ? c : QLatin1Char('_'));
    }
    if (clean.isEmpty() || clean.front().isDigit())
        clean.prepend(QLatin1Char('_'));
    return clean.left(200);
}

QString serialServiceName(const QString &port, const QString &addressText)
{
    const QString device = port.mid(port.lastIndexOf(QLatin1Char('/')) + 1);
    const QString address = addressText.isEmpty() ? QString() : QStringLiteral("__") + addressText;
    return QStringLiteral("com.victronenergy.battery.") + cleanNameElement(device + address);
}

} // namespace sb
