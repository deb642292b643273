// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"

#include <QJsonObject>

namespace sb {

struct VectorVerdict
{
    QStringList faults;      ///< "field: expected X, got Y"; empty: passed
    QStringList notCompared; ///< fields of `expect` that are not on the list of comparable ones
};

/// Drives the driver with the exchanges of the case and compares what it read with what the case expects.
[[nodiscard]] VectorVerdict checkVector(const DriverDescriptor &descriptor, const QJsonObject &vector);

} // namespace sb
