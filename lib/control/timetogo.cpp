// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/timetogo.h"

#include "control/durationtext.h"
#include "control/rounding.h"

namespace sb::control {

void AverageCurrent::add(double current)
{
    if (m_ring.size() < readings) {
        m_ring.push_back(current);
        m_sum += current;
        return;
    }
    m_sum += current - m_ring[m_next];
    m_ring[m_next] = current;
    m_next = (m_next + 1) % readings;
    // Summed anew once per round, so that rounding errors can't pile up over months.
    if (m_next == 0) {
        m_sum = 0;
        for (const double value : m_ring)
            m_sum += value;
    }
}

Number AverageCurrent::value() const
{
    if (m_ring.empty())
        return {};
    return rounded(m_sum / static_cast<double>(m_ring.size()), 100);
}

double dischargeTarget(const std::optional<EssState> &ess, double socLowWarning)
{
    constexpr int optimised = 1;
    constexpr int keepCharged = 9;
    if (!ess || ess->hub4Mode != optimised || !ess->state || *ess->state == keepCharged)
        return socLowWarning;
    const bool withoutBatteryLife = *ess->state >= 10 && *ess->state <= 12;
    return (withoutBatteryLife ? ess->minimumSocLimit : ess->socLimit).value_or(socLowWarning);
}

bool isCharging(double current, double average)
{
    constexpr double weak = 0.25;
    return current > 0 && !(average < 0 && current < -average * weak);
}

std::optional<qint64> secondsTo(double target, double soc, bool charging, double average, double capacity)
{
    constexpr double atRest = 0.1; // A
    if (std::abs(average) <= atRest || capacity <= 0)
        return {};
    const double distance = charging ? target - soc : soc - target;
    if (distance <= 0)
        return {};
    const double perSecond = std::abs(average) / capacity * 100 / 3600;
    return static_cast<qint64>(distance / perSecond);
}

QString timeToSocText(qint64 seconds, int form)
{
    const QString number = QString::number(seconds);
    if (form == 2)
        return durationText(seconds);
    if (form == 3)
        return number + QStringLiteral(" [") + durationText(seconds) + QLatin1Char(']');
    return number;
}

} // namespace sb::control
