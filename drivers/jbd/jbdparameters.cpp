// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbdparameters.h"

#include "bms/driver.h"
#include "bms/fieldtable.h"
#include "drivers/jbd/jbdprotocol.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sb::jbd {
namespace {

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)

constexpr const char *capacity = NAME("Capacity");
constexpr const char *soc = NAME("State of charge");
constexpr const char *temperature = NAME("Temperature protection");
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *current = NAME("Current protection");
constexpr const char *balancing = NAME("Balancing");
constexpr const char *functions = NAME("Functions");
constexpr const char *hardware = NAME("Hardware");
constexpr const char *identity = NAME("Identity");

constexpr bool dangerous = true;
constexpr BitField highByte{8, 8};
constexpr BitField lowByte{0, 8};

constexpr std::array<quint16, 4> shortCircuitDelays{70, 100, 200, 400};
constexpr std::array<quint16, 8> shortCircuitThresholds{22, 33, 44, 56, 67, 78, 89, 100};
constexpr std::array<quint16, 8> overcurrent2Delays{8, 20, 40, 80, 160, 320, 640, 1280};
constexpr std::array<quint16, 16> overcurrent2Thresholds{8,  11, 14, 17, 19, 22, 25, 28,
                                                         31, 33, 36, 39, 42, 44, 47, 50};
constexpr std::array<quint16, 4> undervoltageDelays{1, 4, 8, 16};
constexpr std::array<quint16, 4> overvoltageDelays{1, 2, 4, 8};

