// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configuration.h"

#include <QCoreApplication>
#include <cmath>

namespace sb::config {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Configuration", text); }

struct CurveKeys
{
    const char *x;
    const char *y;
};
constexpr std::array curveKeys = {
    CurveKeys{"CELL_VOLTAGES_WHILE_CHARGING", "MAX_CHARGE_CURRENT_CV_FRACTION"},
    CurveKeys{"CELL_VOLTAGES_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_CV_FRACTION"},
    CurveKeys{"TEMPERATURES_WHILE_CHARGING", "MAX_CHARGE_CURRENT_T_FRACTION"},
    CurveKeys{"TEMPERATURES_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_T_FRACTION"},
    CurveKeys{"MOSFET_TEMPERATURES_WHILE_CHARGING", "MAX_CHARGE_CURRENT_T_MOSFET_FRACTION"},
    CurveKeys{"MOSFET_TEMPERATURES_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_T_MOSFET_FRACTION"},
    CurveKeys{"SOC_WHILE_CHARGING", "MAX_CHARGE_CURRENT_SOC_FRACTION"},
    CurveKeys{"SOC_WHILE_DISCHARGING", "MAX_DISCHARGE_CURRENT_SOC_FRACTION"},
};

bool isMonotonic(const std::vector<double> &list)
{
    bool rises = true;
    bool falls = true;
    for (size_t i = 1; i < list.size(); ++i) {
        rises = rises && list[i] > list[i - 1];
        falls = falls && list[i] < list[i - 1];
    }
    return rises || falls;
}

QString volts(double value) { return QString::number(value, 'f', 3) + QStringLiteral(" V"); }

} // namespace

void Configuration::setNumber(const char *key, double number)
{
    Value &value = m_values[*findKey(QString::fromLatin1(key))];
    value.number = number;
    value.text = QString::number(number, 'g', 10);
    value.isSet = true;
}

void Configuration::checkLists()
{
    const auto resetPair = [this](const char *x) { resetWithPartner(*findKey(QString::fromLatin1(x))); };
    for (const CurveKeys &curve : curveKeys) {
        const auto &x = list(curve.x);
        const auto &y = list(curve.y);
        if (x.size() != y.size()) {
            error(curve.x,
                  tr("%1 values, but %2 has %3: the defaults of both are used")
                      .arg(x.size())
                      .arg(QLatin1String(curve.y))
                      .arg(y.size()),
                  {curve.y});
            resetPair(curve.x);
        } else if (x.size() < 2 || !isMonotonic(x)) {
            error(curve.x,
                  tr("must rise or fall from value to value, at least two: the defaults are used, for %1 too")
                      .arg(QLatin1String(curve.y)),
                  {curve.y});
            resetPair(curve.x);
        }
    }
    const auto &reported = list("CURRENT_REPORTED_BY_BMS");
    if (reported.size() != list("CURRENT_MEASURED_BY_USER").size() || reported.size() < 2 ||
        !isMonotonic(reported)) {
        error("CURRENT_REPORTED_BY_BMS",
              tr("needs as many values as CURRENT_MEASURED_BY_USER, rising: the defaults "
                 "of both are used"),
              {"CURRENT_MEASURED_BY_USER"});
        resetPair("CURRENT_REPORTED_BY_BMS");
    }
    for (const char *key : {"TEMPERATURE_1_ADJUST", "TEMPERATURE_2_ADJUST", "TEMPERATURE_3_ADJUST",
                            "TEMPERATURE_4_ADJUST", "TEMPERATURE_MOS_ADJUST"}) {
        if (list(key).size() != 2) {
            error(key, tr("needs two values, offset and factor: 0, 1 is used"));
            setDefault(*findKey(QString::fromLatin1(key)));
        }
    }
    constexpr size_t mostPoints = 20;
    if (list("TIME_TO_SOC_POINTS").size() > mostPoints) {
        error("TIME_TO_SOC_POINTS", tr("more than %1 points: none is used").arg(mostPoints));
        setDefault(*findKey(u"TIME_TO_SOC_POINTS"));
    }
}

