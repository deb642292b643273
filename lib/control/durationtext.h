// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace sb::control {

/// A duration by its largest unit and the next smaller one: "1d 1h", "47m 7s", "3h", "0s".
[[nodiscard]] QString durationText(qint64 seconds);

} // namespace sb::control
