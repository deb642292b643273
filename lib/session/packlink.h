// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "bms/plausibility.h"
#include "session/linkstatistics.h"

#include <map>

namespace sb {

/// One pack on a line: its driver, what is known of it and how its link does. A session polls it; everybody
/// else only reads it.
class PackLink
{
public:
    enum class Presence : quint8 {
        Expected, ///< it is there, or its absence is an error
        Sought,   ///< there may be one at its address
    };

    explicit PackLink(std::unique_ptr<Driver> driver, Presence presence = Presence::Expected)
        : m_driver(std::move(driver))
        , m_presence(presence)
    {}

    /// For its description and to make procedures; only the session feeds it.
    [[nodiscard]] Driver &driver() { return *m_driver; }
    [[nodiscard]] const Driver &driver() const { return *m_driver; }
    [[nodiscard]] std::optional<int> address() const { return m_driver->config().address; }
    [[nodiscard]] const TimedState &state() const { return m_state; }
    [[nodiscard]] Condition condition() const { return m_condition; }
    /// Recognised as what the driver is for, and read completely at least once.
    [[nodiscard]] bool isIdentified() const { return m_identified; }
    /// Looked for, and not found so far.
    [[nodiscard]] bool isSought() const { return m_presence == Presence::Sought; }
    /// Monotonic ms of the end of the last good poll.
    [[nodiscard]] std::optional<qint64> lastGood() const { return m_lastGood; }
    [[nodiscard]] LinkStatus linkStatus(qint64 now) { return m_statistics.status(now); }
    /// The last poll (or attempt) was good.
    [[nodiscard]] bool lastPollGood() const { return m_lastPollGood; }

private:
    friend class Session;

    /// What is remembered of a request that is not asked in every poll, or that may be left unanswered.
    struct Memory
    {
        std::optional<qint64> lastAsked;
        int failures = 0; ///< in a row
    };

    std::unique_ptr<Driver> m_driver;
    Presence m_presence;
    TimedState m_state;
    Plausibility m_plausibility;
    LinkStatistics m_statistics;
    std::map<int, Memory> m_memory; ///< by request id
    Update m_update;                ///< of the round in progress
    BatteryState m_knownAs;         ///< identity when it was identified first
    int m_unconfirmed = 0;          ///< rounds in which a returning BMS did not tell its identity
    Condition m_condition = Condition::Connecting;
    bool m_identified = false;
    bool m_greet = false; ///< the link is new: all that is asked at start is asked again
    bool m_lastPollGood = false;
    std::optional<qint64> m_lastGood;
    std::optional<qint64> m_firstFailure; ///< of the present outage
    std::optional<qint64> m_nextTry;      ///< not asked before, while others on the line answer
    Number m_lastCurrent;                 ///< A, kept when measurements are forgotten
};

} // namespace sb
