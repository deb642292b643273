// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"

#include <QJsonObject>
#include <QStringList>

namespace sb {

/// The driver that a vector's id means: "jbd-ble" is driver jbd over Bluetooth. Null: none.
[[nodiscard]] const DriverDescriptor *driverOfVector(const QString &id, const DriverRegistry &drivers);

/// Drives \a driver with the exchanges of one case, whole, byte by byte and in random pieces.
/// \return what is wrong, a line each; empty: passed.
[[nodiscard]] QStringList checkVector(const QJsonObject &vector, const DriverDescriptor &driver);

} // namespace sb
