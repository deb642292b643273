// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/linkstatus.h"

#include <array>

namespace sb {

QLatin1String conditionKey(Condition condition)
{
    static constexpr std::array<const char *, 6> keys = {"connecting", "fresh", "stale",
                                                         "asleep",     "lost",  "paused"};
    return QLatin1String(keys[static_cast<size_t>(condition)]);
}

} // namespace sb
