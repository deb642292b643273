// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/batterymodel.h"

namespace sb {

/// A battery as lines for people. Unknown values are dashes.
[[nodiscard]] QString batteryText(const BatteryModel &battery);

struct ScreenSize
{
    int columns = 80;
    int rows = 24;
};

/// The live view of one battery, at most \a size large. \a colour: with ANSI colours, each with a sign beside
/// it. \a others: how many batteries there are and which this is, from 0.
[[nodiscard]] QString monitorScreen(const BatteryModel &battery, ScreenSize size, bool colour, int index,
                                    int count);

} // namespace sb
