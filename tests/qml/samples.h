// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/batterymodel.h"

#include <memory>

/// Batteries as they are met, for pictures and tests of the window.
namespace samples {

using Battery = std::unique_ptr<sb::BatteryModel>;

/// 16 LFP cells, discharging, two of them balancing.
[[nodiscard]] Battery discharging();
/// 32 cells, charging, full set of sensors.
[[nodiscard]] Battery large();
/// A BMS that tells little: no cells, no temperature, no alarms.
[[nodiscard]] Battery scarce();
/// Was there, does not answer any more.
[[nodiscard]] Battery lost();
/// Several alarms, a notice, blocked charge and discharge.
[[nodiscard]] Battery alarmed();
/// Nothing read yet.
[[nodiscard]] Battery connecting();
/// Four cells, resting, with a name that the user gave.
[[nodiscard]] Battery small(const QString &name, double soc);

} // namespace samples
