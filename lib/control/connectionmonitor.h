// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

namespace sb {

/// How far the loss of a BMS has gone; each phase withdraws more.
enum class LossPhase : quint8 {
    Ok,    ///< the last poll was good
    Stale, ///< polls fail; nothing is withdrawn yet
    Lost,  ///< measurements mean nothing any more
    Cable, ///< worth a warning to the user
    Gone,  ///< given up: alarm, no current allowed, and soon no service
};

struct LossRules
{
    qint64 lostAfterMs = 10000; ///< Bluetooth links need 30000: they take that long to come back
    qint64 cableAfterMs = 60000;
    qint64 goneAfterMs = 30 * 60000;  ///< while the cells were inside the safe window
    qint64 goneUnsafeAfterMs = 60000; ///< otherwise
    qint64 withdrawAfterMs = 7000;    ///< Gone is shown so long (two rounds of DVCC) before the service goes
    bool blockOnDisconnect = false;   ///< no safe window: give up after goneUnsafeAfterMs
    double safeCellMinimum = 3.225;   ///< V; every cell above it ...
    double safeCellMaximum = 3.375;   ///< V; ... and below it: the pack may go on unseen for a while
    bool cableAlarm = true;
};

/// Decides from good and failed polls what a silent BMS means. No clock inside: times are monotonic
/// milliseconds. An outage begins with the first failed poll after a good one and ends with the next good
/// one, so scattered single failures never add up to a loss.
class ConnectionMonitor
{
public:
    explicit ConnectionMonitor(LossRules rules = {})
        : m_rules(rules)
    {}

    void good(qint64 now);
    /// \a lastCells: what was last known of the cells; it decides, at the second failure, whether the pack is
    /// safe.
    void failed(qint64 now, const Numbers &lastCells);

    [[nodiscard]] LossPhase phase(qint64 now) const;
    /// The service has to leave the bus now.
    [[nodiscard]] bool mustWithdraw(qint64 now) const;
    /// Level of the BmsCable alarm; it outlasts the outage until a minute passed without a failure.
    [[nodiscard]] AlarmLevel cableAlarm(qint64 now) const;
    /// Milliseconds since the first failure of the present outage; nothing while all is well.
    [[nodiscard]] std::optional<qint64> lostFor(qint64 now) const;
    /// Length of an outage after which the pack is given up.
    [[nodiscard]] qint64 goneAfter() const;
    [[nodiscard]] bool isSafe() const { return m_safe; }

    /// Failures that are still remembered: a minute without one forgets them.
    struct Errors
    {
        int count = 0;
        qint64 sinceMs = 0; ///< milliseconds since the first of them
    };
    [[nodiscard]] Errors errors(qint64 now) const;

private:
    static constexpr qint64 memoryMs = 60000;
    [[nodiscard]] bool judgeSafe(const Numbers &cells) const;

    LossRules m_rules;
    std::optional<qint64> m_outageStart;
    int m_outageFailures = 0;
    bool m_safe = false;
    bool m_cableRaised = false; ///< the alarm was reached in the outage that ended
    std::optional<qint64> m_firstError;
    qint64 m_lastError = 0;
    int m_errorCount = 0;
};

} // namespace sb
