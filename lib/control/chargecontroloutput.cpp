// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/chargecontrol.h"

#include "control/durationtext.h"
#include "control/rounding.h"

namespace sb::control {

namespace {

/// The higher of two levels; nothing when neither is known.
std::optional<AlarmLevel> worse(std::optional<AlarmLevel> a, std::optional<AlarmLevel> b)
{
    if (!a || !b)
        return a ? a : b;
    return std::max(*a, *b);
}

} // namespace

void ChargeControl::publish(const PollInputs &inputs)
{
    const qint64 second = inputs.now / 1000;
    if (inputs.ok) {
        m_output.voltage = finite(m_state.voltage);
        m_output.current = m_current;
        m_output.power = m_power;
        publishCells();
        publishTemperatures();
        publishCharge(m_state);
        m_output.allowToBalance = m_state.balancerEnabled;
    }
    publishLimits(inputs.now);
    publishLoss(inputs.now);
    publishAlarms(inputs.now);
    publishState();
    if (m_output.current)
        m_average.add(*m_output.current);
    m_output.averageCurrent = m_output.current ? m_average.value() : Number();
    publishTimes(inputs, second);
    publishHistory(inputs, second);
    if (m_settings.debugTexts)
        publishDebug(inputs.now, inputs.wallSecond);
}

void ChargeControl::publishLimits(qint64 now)
{
    Q_UNUSED(now)
    if (!m_cells.count() || !m_voltage.cvl()) {
        m_output.allowToCharge = false;
        m_output.allowToDischarge = false;
        return;
    }
    m_output.cvl = m_voltage.cvl();
    m_output.chargeMode = m_voltage.modeText();
    m_output.batteryLowVoltage = m_voltage.minimumVoltage();
    m_output.maxChargeCellVoltage = m_voltage.maximumCellVoltage();
    m_output.ccl = m_charge.value();
    m_output.dcl = m_discharge.value();
    m_output.chargeLimitation = m_charge.reason();
    m_output.dischargeLimitation = m_discharge.reason();
    m_output.allowToCharge = m_state.chargeAllowed.value_or(true) && m_output.ccl && *m_output.ccl != 0;
    m_output.allowToDischarge = m_state.dischargeAllowed.value_or(true) && m_output.dcl && *m_output.dcl != 0;
}

void ChargeControl::publishLoss(qint64 now)
{
    const LossPhase phase = m_connection.phase(now);
    m_output.online = phase < LossPhase::Lost;
    m_output.givenUp = phase == LossPhase::Gone;
    const auto lostMs = m_connection.lostFor(now);
    if (!lostMs) {
        const ConnectionMonitor::Errors errors = m_connection.errors(now);
        m_output.connectionText = QStringLiteral("Connected");
        if (errors.count > 0)
            m_output.connectionText += QStringLiteral(" (%1 errors in the last %2)")
                                           .arg(errors.count)
                                           .arg(durationText(errors.sinceMs / 1000));
        return;
    }
    const qint64 threshold = m_connection.goneAfter() / 1000;
    const qint64 lost = *lostMs / 1000;
    m_output.connectionText =
        QStringLiteral("Lost for: %1 | Disconnect in: %2 | Threshold: %3")
            .arg(durationText(lost), durationText(std::max<qint64>(threshold - lost, 0)),
                 durationText(threshold));
    if (m_output.online)
        return;

    // Nobody watches the pack any more: what was measured is unknown, and limits shrink to what is safe
    // blind.
    Output &o = m_output;
    for (Number *value : {&o.voltage, &o.current, &o.power, &o.lowestCell, &o.highestCell, &o.cellSum,
                          &o.cellSpread, &o.midVoltage, &o.midDeviation, &o.temperature, &o.lowestTemperature,
                          &o.highestTemperature, &o.mosfetTemperature})
        value->reset();
    std::fill(o.cells.begin(), o.cells.end(), std::nullopt);
    std::fill(o.temperatures.begin(), o.temperatures.end(), std::nullopt);
    o.lowestCellId.reset();
    o.highestCellId.reset();
    o.lowestSensor.reset();
    o.highestSensor.reset();
    o.balancing.reset();
    o.timeToGo.reset();
    std::fill(o.timeToSoc.begin(), o.timeToSoc.end(), std::nullopt);
    m_nextTimes.reset();
    if (!o.cvl)
        return;
    o.cvl = m_voltage.cvlUnwatched();
    bool blockCharge = m_settings.blockOnDisconnect;
    bool blockDischarge = m_settings.blockOnDisconnect;
    const Numbers cells = watchedCells();
    if (cells.empty())
        blockCharge = blockDischarge = true;
    for (const Number &cell : cells) {
        blockCharge = blockCharge || !cell || *cell >= m_settings.safeCellMaximum;
        blockDischarge = blockDischarge || !cell || *cell <= m_settings.safeCellMinimum;
    }
    if (blockCharge) {
        o.ccl = 0;
        o.allowToCharge = false;
        o.chargeLimitation = QStringLiteral("BMS connection lost");
    }
    if (blockDischarge) {
        o.dcl = 0;
        o.allowToDischarge = false;
        o.dischargeLimitation = QStringLiteral("BMS connection lost");
    }
}

void ChargeControl::publishCells()
{
    m_output.cells = m_cells.cells();
    m_output.lowestCell = m_cells.lowest();
    m_output.highestCell = m_cells.highest();
    m_output.lowestCellId = m_cells.lowestId();
    m_output.highestCellId = m_cells.highestId();
    m_output.cellSum = m_cells.isComplete() ? rounded(m_cells.sum(), 100) : Number();
    m_output.cellSpread.reset();
    if (m_output.lowestCell && m_output.highestCell)
        m_output.cellSpread = rounded(*m_output.highestCell - *m_output.lowestCell, 1000);
    m_output.balancing = m_state.balancing;
    if (!m_output.balancing && !m_state.cellBalancing.empty())
        m_output.balancing = std::find(m_state.cellBalancing.begin(), m_state.cellBalancing.end(), true) !=
                             m_state.cellBalancing.end();
    if (m_settings.midpoint)
        publishMidpoint();
}

void ChargeControl::publishMidpoint()
{
    m_output.midVoltage.reset();
    m_output.midDeviation.reset();
    const Numbers &cells = m_cells.cells();
    const size_t n = cells.size();
    if (n < 4 || !m_cells.isComplete())
        return;
    double lower = 0;
    double upper = 0;
    for (size_t i = 0; i < n / 2; ++i) {
        lower += *cells[i];
        upper += *cells[n - 1 - i];
    }
    if (lower + upper <= 0)
        return;
    const double middle = n % 2 ? *cells[n / 2] / 2 : 0;
    m_output.midVoltage = rounded(lower + middle, 1000);
    m_output.midDeviation = rounded(std::abs(upper - lower) / (lower + upper) * 100, 10000);
}

void ChargeControl::publishTemperatures()
{
    m_output.temperatures = m_temperatures.sensors();
    m_output.temperature = m_temperatures.mean();
    m_output.lowestTemperature = m_temperatures.lowest();
    m_output.highestTemperature = m_temperatures.highest();
    m_output.lowestSensor = m_temperatures.lowestSensor();
    m_output.highestSensor = m_temperatures.highestSensor();
    m_output.mosfetTemperature = m_temperatures.mosfet();
}

void ChargeControl::publishCharge(const BatteryState &state)
{
    const Number capacity = finite(state.capacityAh) && *state.capacityAh > 0 ? state.capacityAh : Number();
    const Number bmsRemaining = finite(state.remainingAh);
    const auto share = [&capacity](const Number &soc) {
        return capacity && soc ? Number(*capacity * *soc / 100) : Number();
    };
    const auto consumed = [&capacity](const Number &remaining) {
        return capacity && remaining ? Number(-std::abs(*capacity - *remaining)) : Number();
    };
    const bool counted = m_settings.countSoc && m_counter.soc();
    m_output.soc = rounded(m_soc, 100);
    m_output.capacity = capacity;
    m_output.remaining = counted ? share(m_counter.soc()) : bmsRemaining ? bmsRemaining : share(m_soc);
    m_output.consumed = consumed(m_output.remaining);
    if (m_settings.countSoc || m_settings.externalSoc) {
        m_output.bmsSoc = m_bmsSoc;
        m_output.bmsRemaining = bmsRemaining ? bmsRemaining : share(m_bmsSoc);
        m_output.bmsConsumed = consumed(m_output.bmsRemaining);
    }
}

void ChargeControl::publishAlarms(qint64 now)
{
    AlarmSet alarms = m_state.alarms;
    if (m_voltage.masksHighVoltage(now / 1000)) {
        for (const AlarmName name : {AlarmName::HighVoltage, AlarmName::HighCellVoltage}) {
            if (alarms.level(name) != AlarmLevel::Alarm)
                alarms.set(name, AlarmLevel::Ok);
        }
    }
    alarms.set(AlarmName::StateOfHealth, std::nullopt);
    const bool farTooLow = m_cells.lowest() && *m_cells.lowest() < m_settings.minCellVoltage / 2;
    if (m_contradiction || farTooLow || m_cells.isLost() || m_temperatures.isLost() ||
        m_temperatures.isMosfetLost())
        alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    alarms.set(AlarmName::BmsCable, m_connection.cableAlarm(now));
    m_output.alarms = alarms;
}

void ChargeControl::publishTimes(const PollInputs &inputs, qint64 second)
{
    if (!m_output.online || (m_nextTimes && second < *m_nextTimes))
        return;
    if (!m_output.capacity || !m_output.averageCurrent || !m_output.current)
        return;
    m_nextTimes = second + m_settings.timeToSocEveryS;
    const bool charging = isCharging(*m_output.current, *m_output.averageCurrent);
    const auto to = [this, charging](double target) -> std::optional<qint64> {
        if (!m_soc)
            return {};
        return secondsTo(target, *m_soc, charging, *m_output.averageCurrent, *m_output.capacity);
    };
    if (m_settings.timeToGo)
        m_output.timeToGo =
            to(*m_output.averageCurrent < 0 ? dischargeTarget(inputs.ess, m_settings.socLowWarning) : 100.0);
    for (size_t i = 0; i < m_settings.timeToSocPoints.size(); ++i)
        m_output.timeToSoc[i] = to(m_settings.timeToSocPoints[i]);
}

void ChargeControl::publishHistory(const PollInputs &inputs, qint64 second)
{
    if (!m_settings.history)
        return;
    m_output.history = m_history.values();
    const Count full = m_output.history.lastFullCharge;
    m_output.sinceLastFullCharge =
        full && *full <= inputs.wallSecond ? std::optional<qint64>(inputs.wallSecond - *full) : std::nullopt;

    History::Sample sample;
    sample.soc = m_output.soc;
    sample.capacity = m_output.capacity;
    sample.consumed = m_output.consumed ? Number(-*m_output.consumed) : Number();
    sample.averageCurrent = m_output.averageCurrent;
    sample.voltage = m_output.voltage;
    sample.lowestCell = m_output.lowestCell;
    sample.highestCell = m_output.highestCell;
    sample.lowestTemperature = m_output.lowestTemperature;
    sample.highestTemperature = m_output.highestTemperature;
    sample.bmsCycles = m_state.cycles;
    if (m_output.capacity && m_cells.count())
        sample.cycleEnergy = m_settings.floatCellVoltage * *m_cells.count() * *m_output.capacity / 1000;
    const auto level = [this](AlarmName name) { return m_state.alarms.level(name); };
    sample.highVoltageIntended = m_voltage.masksHighVoltage(second);
    sample.lowVoltage = worse(level(AlarmName::LowVoltage), level(AlarmName::LowCellVoltage));
    sample.highVoltage = worse(level(AlarmName::HighVoltage), level(AlarmName::HighCellVoltage));
    m_history.sample(sample, second);
}

} // namespace sb::control
