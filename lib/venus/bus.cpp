// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/bus.h"

#include <QCoreApplication>

namespace sb {

QString resolvedBus(const QString &bus)
{
    if (!bus.isEmpty())
        return bus;
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS") ? QStringLiteral("session")
                                                                 : QStringLiteral("system");
}

QString busAddress(const QString &bus)
{
    QString address = resolvedBus(bus);
    if (address == QLatin1String("session") && qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS"))
        address = qEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS");
    // Servers print their address with the identity behind it; users leave that out.
    const qsizetype guid = address.indexOf(QLatin1String(",guid="));
    return guid < 0 ? address : address.left(guid);
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

QString busError(const QString &bus, const QDBusError &error)
{
    const QString reason = error.message().simplified();
    return QCoreApplication::translate("Bus", "D-Bus %1: %2; start the daemon or name another bus with --bus")
        .arg(busAddress(bus),
             reason.isEmpty() ? QCoreApplication::translate("Bus", "no connection") : reason);
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

QString serviceSuffix(TransportKind kind, const QString &place, const QString &addressText)
{
    const QString address = addressText.isEmpty() ? QString() : QStringLiteral("__") + addressText;
    switch (kind) {
    case TransportKind::Bluetooth:
        return cleanNameElement(QStringLiteral("ble_") + place.toLower().remove(QLatin1Char(':')));
    case TransportKind::Mqtt:
        return QStringLiteral("mqtt_0"); // there is only one
    case TransportKind::Serial:
    case TransportKind::Can:
        break;
    }
    const QString device = place.mid(place.lastIndexOf(QLatin1Char('/')) + 1);
    return cleanNameElement(device + address);
}

QString batteryServiceName(TransportKind kind, const QString &place, const QString &addressText)
{
    return QStringLiteral("com.victronenergy.battery.") + serviceSuffix(kind, place, addressText);
}

} // namespace sb
