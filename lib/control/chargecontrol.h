// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/cellguard.h"
#include "control/chargecounter.h"
#include "control/chargevoltage.h"
#include "control/connectionmonitor.h"
#include "control/currentlimit.h"
#include "control/explanation.h"
#include "control/history.h"
#include "control/temperatureguard.h"
#include "control/timetogo.h"

#include <deque>

namespace sb::control {

/// A sensor on the bus whose values replace those of the BMS.
struct ExternalSensor
{
    Number current; ///< A; nothing: invalid now
    Number soc;     ///< %
};

/// What one poll brought.
struct PollInputs
{
    bool ok = true;                         ///< false: the read failed, \a state is not looked at
    const BatteryState *state = nullptr;    ///< as decoded; not null when ok
    qint64 now = 0;                         ///< ms, monotonic
    qint64 wallSecond = 0;                  ///< seconds since 1970
    std::optional<ExternalSensor> external; ///< nothing: no such service
    std::optional<EssState> ess;
};

/// What is kept over a restart.
struct StoredState
{
    std::optional<bool> allowMaxVoltage;
    Count maxVoltageStart; ///< wall seconds; nothing: the absorption timer is off
    Number countedSoc;     ///< %
    Count lastReset;       ///< wall seconds, 0 never
    HistoryValues history;
    bool operator==(const StoredState &) const = default;
};

/// Everything derived from a battery's readings. Unknown is nothing, everywhere.
struct Output
{
    Number cvl; ///< V
    Number ccl; ///< A
    Number dcl; ///< A
    QString chargeMode;
    QString chargeLimitation;
    QString dischargeLimitation;
    bool allowToCharge = false;
    bool allowToDischarge = false;
    Flag allowToBalance;
    Number batteryLowVoltage;    ///< V
    Number maxChargeCellVoltage; ///< V

    Number voltage; ///< V
    Number current; ///< A
    Number power;   ///< W
    Number averageCurrent;
    Number soc; ///< %
    Number capacity;
    Number remaining; ///< Ah
    Number consumed;  ///< Ah, 0 or negative
    // As the BMS says, where SoC comes from somewhere else.
    Number bmsSoc;
    Number bmsRemaining;
    Number bmsConsumed;

    Numbers cells; ///< V
    Number lowestCell;
    Number highestCell;
    std::optional<int> lowestCellId; ///< from 0
    std::optional<int> highestCellId;
    Number cellSum;    ///< V
    Number cellSpread; ///< V
    Number midVoltage;
    Number midDeviation; ///< %
    Flag balancing;

    Numbers temperatures; ///< adjusted, degC
    Number temperature;
    Number lowestTemperature;
    Number highestTemperature;
    std::optional<int> lowestSensor; ///< from 1
    std::optional<int> highestSensor;
    Number mosfetTemperature;

    AlarmSet alarms;
    int state = 0;
    int mode = 3;
    int deviceState = 0x100;
    std::optional<int> errorCode;

    bool online = true;   ///< false: offline, measurements mean nothing
    bool givenUp = false; ///< the service has to show zero limits and go

    std::optional<qint64> timeToGo; ///< s
    /// In the order of the configured points.
    std::vector<std::optional<qint64>> timeToSoc;

    HistoryValues history;                     ///< as published
    std::optional<qint64> sinceLastFullCharge; ///< s

    QString connectionText;
    QString debugText;
    QString debugFloatText;
    QString debugBulkText;
};

/// One battery's charge control. No clock inside: the same readings at the same times give the same output,
/// in the service, in a replay and in a test.
class ChargeControl
{
public:
    explicit ChargeControl(Settings settings);
    ~ChargeControl();
    ChargeControl(const ChargeControl &) = delete;
    ChargeControl &operator=(const ChargeControl &) = delete;

    /// Before the first reading.
    void restore(const StoredState &stored, qint64 now, qint64 wallSecond);
    /// The reading with which the battery was found.
    void connected(const PollInputs &inputs);
    void poll(const PollInputs &inputs);
    /// Time passed without a poll: what depends on time alone is brought up to date.
    void refresh(qint64 now, qint64 wallSecond);

    [[nodiscard]] const Output &output() const { return m_output; }
    [[nodiscard]] const Settings &settings() const { return m_settings; }
    [[nodiscard]] const ConnectionMonitor &connection() const { return m_connection; }
    [[nodiscard]] const ChargeVoltage &chargeVoltage() const { return m_voltage; }
    [[nodiscard]] Explanation explain(qint64 now) const;

    /// The last poll found the battery full: a BMS that can is to be told (AUTO_RESET_SOC).
    [[nodiscard]] bool becameFull() const { return m_becameFull; }
    /// State to keep, when it changed and at most every 15 s; nothing otherwise.
    [[nodiscard]] std::optional<StoredState> takeStored();
    /// The state of this moment, for a shutdown.
    [[nodiscard]] StoredState stored() const;

    void clearHistory(HistoryPart part) { m_history.clear(part); }
    /// The user sets the SoC (%). \return false when it is not counted here: then the BMS is to be told.
    [[nodiscard]] bool setSoc(double soc);

private:
    void readFlow(const PollInputs &inputs);
    [[nodiscard]] Number correctedCurrent(const PollInputs &inputs) const;
    [[nodiscard]] Number clampedByFets(const BatteryState &state, const Number &current);
    void readSoc(const PollInputs &inputs);
    void decideVoltage(const PollInputs &inputs, qint64 second);
    void decideCurrents(const PollInputs &inputs, qint64 second);
    void publish(const PollInputs &inputs);
    void publishLimits(qint64 now);
    void publishLoss(qint64 now);
    void publishCells();
    void publishMidpoint();
    void publishTemperatures();
    void publishCharge(const BatteryState &state);
    void publishAlarms(qint64 now);
    void publishState();
    void publishTimes(const PollInputs &inputs, qint64 second);
    void publishHistory(const PollInputs &inputs, qint64 second);
    void publishDebug(qint64 now, qint64 wallSecond);
    void noteInternalError(qint64 now);
    [[nodiscard]] LimitInputs limitInputs(bool charge) const;
    [[nodiscard]] Number packPerCell() const;
    [[nodiscard]] Numbers watchedCells() const;

    const Settings m_settings;
    ConnectionMonitor m_connection;
    CellGuard m_cells;
    TemperatureGuard m_temperatures;
    ChargeVoltage m_voltage;
    CurrentLimit m_charge;
    CurrentLimit m_discharge;
    ChargeCounter m_counter;
    AverageCurrent m_average;
    History m_history;

    BatteryState m_state; ///< of the last good reading
    std::optional<qint64> m_started;
    std::optional<qint64> m_lastGood;
    bool m_missedSince = false; ///< a read failed after the last good one
    Number m_current;
    Number m_power;
    Number m_soc;
    Number m_bmsSoc;
    std::optional<double> m_adjustedSoc; ///< of a user, until the BMS or counter took it
    Number m_currentBefore;              ///< last reading before a FET opened, while it has not changed
    bool m_contradiction = false;
    bool m_becameFull = false;
    std::optional<qint64> m_nextTimes;
    std::deque<qint64> m_internalErrors;
    qint64 m_nextErrorCheck = 0;
    bool m_tooManyErrors = false;
    StoredState m_lastStored;
    bool m_storedOnce = false;
    std::optional<qint64> m_lastStoredAt;
    Count m_absorptionWall;
    std::optional<qint64> m_absorptionSeen;
    qint64 m_now = 0;
    qint64 m_wallSecond = 0;
    Output m_output;
};

} // namespace sb::control
