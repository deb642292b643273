// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configuration.h"

namespace sb::config {

namespace {

control::Curve curve(const Configuration &c, const char *x, const char *fractions)
{
    return {c.list(x), c.list(fractions)};
}

control::Adjustment adjustment(const Configuration &c, const char *key)
{
    const auto &list = c.list(key);
    return {list[0], list[1]};
}

std::vector<int> integers(const std::vector<double> &list) { return {list.begin(), list.end()}; }

void setCharge(const Configuration &c, control::DirectionSettings &d)
{
    d.maximum = c.number("MAX_BATTERY_CHARGE_CURRENT");
    d.byCellVoltage = c.flag("CCCM_CV_ENABLE");
    d.byTemperature = c.flag("CCCM_T_ENABLE");
    d.byMosfet = c.flag("CCCM_T_MOSFET_ENABLE");
    d.bySoc = c.flag("CCCM_SOC_ENABLE");
    d.cellVoltage = curve(c, "CELL_VOLTAGES_WHILE_CHARGING", "MAX_CHARGE_CURRENT_CV_FRACTION");
    d.temperature = curve(c, "TEMPERATURES_WHILE_CHARGING", "MAX_CHARGE_CURRENT_T_FRACTION");
    d.mosfet = curve(c, "MOSFET_TEMPERATURES_WHILE_CHARGING", "MAX_CHARGE_CURRENT_T_MOSFET_FRACTION");
    d.soc = curve(c, "SOC_WHILE_CHARGING", "MAX_CHARGE_CURRENT_SOC_FRACTION");
    d.recoveryThreshold = c.number("CHARGE_CURRENT_RECOVERY_THRESHOLD_PERCENT");
    d.recoveryHoldS = c.integer("CCL_RECOVERY_HOLD_SEC");
    d.recoveryRate = c.number("CCL_RECOVERY_RATE_A_PER_SEC");
}

void setDischarge(const Configuration &c, control::DirectionSettings &d)
{
    d.maximum = c.number("MAX_BATTERY_DISCHARGE_CURRENT");
    d.byCellVoltage = c.flag("DCCM_CV_ENABLE");
    d.byTemperature = c.flag("DCCM_T_ENABLE");
    d.byMosfet = c.flag("DCCM_T_MOSFET_ENABLE");
    d.bySoc = c.flag("DCCM_SOC_ENABLE");
    d.cellVoltage = curve(c, "CELL_VOLTAGES_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_CV_FRACTION");
    d.temperature = curve(c, "TEMPERATURES_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_T_FRACTION");
    d.mosfet = curve(c, "MOSFET_TEMPERATURES_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_T_MOSFET_FRACTION");
    d.soc = curve(c, "SOC_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_SOC_FRACTION");
    d.recoveryThreshold = c.number("DISCHARGE_CURRENT_RECOVERY_THRESHOLD_PERCENT");
    d.recoveryHoldS = c.integer("DCL_RECOVERY_HOLD_SEC");
    d.recoveryRate = c.number("DCL_RECOVERY_RATE_A_PER_SEC");
}

void setVoltage(const Configuration &c, control::Settings &s)
{
    s.minCellVoltage = c.number("MIN_CELL_VOLTAGE");
    s.maxCellVoltage = c.number("MAX_CELL_VOLTAGE");
    s.floatCellVoltage = c.number("FLOAT_CELL_VOLTAGE");
    s.voltageDrop = c.number("VOLTAGE_DROP");
    s.cellControl = c.flag("CVCM_ENABLE");
    s.resetCellVoltage = c.number("SOC_RESET_CELL_VOLTAGE");
    if (c.number("SOC_RESET_AFTER_DAYS") > 0)
        s.resetAfterDays = c.integer("SOC_RESET_AFTER_DAYS");
    s.floatWaitS = c.integer("SWITCH_TO_FLOAT_WAIT_FOR_SEC");
    s.floatSpread = c.number("SWITCH_TO_FLOAT_CELL_VOLTAGE_DIFF");
    s.floatSpreadDeviation = c.number("SWITCH_TO_FLOAT_CELL_VOLTAGE_DEVIATION");
    s.bulkSoc = c.number("SWITCH_TO_BULK_SOC_THRESHOLD");
    s.bulkSpread = c.number("SWITCH_TO_BULK_CELL_VOLTAGE_DIFF");
    s.controllerMode = c.integer("CVL_CONTROLLER_MODE");
    s.controllerFactor = c.number("CVL_ICONTROLLER_FACTOR");
    s.voltageRecoveryHoldS = c.integer("CVL_RECOVERY_HOLD_SEC");
    s.voltageRecoveryRate = c.number("CVL_RECOVERY_RATE_V_PER_SEC");
    s.stepMode = c.integer("CHARGE_MODE") == 2;
    s.recalculationEveryS = c.integer("CVL_RECALCULATION_EVERY");
    s.recalculationPercent = c.number("CVL_RECALCULATION_ON_MAX_PERCENTAGE_CHANGE");
}

void setLoss(const Configuration &c, control::Settings &s)
{
    s.blockOnDisconnect = c.flag("BLOCK_ON_DISCONNECT");
    s.blockTimeoutMinutes = c.integer("BLOCK_ON_DISCONNECT_TIMEOUT_MINUTES");
    s.safeCellMinimum = c.number("BLOCK_ON_DISCONNECT_VOLTAGE_MIN");
    s.safeCellMaximum = c.number("BLOCK_ON_DISCONNECT_VOLTAGE_MAX");
    s.cableAlarm = c.flag("BMS_CABLE_ALARM");
}

void setSensors(const Configuration &c, control::Settings &s)
{
    s.temperatureSources = integers(c.list("TEMPERATURE_SOURCE_BATTERY"));
    for (size_t i = 0; i < control::sensorCount; ++i) {
        const QByteArray number = QByteArray::number(static_cast<int>(i) + 1);
        const QByteArray name = "TEMPERATURE_" + number + "_NAME";
        if (!c.text(name.constData()).isEmpty())
            s.temperatureNames[i] = c.text(name.constData());
        const QByteArray adjust = "TEMPERATURE_" + number + "_ADJUST";
        s.temperatureAdjust[i] = adjustment(c, adjust.constData());
    }
    s.mosfetAdjust = adjustment(c, "TEMPERATURE_MOS_ADJUST");
}

} // namespace

control::Settings controlSettings(const Configuration &c)
{
    control::Settings s;
    setVoltage(c, s);
    setCharge(c, s.charge);
    setDischarge(c, s.discharge);
    setLoss(c, s);
    setSensors(c, s);
    s.countSoc = c.flag("SOC_CALCULATION");
    s.externalSoc = !c.text("EXTERNAL_SENSOR_DBUS_DEVICE").isEmpty() &&
                    !c.text("EXTERNAL_SENSOR_DBUS_PATH_SOC").isEmpty();
    if (c.list("CURRENT_REPORTED_BY_BMS") != c.list("CURRENT_MEASURED_BY_USER"))
        s.currentCorrection = curve(c, "CURRENT_REPORTED_BY_BMS", "CURRENT_MEASURED_BY_USER");
    s.timeToGo = c.flag("TIME_TO_GO_ENABLE");
    s.timeToSocPoints = integers(c.list("TIME_TO_SOC_POINTS"));
    s.timeToSocForm = c.integer("TIME_TO_SOC_VALUE_TYPE");
    s.timeToSocEveryS = c.integer("TIME_TO_SOC_RECALCULATE_EVERY");
    s.socLowWarning = c.number("SOC_LOW_WARNING");
    s.history = c.flag("HISTORY_ENABLE");
    s.midpoint = c.flag("MIDPOINT_ENABLE");
    s.debugTexts =
        c.flag("GUI_PARAMETERS_SHOW_ADDITIONAL_INFO") || c.text("LOGGING") == QLatin1String("DEBUG");
    s.configurationError = c.hasErrors();
    return s;
}

} // namespace sb::config
