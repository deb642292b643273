// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/settings.h"

namespace sb::seplos {

/// The number of a row is its offset in the reply to 47. How they are written is not published.
[[nodiscard]] std::span<const modbus::SettingRow> settingRows();
/// The reply has the counts and the size of this table.
[[nodiscard]] bool holdsSettings(Bytes info);

} // namespace sb::seplos
