// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

namespace sb {

/// True where the cells can be those of a pack with this voltage: their sum is within \a tolerance (a share)
/// of it, and each lies within \a lowest and \a highest, in V. A cell in four need not, of four or more: a
/// pack with a dead cell or a broken sense wire is to be recognised above all. What an unknown cell has is
/// anything up to \a highest.
[[nodiscard]] bool cellsMakeUp(const BatteryState &read, double tolerance, double lowest = 1.0,
                               double highest = 4.5);

} // namespace sb