void Configuration::checkVoltages()
{
    if (number("MIN_CELL_VOLTAGE") >= number("MAX_CELL_VOLTAGE")) {
        error("MIN_CELL_VOLTAGE",
              tr("%1 is not below MAX_CELL_VOLTAGE %2: the defaults of both are used")
                  .arg(volts(number("MIN_CELL_VOLTAGE")), volts(number("MAX_CELL_VOLTAGE"))),
              {"MAX_CELL_VOLTAGE"});
        setDefault(*findKey(u"MIN_CELL_VOLTAGE"));
        setDefault(*findKey(u"MAX_CELL_VOLTAGE"));
    }
    const double minimum = number("MIN_CELL_VOLTAGE");
    const double maximum = number("MAX_CELL_VOLTAGE");
    if (number("FLOAT_CELL_VOLTAGE") > maximum) {
        error("FLOAT_CELL_VOLTAGE",
              tr("%1 is above MAX_CELL_VOLTAGE: %2 is used")
                  .arg(volts(number("FLOAT_CELL_VOLTAGE")), volts(maximum)),
              {"MAX_CELL_VOLTAGE"});
        setNumber("FLOAT_CELL_VOLTAGE", maximum);
    }
    if (number("FLOAT_CELL_VOLTAGE") < minimum) {
        error("FLOAT_CELL_VOLTAGE",
              tr("%1 is below MIN_CELL_VOLTAGE: %2 is used")
                  .arg(volts(number("FLOAT_CELL_VOLTAGE")), volts(minimum)),
              {"MIN_CELL_VOLTAGE"});
        setNumber("FLOAT_CELL_VOLTAGE", minimum);
    }
    if (value("SOC_RESET_AFTER_DAYS").isSet && number("SOC_RESET_AFTER_DAYS") == 0)
        warn("SOC_RESET_AFTER_DAYS", tr("0 is off; leave it empty"));
    const bool resets = number("SOC_RESET_AFTER_DAYS") > 0;
    if (number("SOC_RESET_CELL_VOLTAGE") < maximum) {
        if (resets)
            error("SOC_RESET_CELL_VOLTAGE",
                  tr("%1 is below MAX_CELL_VOLTAGE: %2 is used")
                      .arg(volts(number("SOC_RESET_CELL_VOLTAGE")), volts(maximum)),
                  {"MAX_CELL_VOLTAGE", "SOC_RESET_AFTER_DAYS"});
        setNumber("SOC_RESET_CELL_VOLTAGE", maximum);
    }
    if (flag("BLOCK_ON_DISCONNECT"))
        return;
    if (number("BLOCK_ON_DISCONNECT_VOLTAGE_MIN") < minimum) {
        error("BLOCK_ON_DISCONNECT_VOLTAGE_MIN",
              tr("is below MIN_CELL_VOLTAGE: %1 is used").arg(volts(minimum)), {"MIN_CELL_VOLTAGE"});
        setNumber("BLOCK_ON_DISCONNECT_VOLTAGE_MIN", minimum);
    }
    if (number("BLOCK_ON_DISCONNECT_VOLTAGE_MAX") > maximum) {
        error("BLOCK_ON_DISCONNECT_VOLTAGE_MAX",
              tr("is above MAX_CELL_VOLTAGE: %1 is used").arg(volts(maximum)), {"MAX_CELL_VOLTAGE"});
        setNumber("BLOCK_ON_DISCONNECT_VOLTAGE_MAX", maximum);
    }
    if (number("BLOCK_ON_DISCONNECT_VOLTAGE_MIN") >= number("BLOCK_ON_DISCONNECT_VOLTAGE_MAX")) {
        error("BLOCK_ON_DISCONNECT",
              tr("BLOCK_ON_DISCONNECT_VOLTAGE_MIN is not below ..._MAX, so there is no safe "
                 "voltage: True is used"),
              {"BLOCK_ON_DISCONNECT_VOLTAGE_MIN", "BLOCK_ON_DISCONNECT_VOLTAGE_MAX", "MIN_CELL_VOLTAGE",
               "MAX_CELL_VOLTAGE"});
        Value &block = m_values[*findKey(u"BLOCK_ON_DISCONNECT")];
        block.flag = true;
        block.text = QStringLiteral("True");
    }
}

