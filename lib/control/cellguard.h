// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

namespace sb::control {

/// Cells as control may use them: implausible readings are missing ones, a missing one holds its last value
/// for ten seconds, and after that the pack has no cell data.
class CellGuard
{
public:
    /// \a highest: a cell above it can't be real (V).
    explicit CellGuard(double highest)
        : m_highest(highest)
    {}

    static constexpr qint64 holdMs = 10000;

    void update(const BatteryState &state, qint64 now);

    /// Cells in series; nothing while unknown.
    [[nodiscard]] std::optional<int> count() const { return m_count; }
    /// Readings with held ones in their places; missing ones without value.
    [[nodiscard]] const Numbers &cells() const { return m_cells; }
    [[nodiscard]] Number lowest() const { return m_lowest; }
    [[nodiscard]] Number highest() const { return m_highestCell; }
    /// Index from 0 of the first cell with the lowest / highest value; nothing without a cell list.
    [[nodiscard]] std::optional<int> lowestId() const { return m_lowestId; }
    [[nodiscard]] std::optional<int> highestId() const { return m_highestId; }
    /// Of the cells with a value; nothing without a list.
    [[nodiscard]] Number sum() const { return m_sum; }
    /// Every cell of the list has a value.
    [[nodiscard]] bool isComplete() const { return m_complete; }
    /// The BMS gave cells (or their extremes) at some time.
    [[nodiscard]] bool wasSeen() const { return m_seenList || m_seenExtremes; }
    [[nodiscard]] bool hasList() const { return m_seenList; }
    /// Cell data that this BMS gives are missing for longer than a gap that can be bridged.
    [[nodiscard]] bool isLost() const { return m_lost; }

private:
    struct Held
    {
        double value = 0;
        qint64 at = 0;
        bool known = false;
    };
    [[nodiscard]] bool isPlausible(const Number &value) const;
    /// \return the value to use now, nothing when missing too long.
    [[nodiscard]] static Number bridge(Held &held, const Number &reading, qint64 now);
    void takeList(const Numbers &list, qint64 now);
    void takeExtremes(const BatteryState &state, qint64 now);

    double m_highest;
    std::optional<int> m_count;
    std::vector<Held> m_held;
    Held m_heldLowest;
    Held m_heldHighest;
    Numbers m_cells;
    Number m_lowest;
    Number m_highestCell;
    Number m_sum;
    std::optional<int> m_lowestId;
    std::optional<int> m_highestId;
    bool m_complete = false;
    bool m_seenList = false;
    bool m_seenExtremes = false;
    bool m_lost = false;
};

} // namespace sb::control
