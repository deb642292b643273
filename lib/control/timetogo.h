// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

#include <QString>

namespace sb::control {

/// Mean of the current over the last readings.
class AverageCurrent
{
public:
    static constexpr size_t readings = 300;
    void add(double current);
    /// A, two decimals; nothing before the first reading.
    [[nodiscard]] Number value() const;

private:
    std::vector<double> m_ring;
    size_t m_next = 0;
    double m_sum = 0;
};

/// What the energy system wants of the battery; absent without one.
struct EssState
{
    std::optional<int> hub4Mode;
    std::optional<int> state;
    Number minimumSocLimit; ///< %
    Number socLimit;        ///< %
};

/// SoC (%) down to which the pack may be used, as the time to go counts it.
[[nodiscard]] double dischargeTarget(const std::optional<EssState> &ess, double socLowWarning);

/// Which way the SoC goes. \a current and \a average in A; a weak charge in between (a gap in the clouds)
/// does not end a discharge.
[[nodiscard]] bool isCharging(double current, double average);

/// Seconds until \a target (%) is reached with this average current; nothing when it lies behind, is reached,
/// or next to no current flows. \a capacity Ah, \a soc %.
[[nodiscard]] std::optional<qint64> secondsTo(double target, double soc, bool charging, double average,
                                              double capacity);

/// A time to a point as /TimeToSoC shows it: 1 "3600", 2 "1h", 3 "3600 [1h]".
[[nodiscard]] QString timeToSocText(qint64 seconds, int form);

} // namespace sb::control
