// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QString>

namespace sb {

/// The bus that a user means: "system", "session", an address, or nothing: the session bus where
/// DBUS_SESSION_BUS_ADDRESS is set, else the system bus, as all programs on Venus OS do.
[[nodiscard]] QString resolvedBus(const QString &bus);

/// What tells this bus from others: its address, without the part that not everybody writes down.
[[nodiscard]] QString busAddress(const QString &bus);

/// A private connection: one service, one connection, since readers know services by their connection. \a
/// name makes it different from every other.
[[nodiscard]] QDBusConnection connectBus(const QString &bus, const QString &name);

/// What went wrong with a connection, in one line that says what to do.
[[nodiscard]] QString busError(const QString &bus, const QDBusError &error);

/// An element of a service name: what is not [A-Za-z0-9_] becomes '_', it never begins with a digit.
[[nodiscard]] QString cleanNameElement(const QString &text);
/// What follows "com.victronenergy.battery." for a pack. \a place: device path, MAC address or interface;
/// \a addressText: of the pack on a shared line, as configured ("0x01"), empty where there is none.
[[nodiscard]] QString serviceSuffix(TransportKind kind, const QString &place,
                                    const QString &addressText = {});
/// The whole name.
[[nodiscard]] QString batteryServiceName(TransportKind kind, const QString &place,
                                         const QString &addressText);

} // namespace sb
