// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/modelvalues.h"

#include <cmath>

namespace sb {
namespace {

constexpr size_t meanPolls = 300;
// What is beyond is a broken sensor; it is shown at the end that limits the current.
constexpr double coldestShown = -20;
constexpr double warmestShown = 100;

Number shownTemperature(const Number &value)
{
    return value ? Number(std::clamp(*value, coldestShown, warmestShown)) : std::nullopt;
}

} // namespace

QString sensorName(const QStringList &names, size_t sensor)
{
    const QString name = names.value(static_cast<qsizetype>(sensor));
    return name.isEmpty() ? QStringLiteral("Temp %1").arg(sensor + 1) : name;
}

QString connectedText(const ConnectionMonitor::Errors &errors)
{
    if (errors.count == 0)
        return QStringLiteral("Connected");
    return QStringLiteral("Connected (%1 errors in the last %2)")
        .arg(errors.count)
        .arg(durationText(errors.sinceMs / 1000));
}

QString lostText(qint64 lostMs, qint64 thresholdMs)
{
    return QStringLiteral("Lost for: %1 | Disconnect in: %2 | Threshold: %3")
        .arg(durationText(lostMs / 1000), durationText(std::max<qint64>(0, thresholdMs - lostMs) / 1000),
             durationText(thresholdMs / 1000));
}

QString durationText(qint64 seconds)
{
    struct Unit
    {
        qint64 length;
        char letter;
    };
    constexpr std::array<Unit, 4> units = {{{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
    for (size_t i = 0; i < units.size(); ++i) {
        if (seconds < units[i].length && i + 1 < units.size())
            continue;
        QString text = QString::number(seconds / units[i].length) + QLatin1Char(units[i].letter);
        if (i + 1 < units.size()) {
            const qint64 rest = seconds % units[i].length / units[i + 1].length;
            if (rest > 0)
                text += QLatin1Char(' ') + QString::number(rest) + QLatin1Char(units[i + 1].letter);
        }
        return text;
    }
    return {};
}

ModelValues::ModelValues(double maxCellVoltage, QStringList sensorNames)
    : m_maxCellVoltage(maxCellVoltage)
    , m_sensorNames(std::move(sensorNames))
{}

const BatteryValues &ModelValues::update(const BatteryModel &model, const ConnectionMonitor &monitor,
                                         qint64 now)
{
    const BatteryState &v = model.values();
    const LossPhase phase = monitor.phase(now);
    const bool lost = phase >= LossPhase::Lost || model.condition() == Condition::Lost;
    m_values.deviceName = v.deviceName;
    m_values.hardwareVersion = v.hardwareVersion;
    m_values.cellCount = v.cellCount;
    m_values.givenUp = phase == LossPhase::Gone;
    readMeasurements(model, lost);
    readSensors(v, lost);
    readCells(v, lost);
    readAlarms(model, monitor, now);
    readState(model, phase, lost);
    if (model.condition() == Condition::Paused)
        m_values.connectionInformation = QStringLiteral("Paused");
    else if (const auto silent = monitor.lostFor(now))
        m_values.connectionInformation = lostText(*silent, monitor.goneAfter());
    else
        m_values.connectionInformation = connectedText(monitor.errors(now));
    return m_values;
}

void ModelValues::readMeasurements(const BatteryModel &model, bool lost)
{
    const BatteryState &v = model.values();
    const auto live = [lost](const Number &value) { return lost ? Number() : value; };
    // A current against an open FET is the noise of the measuring, unless it is more than that.
    Number current = v.current;
    constexpr double noise = 2;
    if (current && v.chargeAllowed == false && *current > 0 && *current <= noise)
        current = 0;
    if (current && v.dischargeAllowed == false && *current < 0 && *current >= -noise)
        current = 0;
    m_values.voltage = live(v.voltage);
    m_values.current = live(current);
    m_values.power = live(v.voltage && current ? Number(*v.voltage * *current) : v.power);
    const quint64 polls = model.link().polls - model.link().errors;
    if (std::exchange(m_pollsSeen, polls) != polls && current) {
        m_currents.push_back(*current);
        m_currentSum += *current;
        if (m_currents.size() > meanPolls) {
            m_currentSum -= m_currents.front();
            m_currents.pop_front();
        }
    }
    const Number mean = m_currents.empty() ? Number() : m_currentSum / static_cast<double>(m_currents.size());
    m_values.currentAverage = live(current ? mean : Number());
    m_values.mosfetTemperature = live(shownTemperature(v.mosfetTemperature));

    // Charge stays when the link is lost: a house without a state of charge switches off.
    m_values.soc = v.soc;
    m_values.soh = v.soh;
    m_values.capacity = v.remainingAh           ? v.remainingAh
                        : v.soc && v.capacityAh ? Number(*v.soc / 100 * *v.capacityAh)
                                                : Number();
    m_values.installedCapacity = v.capacityAh;
    m_values.consumed =
        m_values.capacity && v.capacityAh ? Number(*v.capacityAh - *m_values.capacity) : Number();
}

void ModelValues::readSensors(const BatteryState &v, bool lost)
{
    double sum = 0;
    int known = 0;
    std::optional<size_t> coldest;
    std::optional<size_t> warmest;
    auto &sensors = m_values.sensors;
    for (size_t n = 0; n < sensors.size(); ++n) {
        sensors[n] = lost || n >= v.temperatures.size() ? std::nullopt : shownTemperature(v.temperatures[n]);
        if (!sensors[n])
            continue;
        sum += *sensors[n];
        ++known;
        // Of equals the first is the coldest, the last the warmest.
        if (!coldest || *sensors[n] < *sensors[*coldest])
            coldest = n;
        if (!warmest || *sensors[n] >= *sensors[*warmest])
            warmest = n;
    }
    const auto name = [&](const std::optional<size_t> &at) {
        return at ? Text(sensorName(m_sensorNames, *at)) : std::nullopt;
    };
    m_values.temperature = known > 0 ? Number(sum / known) : std::nullopt;
    m_values.minCellTemperature = coldest ? sensors[*coldest] : std::nullopt;
    m_values.maxCellTemperature = warmest ? sensors[*warmest] : std::nullopt;
    m_values.minTemperatureCellId = name(coldest);
    m_values.maxTemperatureCellId = name(warmest);
}

void ModelValues::readCells(const BatteryState &v, bool lost)
{
    Numbers &cells = m_values.cells;
    cells.clear();
    m_values.balancers.clear();
    if (!lost) {
        cells = v.cellVoltages;
        m_values.balancers = v.cellBalancing;
    }
    for (Number &cell : cells) {
        if (cell && *cell > 2 * m_maxCellVoltage)
            cell.reset();
    }
    const auto extremes = cellExtremes(cells);
    const bool complete = std::all_of(cells.begin(), cells.end(), isKnown<double>);
    double sum = 0;
    for (const Number &cell : cells)
        sum += cell.value_or(0);
    m_values.cellSum = complete && !cells.empty() ? Number(sum) : std::nullopt;
    m_values.cellDifference = extremes ? Number(extremes->maximum - extremes->minimum) : std::nullopt;
    m_values.minCellVoltage = extremes ? Number(extremes->minimum) : lost ? Number() : v.minCellVoltage;
    m_values.maxCellVoltage = extremes ? Number(extremes->maximum) : lost ? Number() : v.maxCellVoltage;
    const auto id = [&](int at) {
        return extremes ? Text(QLatin1Char('C') + QString::number(at + 1)) : std::nullopt;
    };
    m_values.minVoltageCellId = id(extremes ? extremes->lowest : 0);
    m_values.maxVoltageCellId = id(extremes ? extremes->highest : 0);
    m_values.balancing = lost ? std::nullopt : v.balancing;
}

void ModelValues::readAlarms(const BatteryModel &model, const ConnectionMonitor &monitor, qint64 now)
{
    const AlarmSet &alarms = model.values().alarms;
    for (int n = 0; n < alarmCount; ++n) {
        const auto name = static_cast<AlarmName>(n);
        const auto level = alarms.level(name);
        // A BMS that is not heard has not taken its alarms back.
        if (level || model.condition() == Condition::Fresh)
            m_values.alarms.set(name, level);
    }
    m_values.alarms.set(AlarmName::BmsCable, monitor.cableAlarm(now));
}

void ModelValues::readState(const BatteryModel &model, LossPhase phase, bool lost)
{
    const BatteryState &v = model.values();
    const bool fresh = model.condition() == Condition::Fresh;
    if (v.chargeAllowed || fresh)
        m_chargeAllowed = v.chargeAllowed;
    if (v.dischargeAllowed || fresh)
        m_dischargeAllowed = v.dischargeAllowed;
    // What a silent BMS allowed last stays until it is given up: then nothing is allowed.
    const bool gone = phase == LossPhase::Gone;
    if (!lost || gone) {
        // Unknown does not block.
        const bool mayCharge = !gone && m_chargeAllowed.value_or(true);
        const bool mayDischarge = !gone && m_dischargeAllowed.value_or(true);
        m_values.allowToCharge = mayCharge;
        m_values.allowToDischarge = mayDischarge;
        m_values.modulesBlockingCharge = mayCharge ? 0 : 1;
        m_values.modulesBlockingDischarge = mayDischarge ? 0 : 1;
        const bool nothing = !mayCharge && !mayDischarge;
        constexpr int running = 9;
        constexpr int standby = 14;
        constexpr int modeOn = 3;
        constexpr int modeOff = 4;
        m_values.state = nothing ? standby : running;
        m_values.mode = nothing ? modeOff : modeOn;
        const auto level = [&](AlarmName name) { return v.alarms.level(name).value_or(AlarmLevel::Ok); };
        const AlarmLevel heat =
            std::max(level(AlarmName::HighTemperature), level(AlarmName::HighChargeTemperature));
        int device = nothing ? 0x104 : 0x100;
        if (level(AlarmName::InternalFailure) == AlarmLevel::Alarm)
            device = 0x103;
        else if (heat == AlarmLevel::Alarm)
            device = 0x101;
        else if (heat == AlarmLevel::Warning)
            device = 0x102;
        else if (level(AlarmName::LowVoltage) == AlarmLevel::Alarm)
            device = 0x105;
        m_values.deviceState = device;
    }
    m_values.allowToBalance = lost ? std::nullopt : v.balancerEnabled ? v.balancerEnabled : v.balancing;
    m_values.heating = lost ? std::nullopt : v.heating;
    m_values.allowToHeat = m_values.heating;
    m_values.modulesOnline = lost ? 0 : 1;
    m_values.modulesOffline = lost ? 1 : 0;
}

} // namespace sb
