// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"

namespace sb {

/// Adds every family that drivers/CMakeLists.txt lists.
void addAllDrivers(DriverRegistry &registry);

} // namespace sb
