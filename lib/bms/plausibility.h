// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/timedstate.h"

#include <span>

namespace sb {

/// One line of the table of limits. docs/plausibility.md is this table, and a test holds the two together.
struct PlausibilityLimit
{
    Field field;
    double minimum;
    double maximum;
    double
        maximumStep; ///< largest change between two readings that are no more than stepWindowMs apart; 0: any
    const char *reason;
};

[[nodiscard]] std::span<const PlausibilityLimit> plausibilityLimits();
inline constexpr qint64 stepWindowMs = 10000;
/// So many implausible readings of one field in a row are an event; a step that lasts so long is the new
/// truth.
inline constexpr int implausibleInARow = 3;

/// A reading that was dropped.
struct ImplausibleReading
{
    Field field;
    int index = -1; ///< of a list, from 0
    double value = 0;
    bool step = false;  ///< inside its limits, but too far from the last reading
    bool event = false; ///< the third in a row: worth a line in the log
};

/// Drops values that no battery can have, although their checksum was right: a cell at 60 V, SoC of 254 %. A
/// value inside the limits that jumps further than a battery can is dropped too, until it was seen three
/// times in a row.
class Plausibility
{
public:
    /// Removes implausible values from \a update (an element of a list becomes missing). \a before is what
    /// was believed until now. \return what was dropped; valid until the next call.
    const std::vector<ImplausibleReading> &check(BatteryState &update, const TimedState &before, qint64 now);
    /// While true, steps are believed at once: somebody commanded one.
    void allowSteps(bool allow) { m_stepsAllowed = allow; }
    [[nodiscard]] quint64 dropped() const { return m_dropped; }
    void reset();

private:
    static constexpr size_t maxElements = 64;
    struct Streak
    {
        quint8 count = 0;
        double value = 0;
        Number believed;  ///< the last good value before the streak: in a list it is lost with its element
        qint64 since = 0; ///< when the streak began
    };
    /// True where \a value may pass.
    bool judge(const PlausibilityLimit &limit, int index, double value, std::optional<double> previous,
               qint64 now, Streak &streak);

    std::vector<ImplausibleReading> m_found;
    std::array<Streak, fieldCount> m_scalar{};
    std::array<std::array<Streak, maxElements>, 2> m_lists{}; ///< cell voltages, temperatures
    quint64 m_dropped = 0;
    bool m_stepsAllowed = false;
};

} // namespace sb
