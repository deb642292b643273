// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/settings.h"

namespace sb::daly_ble {

/// The settings, with the numbers that they have in D2.
[[nodiscard]] std::span<const modbus::SettingRow> settingRows();

} // namespace sb::daly_ble
