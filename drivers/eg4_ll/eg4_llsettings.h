// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/settings.h"

namespace sb::eg4_ll {

/// The settings from register 45 on. Writing them is not documented: they can only be read.
[[nodiscard]] std::span<const modbus::SettingRow> settingRows();

} // namespace sb::eg4_ll
