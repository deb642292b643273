// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/connectionmonitor.h"

namespace sb {

void ConnectionMonitor::good(qint64 now)
{
    const LossPhase was = phase(now);
    m_cableRaised = m_cableRaised || was == LossPhase::Cable || was == LossPhase::Gone;
    m_outageStart.reset();
    m_outageFailures = 0;
    if (m_firstError && now - m_lastError > memoryMs) {
        m_firstError.reset();
        m_errorCount = 0;
        m_cableRaised = false;
    }
}

void ConnectionMonitor::failed(qint64 now, const Numbers &lastCells)
{
    if (!m_outageStart) {
        m_outageStart = now;
        // Until the second failure decides, one missed poll changes nothing.
        m_safe = judgeSafe(lastCells);
    }
    ++m_outageFailures;
    if (m_outageFailures == 2)
        m_safe = judgeSafe(lastCells);
    if (!m_firstError)
        m_firstError = now;
    m_lastError = now;
    ++m_errorCount;
}

bool ConnectionMonitor::judgeSafe(const Numbers &cells) const
{
    if (m_rules.blockOnDisconnect || cells.empty())
        return false;
    for (const std::optional<double> &cell : cells) {
        if (!cell || *cell <= m_rules.safeCellMinimum || *cell >= m_rules.safeCellMaximum)
            return false;
    }
    return true;
}

qint64 ConnectionMonitor::goneAfter() const
{
    return m_safe ? m_rules.goneAfterMs : m_rules.goneUnsafeAfterMs;
}

LossPhase ConnectionMonitor::phase(qint64 now) const
{
    if (!m_outageStart)
        return LossPhase::Ok;
    const qint64 lost = now - *m_outageStart;
    if (lost >= goneAfter())
        return LossPhase::Gone;
    if (lost > m_rules.cableAfterMs)
        return LossPhase::Cable;
    if (lost >= m_rules.lostAfterMs)
        return LossPhase::Lost;
    return LossPhase::Stale;
}

bool ConnectionMonitor::mustWithdraw(qint64 now) const
{
    return m_outageStart && now - *m_outageStart >= goneAfter() + m_rules.withdrawAfterMs;
}

AlarmLevel ConnectionMonitor::cableAlarm(qint64 now) const
{
    if (!m_rules.cableAlarm)
        return AlarmLevel::Ok;
    switch (phase(now)) {
    case LossPhase::Gone:
        return AlarmLevel::Alarm;
    case LossPhase::Cable:
        return AlarmLevel::Warning;
    default:
        return m_cableRaised ? AlarmLevel::Warning : AlarmLevel::Ok;
    }
}

std::optional<qint64> ConnectionMonitor::lostFor(qint64 now) const
{
    return m_outageStart ? std::optional<qint64>(now - *m_outageStart) : std::nullopt;
}

ConnectionMonitor::Errors ConnectionMonitor::errors(qint64 now) const
{
    return m_firstError ? Errors{m_errorCount, now - *m_firstError} : Errors{};
}

} // namespace sb