// The calibration registers AD to DF are not here: they can only be written, and only while a meter shows the
// true value.
// clang-format off
constexpr auto rows = std::to_array<ParameterRow>({
    {0x10, "designCapacity", NAME("Design capacity"), capacity, Coding::Unsigned, "Ah", 2, 0, 655.35},
    {0x11, "cycleCapacity", NAME("Cycle capacity"), capacity, Coding::Unsigned, "Ah", 2, 0, 655.35},
    {0x12, "cellVoltageFull", NAME("Cell voltage that sets the state of charge to 100 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x47, "cellVoltage100", NAME("Cell voltage at 100 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x42, "cellVoltage90", NAME("Cell voltage at 90 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x32, "cellVoltage80", NAME("Cell voltage at 80 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x43, "cellVoltage70", NAME("Cell voltage at 70 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x33, "cellVoltage60", NAME("Cell voltage at 60 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x44, "cellVoltage50", NAME("Cell voltage at 50 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x34, "cellVoltage40", NAME("Cell voltage at 40 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x45, "cellVoltage30", NAME("Cell voltage at 30 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x35, "cellVoltage20", NAME("Cell voltage at 20 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x46, "cellVoltage10", NAME("Cell voltage at 10 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x13, "cellVoltageEmpty", NAME("Cell voltage at 0 %"), soc, Coding::Unsigned, "V", 3, 0, 5},
    {0x14, "selfDischarge", NAME("Self-discharge rate"), soc, Coding::Unsigned, "%", 1, 0, 100},

    {0x18, "chargeOvertemperature", NAME("Charge overtemperature"), temperature, Coding::Kelvin, "degC", 1, -50, 150, dangerous},
    {0x19, "chargeOvertemperatureRelease", NAME("Charge overtemperature release"), temperature, Coding::Kelvin, "degC", 1, -50, 150, dangerous},
    {0x1A, "chargeUndertemperature", NAME("Charge undertemperature"), temperature, Coding::Kelvin, "degC", 1, -50, 150, dangerous},
    {0x1B, "chargeUndertemperatureRelease", NAME("Charge undertemperature release"), temperature, Coding::Kelvin, "degC", 1, -50, 150, dangerous},
    {0x1C, "dischargeOvertemperature", NAME("Discharge overtemperature"), temperature, Coding::Kelvin, "degC", 1, -50, 150, dangerous},
    {0x1D, "dischargeOvertemperatureRelease", NAME("Discharge overtemperature release"), temperature, Coding::Kelvin, "degC", 1, -50, 150, dangerous},
    {0x1E, "dischargeUndertemperature", NAME("Discharge undertemperature"), temperature, Coding::Kelvin, "degC", 1, -50, 150, dangerous},
    {0x1F, "dischargeUndertemperatureRelease", NAME("Discharge undertemperature release"), temperature, Coding::Kelvin, "degC", 1, -50, 150, dangerous},
    {0x3A, "chargeUndertemperatureDelay", NAME("Charge undertemperature delay"), temperature, Coding::Unsigned, "s", 0, 0, 255, dangerous, highByte},
    {0x3A, "chargeOvertemperatureDelay", NAME("Charge overtemperature delay"), temperature, Coding::Unsigned, "s", 0, 0, 255, dangerous, lowByte},
    {0x3B, "dischargeUndertemperatureDelay", NAME("Discharge undertemperature delay"), temperature, Coding::Unsigned, "s", 0, 0, 255, dangerous, highByte},
    {0x3B, "dischargeOvertemperatureDelay", NAME("Discharge overtemperature delay"), temperature, Coding::Unsigned, "s", 0, 0, 255, dangerous, lowByte},

    {0x20, "packOvervoltage", NAME("Pack overvoltage"), voltage, Coding::Unsigned, "V", 2, 0, 655.35, dangerous},
    {0x21, "packOvervoltageRelease", NAME("Pack overvoltage release"), voltage, Coding::Unsigned, "V", 2, 0, 655.35, dangerous},
    {0x22, "packUndervoltage", NAME("Pack undervoltage"), voltage, Coding::Unsigned, "V", 2, 0, 655.35, dangerous},
    {0x23, "packUndervoltageRelease", NAME("Pack undervoltage release"), voltage, Coding::Unsigned, "V", 2, 0, 655.35, dangerous},
    {0x3C, "packUndervoltageDelay", NAME("Pack undervoltage delay"), voltage, Coding::Unsigned, "s", 0, 0, 255, dangerous, highByte},
    {0x3C, "packOvervoltageDelay", NAME("Pack overvoltage delay"), voltage, Coding::Unsigned, "s", 0, 0, 255, dangerous, lowByte},
    {0x24, "cellOvervoltage", NAME("Cell overvoltage"), voltage, Coding::Unsigned, "V", 3, 0, 5, dangerous},
    {0x25, "cellOvervoltageRelease", NAME("Cell overvoltage release"), voltage, Coding::Unsigned, "V", 3, 0, 5, dangerous},
    {0x26, "cellUndervoltage", NAME("Cell undervoltage"), voltage, Coding::Unsigned, "V", 3, 0, 5, dangerous},
    {0x27, "cellUndervoltageRelease", NAME("Cell undervoltage release"), voltage, Coding::Unsigned, "V", 3, 0, 5, dangerous},
    {0x3D, "cellUndervoltageDelay", NAME("Cell undervoltage delay"), voltage, Coding::Unsigned, "s", 0, 0, 255, dangerous, highByte},
    {0x3D, "cellOvervoltageDelay", NAME("Cell overvoltage delay"), voltage, Coding::Unsigned, "s", 0, 0, 255, dangerous, lowByte},
    {0x36, "hardwareCellOvervoltage", NAME("Hardware cell overvoltage"), voltage, Coding::Unsigned, "V", 3, 0, 5, dangerous},
    {0x37, "hardwareCellUndervoltage", NAME("Hardware cell undervoltage"), voltage, Coding::Unsigned, "V", 3, 0, 5, dangerous},
    {0x39, "hardwareUndervoltageDelay", NAME("Hardware cell undervoltage delay"), voltage, Coding::Choice, "s", 0, 1, 16, dangerous, {14, 2}, undervoltageDelays},
    {0x39, "hardwareOvervoltageDelay", NAME("Hardware cell overvoltage delay"), voltage, Coding::Choice, "s", 0, 1, 8, dangerous, {12, 2}, overvoltageDelays},

    {0x28, "chargeOvercurrent", NAME("Charge overcurrent"), current, Coding::Signed, "A", 2, 0, 327.67, dangerous},
    {0x3E, "chargeOvercurrentDelay", NAME("Charge overcurrent delay"), current, Coding::Unsigned, "s", 0, 0, 255, dangerous, highByte},
    {0x3E, "chargeOvercurrentRelease", NAME("Charge overcurrent release"), current, Coding::Unsigned, "s", 0, 0, 255, dangerous, lowByte},
    {0x29, "dischargeOvercurrent", NAME("Discharge overcurrent"), current, Coding::Negated, "A", 2, 0, 327.68, dangerous},
    {0x3F, "dischargeOvercurrentDelay", NAME("Discharge overcurrent delay"), current, Coding::Unsigned, "s", 0, 0, 255, dangerous, highByte},
    {0x3F, "dischargeOvercurrentRelease", NAME("Discharge overcurrent release"), current, Coding::Unsigned, "s", 0, 0, 255, dangerous, lowByte},
    {0x38, "doubleThresholds", NAME("Short circuit and 2nd level thresholds count double"), current, Coding::Unsigned, "", 0, 0, 1, dangerous, {15, 1}},
    {0x38, "shortCircuitDelay", NAME("Short circuit delay"), current, Coding::Choice, "us", 0, 70, 400, dangerous, {11, 2}, shortCircuitDelays},
    {0x38, "shortCircuitThreshold", NAME("Short circuit threshold"), current, Coding::Choice, "mV", 0, 22, 100, dangerous, {8, 3}, shortCircuitThresholds},
    {0x39, "shortCircuitRelease", NAME("Short circuit release"), current, Coding::Unsigned, "s", 0, 0, 255, dangerous, lowByte},
    {0x38, "overcurrent2Delay", NAME("2nd level discharge overcurrent delay"), current, Coding::Choice, "ms", 0, 8, 1280, dangerous, {4, 4}, overcurrent2Delays},
    {0x38, "overcurrent2Threshold", NAME("2nd level discharge overcurrent threshold"), current, Coding::Choice, "mV", 0, 8, 50, dangerous, {0, 4}, overcurrent2Thresholds},

    {0x2A, "balanceStart", NAME("Balance start voltage"), balancing, Coding::Unsigned, "V", 3, 0, 5},
    {0x2B, "balanceWindow", NAME("Balance window"), balancing, Coding::Unsigned, "V", 3, 0, 5},

    {0x2D, "functions", NAME("Function switches"), functions, Coding::Flags, "", 0, 0, 0xFFFF, dangerous},
    {0x30, "fetControlTime", NAME("FET control time"), functions, Coding::Unsigned, "s", 0, 0, 65535},
    {0x31, "ledTime", NAME("LED time"), functions, Coding::Unsigned, "s", 0, 0, 65535},
    {0x40, "gpsCutOffVoltage", NAME("GPS cut-off voltage"), functions, Coding::Unsigned, "V", 3, 0, 65.535},
    {0x41, "gpsCutOffDelay", NAME("GPS cut-off delay"), functions, Coding::Unsigned, "s", 0, 0, 65535},

    {0x2C, "shuntResistance", NAME("Shunt resistance"), hardware, Coding::Unsigned, "mOhm", 1, 0, 6553.5, dangerous},
    {0x2E, "sensorsEnabled", NAME("Temperature sensors in use"), hardware, Coding::Flags, "", 0, 0, 0xFF, dangerous},
    {0x2F, "cellCount", NAME("Number of cells"), hardware, Coding::Unsigned, "", 0, 1, 32, dangerous},

    {0x15, "productionDate", NAME("Production date"), identity, Coding::Date, "", 0, 0, 0},
    {0x16, "serialNumber", NAME("Serial number"), identity, Coding::Unsigned, "", 0, 0, 65535},
    {0x17, "cycles", NAME("Cycle count"), identity, Coding::Unsigned, "", 0, 0, 65535},
    {0xA0, "manufacturer", NAME("Manufacturer"), identity, Coding::Text, "", 0, 0, 0},
    {0xA1, "deviceName", NAME("Device name"), identity, Coding::Text, "", 0, 0, 0},
    {0xA2, "barcode", NAME("Barcode"), identity, Coding::Text, "", 0, 0, 0},
});
// clang-format on
#undef NAME

constexpr int maxText = 31;
constexpr int kelvinZero = 2731;
constexpr quint16 balancerBit = 1U << 2; ///< of the function switches

double unitOf(const ParameterRow &row) { return std::pow(10.0, row.decimals); }

ParameterType typeOf(const ParameterRow &row)
{
    switch (row.coding) {
    case Coding::Flags:
        return ParameterType::Bits;
    case Coding::Date:
        return ParameterType::Date;
    case Coding::Text:
        return ParameterType::Text;
    default:
        return row.decimals == 0 ? ParameterType::Integer : ParameterType::Number;
    }
}

std::optional<QString> textOf(Bytes data)
{
    if (data.empty() || data[0] > maxText || data[0] > data.size() - 1)
        return std::nullopt;
    return decodeText(data.subspan(1, data[0])).value_or(QString());
}

/// What a setting tells about the battery. The limits are trip points of the protection.
void derive(quint8 reg, Bytes data, BatteryState &to)
{
    const double raw = static_cast<double>(readInteger(data, 0, Wire::S16BE).value_or(0));
    const double word = static_cast<double>(readInteger(data, 0, Wire::U16BE).value_or(0));
    switch (reg) {
    case reg::packOvervoltage:
        to.maxVoltage = word / 100;
        break;
    case reg::packUndervoltage:
        to.minVoltage = word / 100;
        break;
    case reg::chargeOvercurrent:
        to.maxChargeCurrent = std::abs(raw) / 100;
        break;
    case reg::dischargeOvercurrent:
        to.maxDischargeCurrent = std::abs(raw) / 100;
        break;
    case reg::functions:
        to.balancerEnabled = (static_cast<quint16>(word) & balancerBit) != 0;
        break;
    case reg::storedName:
        to.deviceName = decodeText(data.subspan(1));
        break;
    case reg::barcode:
        if (const Text barcode = decodeText(data.subspan(1)))
            to.serialNumber = to.uniqueId = barcode;
        break;
    case reg::serialNumber:
        // The number alone starts anew for each model and lot. 0 and FFFF were never set.
        if (!to.serialNumber && word > 0 && word < 0xFFFF) {
            to.serialNumber = QString::number(word);
            if (to.hardwareVersion && to.productionDate) {
                const QString date = to.productionDate->toString(QStringLiteral("yyyyMMdd"));
                to.uniqueId = QString(*to.hardwareVersion + QLatin1Char('-') + date + QLatin1Char('-') +
                                      *to.serialNumber);
            }
        }
        break;
    default:
        break;
    }
}

} // namespace

std::span<const ParameterRow> parameterRows() { return rows; }

const ParameterRow *findParameter(QStringView id)
{
    for (const ParameterRow &row : rows) {
        if (id == QLatin1String(row.id))
            return &row;
    }
    return nullptr;
}

bool isSetting(quint8 reg, bool addressed)
{
    // UP-series boards have delays at 2C and 2E to 31, and show live cell voltages from 32 on.
    if (addressed && (reg == 0x2C || reg >= 0x2E))
        return false;
    return std::any_of(rows.begin(), rows.end(), [reg](const ParameterRow &row) { return row.reg == reg; });
}

const std::vector<ParameterInfo> &parameterInfos(bool addressed)
{
    const auto make = [](bool forAddressed) {
        std::vector<ParameterInfo> infos;
        for (const ParameterRow &row : rows) {
            if (!isSetting(row.reg, forAddressed))
                continue;
            ParameterInfo &info = infos.emplace_back();
            info.id = QLatin1String(row.id);
            info.name = row.name;
            info.group = row.group;
            info.type = typeOf(row);
            info.unit = QLatin1String(row.unit);
            info.decimals = row.decimals;
            info.minimum = row.minimum;
            info.maximum = row.maximum;
            info.maxLength = row.coding == Coding::Text ? maxText : 0;
            info.dangerous = row.dangerous;
            info.choices.assign(row.choices.begin(), row.choices.end());
        }
        return infos;
    };
    static const std::vector<ParameterInfo> classic = make(false);
    static const std::vector<ParameterInfo> onAddressed = make(true);
    return addressed ? onAddressed : classic;
}

std::optional<RegisterValue> encodeParameter(const ParameterRow &row, const QVariant &value)
{
    RegisterValue to;
    if (row.coding == Coding::Text) {
        const QByteArray text = value.toString().toUtf8();
        const auto printable = [](char c) { return c >= 0x20 && c < 0x7F; };
        if (text.size() > maxText || !std::all_of(text.begin(), text.end(), printable))
            return std::nullopt;
        appendInteger(to.text, text.size(), Wire::U8);
        to.text += text;
        return to;
    }
    to.mask = row.bits.mask();
    if (row.coding == Coding::Date) {
        const QDate date = value.toDate();
        if (!date.isValid() || date.year() < 2000 || date.year() > 2127)
            return std::nullopt;
        to.bits = static_cast<quint16>((date.year() - 2000) << 9 | date.month() << 5 | date.day());
        return to;
    }
    bool ok = false;
    const double number = value.toDouble(&ok);
    if (!ok || !(number >= row.minimum && number <= row.maximum))
        return std::nullopt;
    qint64 raw = std::llround(number * unitOf(row));
    if (row.coding == Coding::Negated) {
        raw = -raw;
    } else if (row.coding == Coding::Kelvin) {
        raw += kelvinZero;
    } else if (row.coding == Coding::Choice) {
        const auto at = std::find(row.choices.begin(), row.choices.end(), raw);
        if (at == row.choices.end())
            return std::nullopt;
        raw = at - row.choices.begin();
    }
    to.bits = static_cast<quint16>(raw << row.bits.shift) & to.mask;
    return to;
}

std::optional<QVariant> decodeParameter(const ParameterRow &row, Bytes data)
{
    if (row.coding == Coding::Text) {
        const std::optional<QString> text = textOf(data);
        return text ? std::optional<QVariant>(*text) : std::nullopt;
    }
    const bool isSigned = row.coding == Coding::Signed || row.coding == Coding::Negated;
    const std::optional<qint64> word = readInteger(data, 0, isSigned ? Wire::S16BE : Wire::U16BE);
    if (!word)
        return std::nullopt;
    qint64 raw = isSigned ? *word : (*word & row.bits.mask()) >> row.bits.shift;
    switch (row.coding) {
    case Coding::Date: {
        const QDate date = dateOf(static_cast<quint16>(raw));
        return date.isValid() ? std::optional<QVariant>(date) : std::nullopt;
    }
    case Coding::Choice:
        if (static_cast<size_t>(raw) >= row.choices.size())
            return std::nullopt;
        raw = row.choices[static_cast<size_t>(raw)];
        break;
    case Coding::Negated:
        raw = -raw;
        break;
    case Coding::Kelvin:
        raw -= kelvinZero;
        break;
    default:
        break;
    }
    if (typeOf(row) == ParameterType::Number)
        return QVariant(static_cast<double>(raw) / unitOf(row));
    return QVariant(raw);
}

bool decodeSettings(quint8 reg, Bytes data, Update &to)
{
    const bool text = reg >= 0xA0;
    if (text ? !textOf(data) : data.size() != 2)
        return false;
    for (const ParameterRow &row : rows) {
        if (row.reg != reg)
            continue;
        if (std::optional<QVariant> value = decodeParameter(row, data))
            to.parameters.push_back({QLatin1String(row.id), *std::move(value)});
    }
    derive(reg, text ? data.first(1U + data[0]) : data, to.values);
    return true;
}

} // namespace sb::jbd
