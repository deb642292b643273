// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/cellguard.h"

#include <cmath>

namespace sb::control {

bool CellGuard::isPlausible(const Number &value) const
{
    return value && std::isfinite(*value) && *value >= 0 && *value <= m_highest;
}

Number CellGuard::bridge(Held &held, const Number &reading, qint64 now)
{
    if (reading) {
        held = {*reading, now, true};
        return reading;
    }
    if (held.known && now - held.at <= holdMs)
        return held.value;
    return {};
}

void CellGuard::update(const BatteryState &state, qint64 now)
{
    constexpr qint64 mostCells = 512; // more than any pack has; bounds what a broken reading can cost
    if (state.cellCount && *state.cellCount > 0 && *state.cellCount <= mostCells)
        m_count = static_cast<int>(*state.cellCount);
    else if (!state.cellVoltages.empty() && state.cellVoltages.size() <= mostCells)
        m_count = static_cast<int>(state.cellVoltages.size());

    m_seenList = m_seenList || std::any_of(state.cellVoltages.begin(), state.cellVoltages.end(),
                                           [this](const Number &cell) { return isPlausible(cell); });
    m_lowest.reset();
    m_highestCell.reset();
    m_lowestId.reset();
    m_highestId.reset();
    m_sum.reset();
    m_complete = false;
    m_lost = false;
    if (m_seenList)
        takeList(state.cellVoltages, now);
    else
        m_cells.clear();
    takeExtremes(state, now);
}

void CellGuard::takeList(const Numbers &list, qint64 now)
{
    m_held.resize(m_count ? static_cast<size_t>(*m_count) : 0);
    m_cells.assign(m_held.size(), std::nullopt);
    m_complete = !m_cells.empty();
    double sum = 0;
    for (size_t i = 0; i < m_cells.size(); ++i) {
        const Number reading = i < list.size() && isPlausible(list[i]) ? list[i] : Number();
        const Number cell = bridge(m_held[i], reading, now);
        m_cells[i] = cell;
        if (!cell) {
            m_complete = false;
            continue;
        }
        sum += *cell;
        if (!m_lowest || *cell < *m_lowest) {
            m_lowest = cell;
            m_lowestId = static_cast<int>(i);
        }
        if (!m_highestCell || *cell > *m_highestCell) {
            m_highestCell = cell;
            m_highestId = static_cast<int>(i);
        }
    }
    if (m_lowest)
        m_sum = sum;
    m_lost = !m_complete;
}

void CellGuard::takeExtremes(const BatteryState &state, qint64 now)
{
    const Number low = isPlausible(state.minCellVoltage) ? state.minCellVoltage : Number();
    const Number high = isPlausible(state.maxCellVoltage) ? state.maxCellVoltage : Number();
    m_seenExtremes = m_seenExtremes || (low && high);
    if (!m_seenExtremes)
        return;
    const Number lowest = bridge(m_heldLowest, low, now);
    const Number highest = bridge(m_heldHighest, high, now);
    // What the BMS says itself counts before what follows from the list.
    if (lowest)
        m_lowest = lowest;
    if (highest)
        m_highestCell = highest;
    if (!m_seenList)
        m_lost = !lowest || !highest;
}

} // namespace sb::control
