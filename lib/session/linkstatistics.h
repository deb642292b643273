// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/linkstatus.h"

#include <bitset>
#include <deque>

namespace sb {

/// Counts how a battery's link does. Times are monotonic milliseconds of the caller.
class LinkStatistics
{
public:
    void goodPoll(qint64 now, double durationMs);
    void failedPoll(const QString &error);
    void reconnected(qint64 now);
    /// A radio was heard so strongly at that time.
    void heard(int dBm, qint64 at)
    {
        m_status.rssi = dBm;
        m_heardAt = at;
    }
    void implausible(quint64 total) { m_status.implausible = total; }
    /// \return the figures at \a now; the window of reconnects ends there.
    [[nodiscard]] LinkStatus status(qint64 now);

private:
    static constexpr int window = 100;
    void shift(bool good);

    LinkStatus m_status;
    std::bitset<window> m_recent;
    int m_recentCount = 0;
    int m_recentAt = 0;
    std::optional<qint64> m_lastGood;
    qint64 m_heardAt = 0;
    std::deque<qint64> m_reconnects; ///< of the last hour
};

} // namespace sb
