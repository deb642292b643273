// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QString>

namespace sb {

/// The bus that a user means: "system", "session", an address, or nothing: the session bus where
/// DBUS_SESSION_BUS_ADDRESS is set, else the system bus, as all programs on Venus OS do.
[[nodiscard]] QString resolvedBus(const QString &bus);

/// A private connection: one service, one connection, since readers know services by their connection. \a
/// name makes it different from every other.
[[nodiscard]] QDBusConnection connectBus(const QString &bus, const QString &name);

/// The elements of a service name: what is not [A-Za-z0-9_] becomes '_', none begins with a digit.
[[nodiscard]] QString cleanNameElement(const QString &text);
/// "com.victronenergy.battery." and the suffix of a pack on a serial line.
[[nodiscard]] QString serialServiceName(const QString &port, const QString &addressText);

} // namespace sb