void Configuration::checkCurves()
{
    for (const CurveKeys &curve : curveKeys) {
        const auto &fractions = list(curve.y);
        if (std::find(fractions.begin(), fractions.end(), 1.0) == fractions.end())
            error(curve.y, tr("no value is 1: the full current is never allowed"));
    }
    const auto fractionAt = [this](const CurveKeys &keys, bool highest) {
        const auto &x = list(keys.x);
        const auto at = highest ? std::max_element(x.begin(), x.end()) : std::min_element(x.begin(), x.end());
        return std::pair(*at, list(keys.y)[static_cast<size_t>(at - x.begin())]);
    };
    const bool resets = number("SOC_RESET_AFTER_DAYS") > 0;
    const char *top = resets ? "SOC_RESET_CELL_VOLTAGE" : "MAX_CELL_VOLTAGE";
    if (const auto [voltage, fraction] = fractionAt(curveKeys[0], true);
        fraction == 0 && voltage < number(top))
        error(curveKeys[0].x,
              tr("charging stops at %1, below %2: the full voltage is never reached")
                  .arg(volts(voltage), QLatin1String(top)),
              {curveKeys[0].y, top, "SOC_RESET_AFTER_DAYS"});
    if (const auto [voltage, fraction] = fractionAt(curveKeys[1], false);
        fraction == 0 && voltage > number("MIN_CELL_VOLTAGE"))
        error(curveKeys[1].x, tr("discharging stops at %1, above MIN_CELL_VOLTAGE").arg(volts(voltage)),
              {curveKeys[1].y, "MIN_CELL_VOLTAGE"});
}

void Configuration::checkRest()
{
    if (flag("SOC_CALCULATION") && !text("EXTERNAL_SENSOR_DBUS_PATH_SOC").isEmpty())
        error("SOC_CALCULATION",
              tr("and EXTERNAL_SENSOR_DBUS_PATH_SOC exclude each other: the external SoC counts "
                 "while it is there"),
              {"EXTERNAL_SENSOR_DBUS_PATH_SOC"});
    if (number("SWITCH_TO_BULK_SOC_THRESHOLD") <= 0 && number("SWITCH_TO_BULK_CELL_VOLTAGE_DIFF") >= 0.101)
        warn("SWITCH_TO_BULK_SOC_THRESHOLD",
             tr("and SWITCH_TO_BULK_CELL_VOLTAGE_DIFF are both off: once in float, "
                "the battery hardly ever charges to the maximum again"));
    if (number("SOC_LOW_ALARM") > number("SOC_LOW_WARNING")) {
        error("SOC_LOW_ALARM", tr("is above SOC_LOW_WARNING: the defaults of both are used"),
              {"SOC_LOW_WARNING"});
        setDefault(*findKey(u"SOC_LOW_ALARM"));
        setDefault(*findKey(u"SOC_LOW_WARNING"));
    }
    constexpr double leastSeconds = 5;
    if (number("TIME_TO_SOC_RECALCULATE_EVERY") < leastSeconds) {
        warn("TIME_TO_SOC_RECALCULATE_EVERY", tr("%1 s is the least").arg(leastSeconds));
        setNumber("TIME_TO_SOC_RECALCULATE_EVERY", leastSeconds);
    }
    if (number("INVERT_CURRENT_MEASUREMENT") == 0) {
        error("INVERT_CURRENT_MEASUREMENT", tr("must be 1 or -1: 1 is used"));
        setNumber("INVERT_CURRENT_MEASUREMENT", 1);
    }
    if (number("LIPRO_END_ADDRESS") < number("LIPRO_START_ADDRESS")) {
        error("LIPRO_END_ADDRESS", tr("is below LIPRO_START_ADDRESS: the defaults of both are used"),
              {"LIPRO_START_ADDRESS"});
        setDefault(*findKey(u"LIPRO_START_ADDRESS"));
        setDefault(*findKey(u"LIPRO_END_ADDRESS"));
    }
    Value &types = m_values[*findKey(u"BMS_TYPE")];
    for (QString &type : types.words) {
        if (type == QLatin1String("Lifepower")) {
            warn("BMS_TYPE", tr("Lifepower is now EG4_Lifepower"));
            type = QStringLiteral("EG4_Lifepower");
        }
    }
}

} // namespace sb::config
