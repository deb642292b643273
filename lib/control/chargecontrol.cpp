// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/chargecontrol.h"

#include "control/rounding.h"

namespace sb::control {

namespace {

constexpr double msPerHour = 3600000;
constexpr qint64 longestGapMs = 60000;
constexpr double contradictionAmperes = 2;
constexpr size_t tooManyErrors = 180;
constexpr qint64 errorMemoryMs = 3 * 3600000;
constexpr qint64 errorCheckMs = 3600000;
constexpr qint64 storeEveryMs = 15000;

LossRules lossRules(const Settings &settings)
{
    LossRules rules;
    rules.lostAfterMs = settings.offlineAfterS * 1000LL;
    rules.goneAfterMs = settings.blockTimeoutMinutes * 60000LL;
    rules.blockOnDisconnect = settings.blockOnDisconnect;
    rules.safeCellMinimum = settings.safeCellMinimum;
    rules.safeCellMaximum = settings.safeCellMaximum;
    rules.cableAlarm = settings.cableAlarm;
    return rules;
}

/// A little outside its range a percentage is rounding of the BMS; far outside it is no percentage.
Number percentage(const Number &value)
{
    constexpr double slack = 5;
    if (!value || !std::isfinite(*value) || *value < -slack || *value > 100 + slack)
        return {};
    return std::clamp(*value, 0.0, 100.0);
}

Number notNegative(const Number &value) { return finite(value) ? Number(std::max(0.0, *value)) : Number(); }

} // namespace

ChargeControl::ChargeControl(Settings settings)
    : m_settings(std::move(settings))
    , m_connection(lossRules(m_settings))
    , m_cells(2 * m_settings.maxCellVoltage)
    , m_temperatures(m_settings)
    , m_voltage(m_settings)
    , m_charge(m_settings, CurrentLimit::Direction::Charge)
    , m_discharge(m_settings, CurrentLimit::Direction::Discharge)
{
    m_output.timeToSoc.resize(m_settings.timeToSocPoints.size());
}

ChargeControl::~ChargeControl() = default;

void ChargeControl::restore(const StoredState &stored, qint64 now, qint64 wallSecond)
{
    std::optional<qint64> absorptionFor;
    if (stored.maxVoltageStart && *stored.maxVoltageStart <= wallSecond)
        absorptionFor = wallSecond - *stored.maxVoltageStart;
    m_voltage.restore(stored.allowMaxVoltage.value_or(true), absorptionFor, stored.lastReset.value_or(0),
                      now / 1000);
    m_absorptionSeen = m_voltage.absorptionStart();
    m_absorptionWall = m_absorptionSeen ? stored.maxVoltageStart : Count();
    if (const Number soc = percentage(stored.countedSoc))
        m_counter.restore(*soc);
    m_history.restore(stored.history);
}

void ChargeControl::connected(const PollInputs &inputs)
{
    m_started = inputs.now;
    m_connection.good(inputs.now);
    m_state = *inputs.state;
    m_cells.update(m_state, inputs.now);
    m_temperatures.update(m_state, inputs.now);
    readFlow(inputs);
    readSoc(inputs);
}

void ChargeControl::poll(const PollInputs &inputs)
{
    const qint64 second = inputs.now / 1000;
    if (!m_started)
        m_started = inputs.now;
    m_now = inputs.now;
    m_wallSecond = inputs.wallSecond;
    m_becameFull = false;
    if (inputs.ok) {
        m_connection.good(inputs.now);
        m_state = *inputs.state;
        m_cells.update(m_state, inputs.now);
        m_temperatures.update(m_state, inputs.now);
        readFlow(inputs);
        readSoc(inputs);
        if (m_cells.count()) {
            decideVoltage(inputs, second);
            decideCurrents(inputs, second);
        }
    } else {
        m_connection.failed(inputs.now, watchedCells());
        m_counter.interrupted();
        m_missedSince = true;
    }
    publish(inputs);
}

void ChargeControl::refresh(qint64 now, qint64 wallSecond)
{
    m_now = now;
    m_wallSecond = wallSecond;
    publishLimits(now);
    publishLoss(now);
    publishAlarms(now);
    publishState();
}

Number ChargeControl::correctedCurrent(const PollInputs &inputs) const
{
    if (inputs.external && finite(inputs.external->current))
        return rounded(*inputs.external->current, 1000);
    const Number current = finite(m_state.current);
    if (!current || m_settings.currentCorrection.isEmpty())
        return current;
    return rounded(m_settings.currentCorrection.at(*current), 1000);
}

Number ChargeControl::clampedByFets(const BatteryState &state, const Number &current)
{
    m_contradiction = false;
    const bool open = state.chargeAllowed == false || state.dischargeAllowed == false;
    if (!open || !current) {
        m_currentBefore = current;
        return current;
    }
    if (current != m_currentBefore)
        m_currentBefore.reset();
    double clamped = *current;
    if (state.dischargeAllowed == false)
        clamped = std::max(clamped, 0.0);
    if (state.chargeAllowed == false)
        clamped = std::min(clamped, 0.0);
    // Small currents against an open FET are noise of the measurement, and one that has not changed since it
    // opened was measured before. Anything else is real, and something is wrong.
    if (std::abs(*current - clamped) > contradictionAmperes && !m_currentBefore) {
        m_contradiction = true;
        return current;
    }
    return clamped;
}

void ChargeControl::readFlow(const PollInputs &inputs)
{
    const Number current = clampedByFets(m_state, correctedCurrent(inputs));
    const Number voltage = finite(m_state.voltage);
    const qint64 elapsed = m_lastGood ? inputs.now - *m_lastGood : 0;
    if (!(m_missedSince && elapsed > longestGapMs)) {
        const double hours = static_cast<double>(elapsed) / msPerHour;
        m_history.addFlow(m_current.value_or(0) * hours, m_power.value_or(0) * hours / 1000);
    }
    m_current = current;
    m_power = current && voltage ? Number(*current * *voltage) : Number();
    m_lastGood = inputs.now;
    m_missedSince = false;
}

void ChargeControl::readSoc(const PollInputs &inputs)
{
    m_bmsSoc = percentage(m_state.soc);
    if (m_settings.countSoc) {
        ChargeCounter::Inputs counting;
        counting.current = m_current;
        counting.capacity = finite(m_state.capacityAh);
        counting.bmsSoc = m_bmsSoc;
        counting.lowestCell = m_cells.lowest();
        counting.emptyCell = m_settings.minCellVoltage;
        m_counter.update(counting, inputs.now);
    }
    const Number external = inputs.external ? percentage(inputs.external->soc) : Number();
    if (external)
        m_soc = external;
    else if (m_settings.countSoc && m_counter.soc())
        m_soc = m_counter.soc();
    else
        m_soc = m_bmsSoc;
}

bool ChargeControl::setSoc(double soc)
{
    if (!m_settings.countSoc)
        return false;
    m_counter.setSoc(soc);
    return true;
}

Number ChargeControl::packPerCell() const
{
    const Number voltage = finite(m_state.voltage);
    if (!voltage || !m_cells.count())
        return {};
    return *voltage / *m_cells.count();
}

Numbers ChargeControl::watchedCells() const
{
    if (m_cells.hasList())
        return m_cells.cells();
    if (m_cells.wasSeen())
        return {m_cells.lowest(), m_cells.highest()};
    const Number mean = packPerCell();
    return mean ? Numbers{mean} : Numbers{};
}

void ChargeControl::decideVoltage(const PollInputs &inputs, qint64 second)
{
    VoltageInputs voltage;
    voltage.cellCount = *m_cells.count();
    const Number pack = finite(m_state.voltage);
    if (m_cells.hasList()) {
        voltage.sum = m_cells.isComplete() ? m_cells.sum() : Number();
        voltage.cells = &m_cells.cells();
    } else {
        voltage.sum = pack;
    }
    voltage.highestCell = m_cells.wasSeen() ? m_cells.highest() : packPerCell();
    if (m_cells.lowest() && m_cells.highest())
        voltage.spread = *m_cells.highest() - *m_cells.lowest();
    voltage.soc = m_soc;
    voltage.bmsMaximum = finite(m_state.maxVoltage);
    voltage.bmsMinimum = finite(m_state.minVoltage);
    voltage.balancing = m_state.balancing.value_or(false) ||
                        std::find(m_state.cellBalancing.begin(), m_state.cellBalancing.end(), true) !=
                            m_state.cellBalancing.end();
    voltage.heating = m_state.heating.value_or(false);
    voltage.frozen = m_cells.isLost() || (!m_cells.wasSeen() && !pack);
    m_voltage.update(voltage, second, inputs.wallSecond);

    if (m_voltage.becameFull()) {
        m_becameFull = true;
        m_history.becameFull(inputs.wallSecond);
        m_counter.setFull();
    }
    if (m_voltage.fullContradicted())
        noteInternalError(inputs.now);
    if (m_voltage.absorptionStart() != m_absorptionSeen) {
        m_absorptionSeen = m_voltage.absorptionStart();
        m_absorptionWall =
            m_absorptionSeen ? Count(inputs.wallSecond - (second - *m_absorptionSeen)) : Count();
    }
}

LimitInputs ChargeControl::limitInputs(bool charge) const
{
    LimitInputs limit;
    limit.bmsLimit = notNegative(charge ? m_state.maxChargeCurrent : m_state.maxDischargeCurrent);
    const Number mean = packPerCell();
    const Number seen = charge ? m_cells.highest() : m_cells.lowest();
    limit.cell = m_cells.wasSeen() ? seen : mean;
    if (charge) {
        const bool farTooLow = m_cells.lowest() && *m_cells.lowest() < m_settings.minCellVoltage / 2;
        limit.forbidByCells = m_cells.isLost() || farTooLow || !limit.cell;
    } else if (m_cells.isLost()) {
        limit.cell = seen && mean ? Number(std::min(*seen, *mean)) : mean;
        limit.forbidByCells = !limit.cell;
    } else {
        limit.forbidByCells = !limit.cell;
    }
    limit.lowestTemperature = m_temperatures.lowest();
    limit.highestTemperature = m_temperatures.highest();
    limit.temperatureLost = m_temperatures.isLost();
    limit.mosfetTemperature = m_temperatures.mosfet();
    limit.mosfetLost = m_temperatures.isMosfetLost();
    limit.soc = m_soc;
    limit.fetOn = charge ? m_state.chargeAllowed : m_state.dischargeAllowed;
    return limit;
}

void ChargeControl::decideCurrents(const PollInputs &inputs, qint64 second)
{
    Q_UNUSED(inputs)
    m_charge.update(limitInputs(true), second);
    m_discharge.update(limitInputs(false), second);
}

void ChargeControl::noteInternalError(qint64 now)
{
    m_internalErrors.push_back(now);
    if (m_internalErrors.size() > tooManyErrors)
        m_internalErrors.pop_front();
    if (m_internalErrors.size() == tooManyErrors && now - m_internalErrors.front() <= errorMemoryMs)
        m_tooManyErrors = true;
}

void ChargeControl::publishState()
{
    if (m_now >= m_nextErrorCheck) {
        m_nextErrorCheck = m_now + errorCheckMs;
        if (!m_internalErrors.empty() && m_now - m_internalErrors.front() > errorMemoryMs)
            m_tooManyErrors = false;
    }
    constexpr int running = 9;
    constexpr int standby = 14;
    constexpr int configurationError = 10;
    const bool nothingAllowed = !m_output.allowToCharge && !m_output.allowToDischarge;
    if (m_settings.configurationError)
        m_output.state = configurationError;
    else
        m_output.state = nothingAllowed ? standby : running;
    if (!nothingAllowed)
        m_output.mode = 3;
    else
        m_output.mode = m_output.state == standby ? 4 : 0xFC;

    m_output.errorCode.reset();
    if (m_settings.configurationError)
        m_output.errorCode = 119;
    else if (m_tooManyErrors)
        m_output.errorCode = 8;

    const auto level = [this](AlarmName name) {
        return m_output.alarms.level(name).value_or(AlarmLevel::Ok);
    };
    const AlarmLevel hot =
        std::max(level(AlarmName::HighTemperature), level(AlarmName::HighChargeTemperature));
    if (level(AlarmName::InternalFailure) == AlarmLevel::Alarm)
        m_output.deviceState = 0x103;
    else if (hot == AlarmLevel::Alarm)
        m_output.deviceState = 0x101;
    else if (hot == AlarmLevel::Warning)
        m_output.deviceState = 0x102;
    else if (level(AlarmName::LowVoltage) == AlarmLevel::Alarm)
        m_output.deviceState = 0x105;
    else
        m_output.deviceState = nothingAllowed ? 0x104 : 0x100;
}

StoredState ChargeControl::stored() const
{
    StoredState state;
    state.allowMaxVoltage = m_voltage.allowsMaximum();
    state.maxVoltageStart = m_absorptionWall;
    if (m_settings.countSoc)
        state.countedSoc = m_counter.soc();
    state.lastReset = m_voltage.lastReset();
    if (m_settings.history)
        state.history = m_history.values();
    return state;
}

std::optional<StoredState> ChargeControl::takeStored()
{
    if (m_lastStoredAt && m_now - *m_lastStoredAt < storeEveryMs)
        return {};
    StoredState state = stored();
    if (m_lastStoredAt && state == m_lastStored)
        return {};
    m_lastStored = state;
    m_lastStoredAt = m_now;
    return state;
}

} // namespace sb::control
