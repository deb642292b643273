// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/linkstatistics.h"

#include <algorithm>

namespace sb {

void LinkStatistics::goodPoll(qint64 now, double durationMs)
{
    shift(true);
    ++m_status.polls;
    m_status.lastPollMs = durationMs;
    if (m_lastGood)
        m_status.longestGapS =
            std::max(m_status.longestGapS, static_cast<double>(now - *m_lastGood) / 1000.0);
    m_lastGood = now;
}

void LinkStatistics::failedPoll(const QString &error)
{
    shift(false);
    ++m_status.polls;
    ++m_status.errors;
    m_status.lastError = error;
}

void LinkStatistics::reconnected(qint64 now) { m_reconnects.push_back(now); }

LinkStatus LinkStatistics::status(qint64 now)
{
    constexpr qint64 hour = 3600000;
    while (!m_reconnects.empty() && m_reconnects.front() < now - hour)
        m_reconnects.pop_front();
    m_status.reconnectsPerHour = static_cast<double>(m_reconnects.size());
    if (m_recentCount > 0)
        m_status.goodShare = static_cast<double>(m_recent.count()) / m_recentCount;
    if (m_status.rssi)
        m_status.rssiAgeS = static_cast<double>(now - m_heardAt) / 1000.0;
    return m_status;
}

void LinkStatistics::shift(bool good)
{
    m_recent.set(static_cast<size_t>(m_recentAt), good);
    m_recentAt = (m_recentAt + 1) % window;
    m_recentCount = std::min(m_recentCount + 1, window);
}

} // namespace sb
