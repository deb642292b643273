// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/cells.h"

#include <cstddef>

namespace sb {

bool cellsMakeUp(const BatteryState &read, double tolerance, double lowest, double highest)
{
    constexpr size_t oneOddIn = 4;
    if (!read.voltage || *read.voltage <= 0)
        return false;
    double sum = 0;
    double unknown = 0;
    size_t odd = 0;
    for (const Number &cell : read.cellVoltages) {
        if (!cell || *cell < lowest || *cell > highest)
            ++odd;
        if (cell)
            sum += *cell;
        else
            unknown += highest;
    }
    const size_t count = read.cellVoltages.size();
    const double slack = tolerance * *read.voltage;
    return count > 0 && odd <= count / oneOddIn && sum - slack <= *read.voltage &&
           *read.voltage <= sum + unknown + slack;
}

} // namespace sb
