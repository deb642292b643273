// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::ks48100 {

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::ks48100
