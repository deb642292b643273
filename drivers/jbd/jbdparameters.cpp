// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbdparameters.h"

#include "drivers/jbd/jbdprotocol.h"

#include <QCoreApplication>
#include <cmath>

#define SB_P(text) QT_TRANSLATE_NOOP("Parameter", text)

namespace sb::jbd {
namespace {

using Coding = ParameterRow::Coding;

constexpr double kelvin = -273.1; // raw 0.1 K, 2731 is 0 degC

// Short circuit and second-level overcurrent, register 38.
constexpr std::array<double, 4> shortDelays = {70, 100, 200, 400};                        // us
constexpr std::array<double, 8> shortThresholds = {22, 33, 44, 56, 67, 78, 89, 100};      // mV
constexpr std::array<double, 8> overcurrentDelays = {8, 20, 40, 80, 160, 320, 640, 1280}; // ms
constexpr std::array<double, 16> overcurrentThresholds = {8,  11, 14, 17, 19, 22, 25, 28,
                                                          31, 33, 36, 39, 42, 44, 47, 50}; // mV
// Register 39.
constexpr std::array<double, 4> undervoltageDelays = {1, 4, 8, 16}; // s
constexpr std::array<double, 4> overvoltageDelays = {1, 2, 4, 8};   // s

constexpr auto capacity = SB_P("Capacity");
constexpr auto calibration = SB_P("State of charge by voltage");
constexpr auto temperature = SB_P("Temperature protection");
constexpr auto voltage = SB_P("Voltage protection");
constexpr auto current = SB_P("Current protection");
constexpr auto balancer = SB_P("Balancer");
constexpr auto hardware = SB_P("Hardware");
constexpr auto identity = SB_P("Identity");

ParameterRow milliVolt(quint8 reg, const char *id, const char *name, const char *group)
{
    return {reg, id, name, group, "V", 0.001, 0, 3};
}
ParameterRow packVolt(quint8 reg, const char *id, const char *name)
{
    return {reg, id, name, voltage, "V", 0.01, 0, 2};
}
ParameterRow degrees(quint8 reg, const char *id, const char *name)
{
    return {reg, id, name, temperature, "degC", 0.1, kelvin, 1};
}
ParameterRow seconds(quint8 reg, const char *id, const char *name, const char *group, quint8 shift)
{
    return {reg, id, name, group, "s", 1, 0, 0, Coding::Unsigned, shift, 8};
}
ParameterRow choice(quint8 reg, const char *id, const char *name, const char *group, const char *unit,
                    quint8 shift, quint8 bits, const double *choices)
{
    return {reg, id, name, group, unit, 1, 0, 0, Coding::Choice, shift, bits, choices, true, true};
}
ParameterRow bit(quint8 reg, const char *id, const char *name, const char *group, quint8 shift)
{
    return {reg, id, name, group, "", 1, 0, 0, Coding::Unsigned, shift, 1};
}

std::vector<ParameterRow> makeRows()
{
    return {
        {0x10, "designCapacity", SB_P("Design capacity"), capacity, "Ah", 0.01, 0, 2},
        {0x11, "cycleCapacity", SB_P("Capacity of a cycle"), capacity, "Ah", 0.01, 0, 2},
        {0x14, "selfDischarge", SB_P("Self-discharge rate"), capacity, "%", 0.1, 0, 1},
        {0x17, "cycleCount", SB_P("Cycle count"), capacity},
        milliVolt(0x12, "cellVoltage100", SB_P("Cell voltage at 100 %"), calibration),
        milliVolt(0x47, "cellVoltage100b", SB_P("Cell voltage at 100 %, second register"), calibration),
        milliVolt(0x42, "cellVoltage90", SB_P("Cell voltage at 90 %"), calibration),
        milliVolt(0x32, "cellVoltage80", SB_P("Cell voltage at 80 %"), calibration),
        milliVolt(0x43, "cellVoltage70", SB_P("Cell voltage at 70 %"), calibration),
        milliVolt(0x33, "cellVoltage60", SB_P("Cell voltage at 60 %"), calibration),
        milliVolt(0x44, "cellVoltage50", SB_P("Cell voltage at 50 %"), calibration),
        milliVolt(0x34, "cellVoltage40", SB_P("Cell voltage at 40 %"), calibration),
        milliVolt(0x45, "cellVoltage30", SB_P("Cell voltage at 30 %"), calibration),
        milliVolt(0x35, "cellVoltage20", SB_P("Cell voltage at 20 %"), calibration),
        milliVolt(0x46, "cellVoltage10", SB_P("Cell voltage at 10 %"), calibration),
        milliVolt(0x13, "cellVoltage0", SB_P("Cell voltage at 0 %"), calibration),
        packVolt(0x20, "packOvervoltage", SB_P("Pack overvoltage")),
        packVolt(0x21, "packOvervoltageRelease", SB_P("Pack overvoltage, release")),
        packVolt(0x22, "packUndervoltage", SB_P("Pack undervoltage")),
        packVolt(0x23, "packUndervoltageRelease", SB_P("Pack undervoltage, release")),
        seconds(0x3C, "packOvervoltageDelay", SB_P("Pack overvoltage, delay"), voltage, 0),
        seconds(0x3C, "packUndervoltageDelay", SB_P("Pack undervoltage, delay"), voltage, 8),
        milliVolt(0x24, "cellOvervoltage", SB_P("Cell overvoltage"), voltage),
        milliVolt(0x25, "cellOvervoltageRelease", SB_P("Cell overvoltage, release"), voltage),
        milliVolt(0x26, "cellUndervoltage", SB_P("Cell undervoltage"), voltage),
        milliVolt(0x27, "cellUndervoltageRelease", SB_P("Cell undervoltage, release"), voltage),
        seconds(0x3D, "cellOvervoltageDelay", SB_P("Cell overvoltage, delay"), voltage, 0),
        seconds(0x3D, "cellUndervoltageDelay", SB_P("Cell undervoltage, delay"), voltage, 8),
        milliVolt(0x36, "hardwareCellOvervoltage", SB_P("Cell overvoltage in hardware"), voltage),
        milliVolt(0x37, "hardwareCellUndervoltage", SB_P("Cell undervoltage in hardware"), voltage),
        choice(0x39, "hardwareOvervoltageDelay", SB_P("Cell overvoltage in hardware, delay"), voltage, "s",
               12, 2, overvoltageDelays.data()),
        choice(0x39, "hardwareUndervoltageDelay", SB_P("Cell undervoltage in hardware, delay"), voltage, "s",
               14, 2, undervoltageDelays.data()),
        {0x28, "chargeOvercurrent", SB_P("Charge overcurrent"), current, "A", 0.01, 0, 2},
        {0x29, "dischargeOvercurrent", SB_P("Discharge overcurrent"), current, "A", 0.01, 0, 2,
         Coding::Negative},
        seconds(0x3E, "chargeOvercurrentDelay", SB_P("Charge overcurrent, delay"), current, 8),
        seconds(0x3E, "chargeOvercurrentRelease", SB_P("Charge overcurrent, release"), current, 0),
        seconds(0x3F, "dischargeOvercurrentDelay", SB_P("Discharge overcurrent, delay"), current, 8),
        seconds(0x3F, "dischargeOvercurrentRelease", SB_P("Discharge overcurrent, release"), current, 0),
        bit(0x38, "doubleCurrentValues", SB_P("Double the hardware current values"), current, 15),
        choice(0x38, "shortCircuitDelay", SB_P("Short circuit, delay"), current, "us", 11, 2,
               shortDelays.data()),
        choice(0x38, "shortCircuitThreshold", SB_P("Short circuit, threshold"), current, "mV", 8, 3,
               shortThresholds.data()),
        choice(0x38, "hardwareOvercurrentDelay", SB_P("Overcurrent in hardware, delay"), current, "ms", 4, 3,
               overcurrentDelays.data()),
        choice(0x38, "hardwareOvercurrentThreshold", SB_P("Overcurrent in hardware, threshold"), current,
               "mV", 0, 4, overcurrentThresholds.data()),
        seconds(0x39, "shortCircuitRelease", SB_P("Short circuit, release"), current, 0),
        degrees(0x18, "chargeOvertemperature", SB_P("Charge overtemperature")),
        degrees(0x19, "chargeOvertemperatureRelease", SB_P("Charge overtemperature, release")),
        degrees(0x1A, "chargeUndertemperature", SB_P("Charge undertemperature")),
        degrees(0x1B, "chargeUndertemperatureRelease", SB_P("Charge undertemperature, release")),
        degrees(0x1C, "dischargeOvertemperature", SB_P("Discharge overtemperature")),
        degrees(0x1D, "dischargeOvertemperatureRelease", SB_P("Discharge overtemperature, release")),
        degrees(0x1E, "dischargeUndertemperature", SB_P("Discharge undertemperature")),
        degrees(0x1F, "dischargeUndertemperatureRelease", SB_P("Discharge undertemperature, release")),
        seconds(0x3A, "chargeOvertemperatureDelay", SB_P("Charge overtemperature, delay"), temperature, 0),
        seconds(0x3A, "chargeUndertemperatureDelay", SB_P("Charge undertemperature, delay"), temperature, 8),
        seconds(0x3B, "dischargeOvertemperatureDelay", SB_P("Discharge overtemperature, delay"), temperature,
                0),
        seconds(0x3B, "dischargeUndertemperatureDelay", SB_P("Discharge undertemperature, delay"),
                temperature, 8),
        bit(0x2D, "balancerEnabled", SB_P("Balancer on"), balancer, 2),
        bit(0x2D, "balanceOnlyCharging", SB_P("Balance only while charging"), balancer, 3),
        milliVolt(0x2A, "balanceStart", SB_P("Balance from this cell voltage"), balancer),
        milliVolt(0x2B, "balanceWindow", SB_P("Balance from this spread"), balancer),
        {0x2C, "shuntResistance", SB_P("Shunt resistance"), hardware, "mOhm", 0.1, 0, 1, Coding::Unsigned, 0,
         16, nullptr, true, true},
        {0x2F, "cellCount", SB_P("Number of cells"), hardware, "", 1, 0, 0, Coding::Unsigned, 0, 16, nullptr,
         true, true},
        {0x2E, "sensorMask", SB_P("Temperature sensors in use"), hardware, "", 1, 0, 0, Coding::Unsigned, 0,
         8, nullptr, true, true},
        bit(0x2D, "switchEnabled", SB_P("Switch input"), hardware, 0),
        bit(0x2D, "loadDetection", SB_P("Load detection"), hardware, 1),
        bit(0x2D, "ledEnabled", SB_P("LED"), hardware, 4),
        bit(0x2D, "ledMode", SB_P("LED mode"), hardware, 5),
        bit(0x2D, "clockAndHistory", SB_P("Clock and history"), hardware, 6),
        bit(0x2D, "limitedCapacityUpdate", SB_P("Update of full capacity is limited"), hardware, 7),
        bit(0x2D, "gpsEnabled", SB_P("GPS"), hardware, 8),
        bit(0x2D, "buzzerEnabled", SB_P("Buzzer"), hardware, 9),
        {0x30, "fetControlTime", SB_P("FET control time"), hardware, "s"},
        {0x31, "ledTime", SB_P("LED time"), hardware, "s"},
        milliVolt(0x40, "gpsCutOff", SB_P("GPS cut-off voltage"), hardware),
        {0x41, "gpsDelay", SB_P("GPS cut-off delay"), hardware, "s"},
        {0x15, "productionDate", SB_P("Production date"), identity, "", 1, 0, 0, Coding::Date},
        {0x16, "serialNumber", SB_P("Serial number"), identity},
        {0xA0, "manufacturer", SB_P("Manufacturer"), identity, "", 1, 0, 0, Coding::Text},
        {0xA1, "deviceName", SB_P("Device name"), identity, "", 1, 0, 0, Coding::Text},
        {0xA2, "barcode", SB_P("Barcode"), identity, "", 1, 0, 0, Coding::Text},
    };
}

constexpr int longestText = 31;

quint16 maskOf(const ParameterRow &row) { return static_cast<quint16>((1U << row.bits) - 1U); }

ParameterInfo describe(const ParameterRow &row)
{
    ParameterInfo info;
    info.id = QLatin1String(row.id);
    info.name = row.name;
    info.group = row.group;
    info.unit = QLatin1String(row.unit);
    info.decimals = row.decimals;
    info.writable = row.writable;
    info.dangerous = row.dangerous;
    switch (row.coding) {
    case Coding::Date:
        info.type = ParameterType::Date;
        break;
    case Coding::Text:
        info.type = ParameterType::Text;
        info.maxLength = longestText;
        break;
    case Coding::Choice:
        info.type = ParameterType::Integer;
        info.minimum = row.choices[0];
        info.maximum = row.choices[maskOf(row)];
        break;
    case Coding::Negative:
        info.type = ParameterType::Number;
        info.maximum = 32767 * row.scale;
        break;
    case Coding::Unsigned:
        info.type = row.decimals > 0 ? ParameterType::Number : ParameterType::Integer;
        info.minimum = row.zero;
        info.maximum = maskOf(row) * row.scale + row.zero;
        // The charge limit is a signed number on the wire that is never negative.
        if (row.reg == 0x28)
            info.maximum = 32767 * row.scale;
        break;
    }
    return info;
}

} // namespace

const std::vector<ParameterRow> &parameterRows()
{
    static const std::vector<ParameterRow> rows = makeRows();
    return rows;
}

const std::vector<ParameterInfo> &parameterInfos()
{
    static const std::vector<ParameterInfo> infos = [] {
        std::vector<ParameterInfo> list;
        for (const ParameterRow &row : parameterRows())
            list.push_back(describe(row));
        return list;
    }();
    return infos;
}

const ParameterRow *findParameter(const QString &id)
{
    for (const ParameterRow &row : parameterRows()) {
        if (id == QLatin1String(row.id))
            return &row;
    }
    return nullptr;
}

std::optional<QVariant> decodeParameter(const ParameterRow &row, Bytes data)
{
    if (row.coding == Coding::Text) {
        if (data.empty() || data[0] > data.size() - 1)
            return std::nullopt;
        return decodeText(data.subspan(1, data[0])).value_or(QString());
    }
    if (data.size() != 2)
        return std::nullopt;
    const auto raw = static_cast<quint16>(*readInteger(data, 0, Wire::U16BE));
    switch (row.coding) {
    case Coding::Date: {
        const Date date = decodeDate(raw);
        return date ? std::optional<QVariant>(*date) : std::nullopt;
    }
    case Coding::Negative:
        return Scale(row.scale).apply(-static_cast<double>(static_cast<qint16>(raw)));
    case Coding::Choice:
        return static_cast<qint64>(row.choices[(raw >> row.shift) & maskOf(row)]);
    case Coding::Unsigned: {
        const double value = Scale(row.scale, row.zero).apply((raw >> row.shift) & maskOf(row));
        return row.decimals > 0 ? QVariant(value) : QVariant(static_cast<qint64>(std::llround(value)));
    }
    case Coding::Text:
        break;
    }
    return std::nullopt;
}

std::optional<QByteArray> encodeParameter(const ParameterRow &row, const QVariant &value,
                                          const QByteArray &raw)
{
    quint16 content = 0;
    switch (row.coding) {
    case Coding::Text: {
        const QByteArray text = value.toString().toLatin1();
        if (text.size() > longestText)
            return std::nullopt;
        return static_cast<char>(text.size()) + text;
    }
    case Coding::Date: {
        const QDate date = value.toDate();
        if (!date.isValid() || date.year() < 2000 || date.year() > 2127)
            return std::nullopt;
        return word(encodeDate(date));
    }
    case Coding::Negative: {
        const auto steps = std::llround(value.toDouble() / row.scale);
        if (steps < 0 || steps > 32767)
            return std::nullopt;
        return word(static_cast<quint16>(-steps));
    }
    case Coding::Choice: {
        const double *end = row.choices + maskOf(row) + 1;
        const double *at = std::find(row.choices, end, value.toDouble());
        if (at == end)
            return std::nullopt;
        content = static_cast<quint16>(at - row.choices);
        break;
    }
    case Coding::Unsigned: {
        const auto steps = std::llround((value.toDouble() - row.zero) / row.scale);
        if (steps < 0 || steps > maskOf(row))
            return std::nullopt;
        content = static_cast<quint16>(steps);
        break;
    }
    }
    if (row.bits == 16)
        return word(content);
    // The register holds other settings, too: theirs stay.
    const auto old = readInteger(bytesOf(raw), 0, Wire::U16BE);
    if (!old)
        return std::nullopt;
    const auto mask = static_cast<quint16>(maskOf(row) << row.shift);
    return word(static_cast<quint16>((*old & ~mask) | (content << row.shift)));
}

void decodeParameters(quint8 reg, Bytes data, Update &update)
{
    for (const ParameterRow &row : parameterRows()) {
        if (row.reg != reg)
            continue;
        const std::optional<QVariant> value = decodeParameter(row, data);
        if (!value)
            continue;
        update.parameters.push_back({QLatin1String(row.id), *value});
        BatteryState &state = update.values;
        // Trip points of the protections: upper bounds, not what the pack would like.
        const QLatin1String id(row.id);
        if (id == QLatin1String("chargeOvercurrent"))
            state.maxChargeCurrent = std::abs(value->toDouble());
        else if (id == QLatin1String("dischargeOvercurrent"))
            state.maxDischargeCurrent = std::abs(value->toDouble());
        else if (id == QLatin1String("packOvervoltage"))
            state.maxVoltage = value->toDouble();
        else if (id == QLatin1String("packUndervoltage"))
            state.minVoltage = value->toDouble();
        else if (id == QLatin1String("balancerEnabled"))
            state.balancerEnabled = value->toInt() != 0;
        else if (id == QLatin1String("manufacturer") && !value->toString().isEmpty())
            state.manufacturer = value->toString();
        else if (id == QLatin1String("deviceName") && !value->toString().isEmpty())
            state.deviceName = value->toString();
        else if (id == QLatin1String("barcode") && !value->toString().isEmpty()) {
            state.serialNumber = value->toString();
            state.uniqueId = value->toString();
        }
    }
}

} // namespace sb::jbd
