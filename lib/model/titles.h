// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

#include <QString>

namespace sb {

/// What people read for an alarm, in their language.
[[nodiscard]] QString alarmTitle(AlarmName name);
/// One line that says what the notice means and, where that helps, what to do.
[[nodiscard]] QString noticeTitle(Notice notice);

} // namespace sb
