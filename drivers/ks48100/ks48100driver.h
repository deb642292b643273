// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"

/// KS48100 boards (SNS01 Ho1, Ho2), in packs of PAPool, Bemory, CERRNSS and VoltPolska: what they say is what
/// Daren boards say, around it they differ in the start of frames, the class of device and their patience.
///
/// From another program's source and built replies: no recorded dialogue is known, nor with which start
/// replies come.
namespace sb::ks48100 {

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::ks48100
