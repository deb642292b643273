// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/controlvalues.h"

namespace sb {

namespace {

Count count(const std::optional<int> &value) { return value ? Count(*value) : Count(); }

void setText(Text &to, const QString &text)
{
    if (text.isEmpty())
        to.reset();
    else
        to = text;
}

void setCellId(Text &to, const std::optional<int> &index)
{
    if (!index) {
        to.reset();
        return;
    }
    const QString text = QLatin1Char('C') + QString::number(*index + 1);
    to = text;
}

void fillMeasurements(const control::Output &o, BatteryValues &v)
{
    v.voltage = o.voltage;
    v.current = o.current;
    v.power = o.power;
    v.currentAverage = o.averageCurrent;
    v.midVoltage = o.midVoltage;
    v.midDeviation = o.midDeviation;
    v.soc = o.soc;
    v.capacity = o.remaining;
    v.installedCapacity = o.capacity;
    v.consumed = o.consumed;
    v.socBms = o.bmsSoc;
    v.capacityBms = o.bmsRemaining;
    v.consumedBms = o.bmsConsumed;
    v.timeToGo = o.timeToGo;
}

void fillTimes(const control::ChargeControl &control, BatteryValues &v)
{
    const auto &seconds = control.output().timeToSoc;
    v.timeToSoc.resize(seconds.size());
    for (size_t i = 0; i < seconds.size(); ++i) {
        if (seconds[i])
            v.timeToSoc[i] = control::timeToSocText(*seconds[i], control.settings().timeToSocForm);
        else
            v.timeToSoc[i].reset();
    }
}

void fillLimits(const control::Output &o, BatteryValues &v)
{
    v.chargeVoltage = o.cvl;
    v.chargeCurrent = o.ccl;
    v.dischargeCurrent = o.dcl;
    v.batteryLowVoltage = o.batteryLowVoltage;
    v.maxChargeCellVoltage = o.maxChargeCellVoltage;
    setText(v.chargeMode, o.chargeMode);
    setText(v.chargeLimitation, o.chargeLimitation);
    setText(v.dischargeLimitation, o.dischargeLimitation);
    setText(v.chargeModeDebug, o.debugText);
    setText(v.chargeModeDebugFloat, o.debugFloatText);
    setText(v.chargeModeDebugBulk, o.debugBulkText);
    v.allowToCharge = o.allowToCharge;
    v.allowToDischarge = o.allowToDischarge;
    v.modulesBlockingCharge = o.allowToCharge ? 0 : 1;
    v.modulesBlockingDischarge = o.allowToDischarge ? 0 : 1;
    v.modulesOnline = o.online ? 1 : 0;
    v.modulesOffline = o.online ? 0 : 1;
    v.state = o.state;
    v.mode = o.mode;
    v.deviceState = o.deviceState;
    v.errorCode = count(o.errorCode);
    v.givenUp = o.givenUp;
    constexpr int configurationError = 10;
    if (o.givenUp && o.state != configurationError) {
        v.state = 14; // standby: nothing is allowed any more
        v.mode = 4;
    }
}

void fillCells(const control::Output &o, const BatteryState &state, BatteryValues &v)
{
    v.cells = o.cells;
    v.balancers.clear();
    if (o.online)
        v.balancers = state.cellBalancing;
    v.cellSum = o.cellSum;
    v.cellDifference = o.cellSpread;
    v.minCellVoltage = o.lowestCell;
    v.maxCellVoltage = o.highestCell;
    setCellId(v.minVoltageCellId, o.lowestCellId);
    setCellId(v.maxVoltageCellId, o.highestCellId);
    v.balancing = o.balancing;
}

void fillSensors(const control::ChargeControl &control, BatteryValues &v)
{
    const control::Output &o = control.output();
    for (size_t i = 0; i < v.sensors.size(); ++i)
        v.sensors[i] = i < o.temperatures.size() ? o.temperatures[i] : std::nullopt;
    v.temperature = o.temperature;
    v.minCellTemperature = o.lowestTemperature;
    v.maxCellTemperature = o.highestTemperature;
    v.mosfetTemperature = o.mosfetTemperature;
    const auto setName = [&control](Text &to, const std::optional<int> &sensor) {
        const auto &names = control.settings().temperatureNames;
        if (sensor && static_cast<size_t>(*sensor) <= names.size())
            setText(to, names[static_cast<size_t>(*sensor - 1)]);
        else
            to.reset();
    };
    setName(v.minTemperatureCellId, o.lowestSensor);
    setName(v.maxTemperatureCellId, o.highestSensor);
}

void fillHistory(const control::Output &o, BatteryValues &v)
{
    const control::HistoryValues &h = o.history;
    v.deepestDischarge = h.deepestDischarge;
    v.lastDischarge = h.lastDischarge;
    v.averageDischarge = h.averageDischarge;
    v.totalAhDrawn = h.totalAhDrawn;
    v.chargeCycles = h.chargeCycles;
    v.fullDischarges = h.fullDischarges;
    v.automaticSyncs = h.automaticSyncs;
    v.lowVoltageAlarms = h.lowVoltageAlarms;
    v.highVoltageAlarms = h.highVoltageAlarms;
    v.minimumVoltage = h.minimumVoltage;
    v.maximumVoltage = h.maximumVoltage;
    v.minimumCellVoltage = h.minimumCellVoltage;
    v.maximumCellVoltage = h.maximumCellVoltage;
    v.minimumTemperature = h.minimumTemperature;
    v.maximumTemperature = h.maximumTemperature;
    v.timeSinceLastFullCharge = o.sinceLastFullCharge;
    v.dischargedEnergy = h.dischargedEnergy;
    v.chargedEnergy = h.chargedEnergy;
}

} // namespace

void fillValues(const BatteryModel &model, const control::ChargeControl &control, BatteryValues &values)
{
    const control::Output &output = control.output();
    const BatteryState &state = model.values();
    values.deviceName = state.deviceName;
    values.hardwareVersion = state.hardwareVersion;
    values.cellCount = state.cellCount;
    setText(values.connectionInformation,
            model.condition() == Condition::Paused ? QStringLiteral("Paused") : output.connectionText);
    fillMeasurements(output, values);
    fillTimes(control, values);
    fillLimits(output, values);
    fillCells(output, state, values);
    fillSensors(control, values);
    fillHistory(output, values);
    values.soh = state.soh;
    values.alarms = output.alarms;
    // Old switches say as little as old measurements.
    values.allowToBalance = !output.online          ? std::nullopt
                            : state.balancerEnabled ? state.balancerEnabled
                                                    : state.balancing;
    values.heating = output.online ? state.heating : std::nullopt;
    values.allowToHeat = values.heating;
}

} // namespace sb
