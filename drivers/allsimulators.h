// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb {

/// The simulators of every family that drivers/CMakeLists.txt lists.
[[nodiscard]] std::vector<SimulatorDescriptor> allSimulators();

} // namespace sb
