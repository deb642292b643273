// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

namespace sb::control {

/// State of charge from counted current. Times are milliseconds of a monotonic clock.
class ChargeCounter
{
public:
    /// What is needed at one good reading.
    struct Inputs
    {
        Number current;       ///< A
        Number capacity;      ///< Ah, above 0
        Number bmsSoc;        ///< %
        Number lowestCell;    ///< V
        double emptyCell = 0; ///< V: at or below it, while current is drawn, the pack is empty
    };

    /// Of before a restart.
    void restore(double soc) { m_start = soc; }
    void update(const Inputs &inputs, qint64 now);
    /// A read failed: what flowed until the next good one was not seen.
    void interrupted() { m_gap = true; }
    void setFull();
    /// Takes effect with the next update().
    void setSoc(double soc) { m_start = soc; }

    /// %, three decimals; nothing while it can't be counted.
    [[nodiscard]] Number soc() const { return m_soc; }
    /// Ah counted, for debug texts.
    [[nodiscard]] Number charge() const { return m_charge; }
    /// Seconds that the pack looks empty.
    [[nodiscard]] std::optional<qint64> emptyFor(qint64 now) const;

private:
    void integrate(const Inputs &inputs, double capacity, qint64 now);
    void detectEmpty(const Inputs &inputs, qint64 now);

    Number m_start;  ///< %, to begin from at the next update
    Number m_charge; ///< Ah
    Number m_soc;
    Number m_lastBmsSoc;
    Number m_lastCurrent;
    std::optional<qint64> m_last;
    std::optional<qint64> m_emptySince;
    double m_capacity = 0;
    bool m_gap = false;
};

} // namespace sb::control
