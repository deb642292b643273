// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/chargecounter.h"

#include "control/rounding.h"

namespace sb::control {

namespace {
constexpr qint64 longestGapMs = 60000;
constexpr qint64 emptyAfterS = 60;
constexpr double msPerHour = 3600000;

/// What surely flowed between two readings that lie far apart: nobody saw when it changed.
Number heldAll(const Number &before, const Number &after)
{
    if (!before || !after)
        return {};
    if ((*before < 0) != (*after < 0))
        return 0.0;
    return std::abs(*before) < std::abs(*after) ? before : after;
}

} // namespace

void ChargeCounter::update(const Inputs &inputs, qint64 now)
{
    if (!inputs.capacity || *inputs.capacity <= 0) {
        m_soc.reset();
        m_charge.reset();
        m_last = now;
        return;
    }
    m_capacity = *inputs.capacity;
    if (m_start || !m_charge) {
        const double from = m_start ? *m_start : inputs.bmsSoc.value_or(100);
        m_charge = std::clamp(from, 0.0, 100.0) / 100 * m_capacity;
        m_start.reset();
    } else {
        integrate(inputs, m_capacity, now);
    }
    m_last = now;
    m_gap = false;
    m_lastBmsSoc = inputs.bmsSoc;
    m_lastCurrent = inputs.current;
    detectEmpty(inputs, now);
    m_charge = std::clamp(*m_charge, 0.0, m_capacity);
    m_soc = rounded(*m_charge / m_capacity * 100, 1000);
}

void ChargeCounter::integrate(const Inputs &inputs, double capacity, qint64 now)
{
    const qint64 elapsed = m_last ? now - *m_last : 0;
    if (m_gap && elapsed > longestGapMs) {
        if (m_lastBmsSoc && inputs.bmsSoc)
            *m_charge += (*inputs.bmsSoc - *m_lastBmsSoc) / 100 * capacity;
        return;
    }
    const Number current = elapsed > longestGapMs ? heldAll(m_lastCurrent, inputs.current) : inputs.current;
    if (current)
        *m_charge += *current * static_cast<double>(elapsed) / msPerHour;
}

void ChargeCounter::detectEmpty(const Inputs &inputs, qint64 now)
{
    const bool low = inputs.lowestCell && *inputs.lowestCell <= inputs.emptyCell;
    if (!low) {
        m_emptySince.reset();
        return;
    }
    if (!m_emptySince || !inputs.current || *inputs.current >= 0) {
        m_emptySince = now;
        return;
    }
    const bool alreadyEmpty = std::round(*m_charge / m_capacity * 100) == 0;
    if ((now - *m_emptySince) / 1000 > emptyAfterS && !alreadyEmpty) {
        m_charge = 0;
        m_emptySince.reset();
    }
}

std::optional<qint64> ChargeCounter::emptyFor(qint64 now) const
{
    return m_emptySince ? std::optional<qint64>((now - *m_emptySince) / 1000) : std::nullopt;
}

void ChargeCounter::setFull()
{
    if (m_capacity > 0)
        m_charge = m_capacity; // seen with the next update
}

} // namespace sb::control
