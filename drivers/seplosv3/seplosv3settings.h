// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/settings.h"

namespace sb::seplosv3 {

/// The settings that the board keeps from register 1300 on.
[[nodiscard]] std::span<const modbus::SettingRow> settingRows();

} // namespace sb::seplosv3
