// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daren_485/daren_485protocol.h"

#include <QCoreApplication>
#include <algorithm>

namespace sb::daren_485 {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Daren485)
};

// ---- Realtime ----
constexpr std::array headFields{
    FieldRow{1, Wire::U16BE, &BatteryState::soc, 0.01},
    FieldRow{3, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{5, Wire::U8, &BatteryState::cellCount},
};
constexpr double mostSoc = 110; ///< %; beyond it is something else
constexpr size_t cellCountAt = 5;
constexpr ListRow cells{6, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
// Behind the cells.
constexpr size_t environmentAt = 0;
constexpr size_t averageAt = 2;
constexpr size_t mosfetAt = 4;
constexpr size_t sensorCountAt = 6;
constexpr size_t sensorsAt = 7;
constexpr qint64 maxSensors = 16;
// Behind the sensors.
constexpr std::array tailFields{
    FieldRow{0, Wire::S16BE, &BatteryState::current, 0.01}, // positive = charging
    FieldRow{4, Wire::U16BE, &BatteryState::soh},
    FieldRow{7, Wire::U16BE, &BatteryState::capacityAh, 0.01},
    FieldRow{9, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{11, Wire::U16BE, &BatteryState::cycles},
};
constexpr size_t voltageStatusAt = 13;
constexpr size_t currentStatusAt = 15;
constexpr size_t temperatureStatusAt = 17;
constexpr size_t alarmStatusAt = 19;
constexpr size_t fetStatusAt = 21;
constexpr size_t leastTail = 23;
constexpr size_t balancingAt = 31;     ///< cells 1 to 16
constexpr size_t balancingHighAt = 33; ///< the others
constexpr size_t balancingBits = 16;

constexpr std::array fets{
    FlagRow{fetStatusAt, Wire::U16BE, 0, &BatteryState::dischargeAllowed},
    FlagRow{fetStatusAt, Wire::U16BE, 1, &BatteryState::chargeAllowed},
};

using enum AlarmName;
constexpr AlarmLevel warning = AlarmLevel::Warning;
constexpr AlarmLevel alarm = AlarmLevel::Alarm;
constexpr std::array voltageAlarms{
    AlarmRow{0, HighCellVoltage, alarm},   AlarmRow{1, LowCellVoltage, alarm},
    AlarmRow{2, HighVoltage, alarm},       AlarmRow{3, LowVoltage, alarm},
    AlarmRow{4, HighCellVoltage, warning}, AlarmRow{5, LowCellVoltage, warning},
    AlarmRow{6, HighVoltage, warning},     AlarmRow{7, LowVoltage, warning},
    AlarmRow{8, CellImbalance, warning},   AlarmRow{13, FuseBlown, alarm}, // as the vendor's program has it
    AlarmRow{14, CellImbalance, alarm},                                    // likewise
};
constexpr std::array currentAlarms{
    AlarmRow{2, HighChargeCurrent, alarm},    AlarmRow{3, HighDischargeCurrent, alarm}, // short circuit
    AlarmRow{4, HighDischargeCurrent, alarm}, AlarmRow{5, HighDischargeCurrent, alarm},
    AlarmRow{6, HighChargeCurrent, warning},  AlarmRow{7, HighDischargeCurrent, warning},
};
constexpr std::array temperatureAlarms{
    AlarmRow{0, HighChargeTemperature, alarm},
    AlarmRow{1, LowChargeTemperature, alarm},
    AlarmRow{2, HighTemperature, alarm},
    AlarmRow{3, LowTemperature, alarm},
    AlarmRow{4, HighInternalTemperature, alarm}, // environment
    AlarmRow{5, LowTemperature, alarm},          // environment
    AlarmRow{6, HighInternalTemperature, alarm}, // MOSFET
    AlarmRow{7, LowTemperature, alarm},          // MOSFET
    AlarmRow{8, HighChargeTemperature, warning},
    AlarmRow{9, LowChargeTemperature, warning},
    AlarmRow{10, HighTemperature, warning},
    AlarmRow{11, LowTemperature, warning},
    AlarmRow{12, HighInternalTemperature, warning},
    AlarmRow{13, LowTemperature, warning},
    AlarmRow{14, HighInternalTemperature, warning},
    AlarmRow{15, LowTemperature, warning},
};
// Bit 2, an external memory card, and bits 5 and 6, LED and buzzer switched on, are no alarms.
constexpr std::array otherAlarms{
    AlarmRow{0, CellImbalance, warning},
    AlarmRow{1, InternalFailure, alarm}, // MOSFET
    AlarmRow{3, InternalFailure, alarm}, // SPI
    AlarmRow{4, InternalFailure, alarm}, // EEPROM
    AlarmRow{7, LowSoc, alarm},
    AlarmRow{8, HighInternalTemperature, alarm},
    AlarmRow{9, HighInternalTemperature, warning},
    AlarmRow{10, InternalFailure, alarm}, // limiter
    AlarmRow{11, InternalFailure, alarm}, // sampling
    AlarmRow{12, InternalFailure, alarm}, // cell
    AlarmRow{13, InternalFailure, alarm}, // sensor
    AlarmRow{14, InternalFailure, alarm}, // MOSFET
    AlarmRow{15, InternalFailure, alarm}, // MOSFET
};
constexpr std::array fetAlarms{
    AlarmRow{2, InternalFailure, alarm},
    AlarmRow{3, InternalFailure, alarm},
};
struct Word
{
    size_t at;
    std::span<const AlarmRow> rows;
};
constexpr std::array words{
    Word{voltageStatusAt, voltageAlarms},
    Word{currentStatusAt, currentAlarms},
    Word{temperatureStatusAt, temperatureAlarms},
    Word{alarmStatusAt, otherAlarms},
    Word{fetStatusAt, fetAlarms},
};

// ---- Limits ----
constexpr size_t cellHighAt = 1; ///< mV
constexpr size_t cellLowAt = 3;
constexpr size_t packHighAt = 11; ///< mV per cell
constexpr size_t packLowAt = 13;
constexpr size_t limitCellsAt = 15;
constexpr size_t chargeLimitAt = 17;
constexpr Scale chargeLimitScale(0.01);
constexpr size_t leastLimits = 21;
constexpr size_t mostLimits = 65;
constexpr size_t bmsBarcodeAt = 45;
constexpr size_t barcodeSize = 20;
constexpr qint64 leastCellLimit = 1000;
constexpr qint64 mostCellLimit = 5000;

// ---- Maker ----
constexpr size_t typeAt = 0;
constexpr size_t productAt = 10;
constexpr size_t projectAt = 20;
constexpr size_t nameSize = 10;
constexpr size_t softwareAt = 30;
constexpr size_t softwareSize = 3;
constexpr size_t makerSize = 35;

// ---- Extended ----
constexpr size_t moduleAt = 3;
constexpr size_t dataAt = 6; ///< the length before it is not always that of the data
constexpr size_t serialNumberSize = 30;
constexpr size_t dateAt = 90;
constexpr size_t manufacturerAt = 93;
constexpr size_t manufacturerSize = 20;
constexpr size_t identitySize = 113;
constexpr std::array capacityFields{
    FieldRow{0, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{2, Wire::U16BE, &BatteryState::capacityAh, 0.01},
};
constexpr size_t fullAt = 2;
constexpr size_t leastCapacities = 6;

qint64 wordAt(Bytes bytes, size_t at) { return readInteger(bytes, at, Wire::U16BE).value_or(0); }

/// Usually signed tenths; some boards tell tenths of a kelvin.
double temperatureAt(Bytes bytes, size_t at)
{
    constexpr qint64 mostSigned = 1000;
    constexpr qint64 zeroCelsius = 2731;
    const qint64 raw = readInteger(bytes, at, Wire::S16BE).value_or(0);
    return static_cast<double>(raw > mostSigned ? raw - zeroCelsius : raw) / 10;
}

/// Unused characters are blanks, NUL or FF.
Text textOf(Bytes bytes)
{
    QByteArray text;
    for (const quint8 byte : bytes) {
        if (byte != 0xFF)
            text.append(static_cast<char>(byte));
    }
    return decodeText(bytesOf(text));
}

void takeTemperatures(Bytes middle, qint64 sensors, BatteryState &to)
{
    to.mosfetTemperature = temperatureAt(middle, mosfetAt);
    to.temperatures.assign({temperatureAt(middle, environmentAt), temperatureAt(middle, averageAt)});
    to.temperatureNames = {Words::tr("Environment"), Words::tr("Average")};
    to.minCellTemperature = to.maxCellTemperature = std::nullopt;
    for (qint64 i = 0; i < sensors; ++i) {
        const double celsius = temperatureAt(middle, sensorsAt + 2 * static_cast<size_t>(i));
        to.temperatures.emplace_back(celsius);
        to.temperatureNames.append(Words::tr("Cell %1").arg(i + 1));
        to.minCellTemperature = std::min(to.minCellTemperature.value_or(celsius), celsius);
        to.maxCellTemperature = std::max(to.maxCellTemperature.value_or(celsius), celsius);
    }
}

void takeBalancing(Bytes tail, size_t cellCount, BatteryState &to)
{
    to.cellBalancing.clear();
    const auto low = readInteger(tail, balancingAt, Wire::U16BE);
    const auto high = readInteger(tail, balancingHighAt, Wire::U16BE);
    if (!low || (!high && cellCount > balancingBits))
        return;
    const qint64 mask = high.value_or(0) << balancingBits | *low;
    for (size_t cell = 0; cell < cellCount; ++cell)
        to.cellBalancing.push_back(((mask >> cell) & 1) != 0);
}

void takeAlarms(Bytes tail, BatteryState &to)
{
    to.alarms = {};
    for (const Word &word : words)
        decodeAlarms(word.rows, static_cast<quint64>(wordAt(tail, word.at)), to.alarms);
    // Without the bits that are states.
    constexpr qint64 currentProtections = 0x7FFC;
    constexpr qint64 otherProtections = 0xFF9F;
    to.problemCode = (wordAt(tail, currentStatusAt) & currentProtections) << 48 |
                     wordAt(tail, voltageStatusAt) << 32 | wordAt(tail, temperatureStatusAt) << 16 |
                     (wordAt(tail, alarmStatusAt) & otherProtections);
}

bool isModule(Bytes info, Module module)
{
    return info.size() >= dataAt && info[0] == Extended && info[moduleAt] == module;
}

bool areLimits(Bytes info)
{
    if (info.size() < leastLimits || info.size() > mostLimits)
        return false;
    const qint64 high = wordAt(info, cellHighAt);
    const qint64 low = wordAt(info, cellLowAt);
    const qint64 count = wordAt(info, limitCellsAt);
    return low >= leastCellLimit && low < high && high <= mostCellLimit && count >= minCells &&
           count <= maxCells;
}

/// Of the pack; nothing where it is not told per cell.
Number packLimit(Bytes info, size_t at)
{
    const qint64 each = wordAt(info, at);
    if (each < leastCellLimit || each > mostCellLimit)
        return std::nullopt;
    return static_cast<double>(each * wordAt(info, limitCellsAt)) / 1000;
}

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *current = NAME("Current protection");
constexpr const char *temperature = NAME("Temperature protection");
constexpr const char *balancing = NAME("Balancing");
constexpr const char *general = NAME("General");

constexpr Scale below50(1, -50);

// clang-format off
// Registers are offsets in the reply.
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {1, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {3, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {5, "overtemperature", NAME("Overtemperature"), temperature, "°C", Wire::U16BE, below50, 0, -50, 65485},
    {7, "undertemperature", NAME("Undertemperature"), temperature, "°C", Wire::U16BE, below50, 0, -50, 65485},
    {9, "chargeCurrentUpperLimit", NAME("Upper limit of the charge current"), current, "A", Wire::U16BE, 0.01, 2, 0, 655.35},
    {11, "packOvervoltagePerCell", NAME("Pack overvoltage, per cell"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {13, "packUndervoltagePerCell", NAME("Pack undervoltage, per cell"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    {15, "cellCount", NAME("Cells"), general, "", Wire::U16BE, 1, 0, 0, 65535},
    {17, "chargeCurrentLimit", NAME("Charge current limit"), current, "A", Wire::U16BE, 0.01, 2, 0, 655.35},
    {19, "designCapacity", NAME("Design capacity"), general, "Ah", Wire::U16BE, 0.01, 2, 0, 655.35},
    {21, "historyInterval", NAME("Interval of the history"), general, "", Wire::U16BE, 1, 0, 0, 65535},
    {23, "balanceMode", NAME("Balance mode"), balancing, "", Wire::U16BE, 1, 0, 0, 65535},
});
// clang-format on
#undef NAME

} // namespace

bool decodeRealtime(Bytes info, BatteryState &to)
{
    const qint64 cellCount = readInteger(info, cellCountAt, Wire::U8).value_or(0);
    if (cellCount < minCells || cellCount > maxCells)
        return false;
    const size_t middleAt = cells.offset + 2 * static_cast<size_t>(cellCount);
    const auto sensorCount = readInteger(info, middleAt + sensorCountAt, Wire::U8);
    if (!sensorCount || *sensorCount > maxSensors)
        return false;
    const size_t tailAt = middleAt + sensorsAt + 2 * static_cast<size_t>(*sensorCount);
    if (info.size() < tailAt + leastTail)
        return false;
    BatteryState read;
    decodeFields(headFields, info, read);
    if (*read.soc > mostSoc)
        return false;
    decodeFields(headFields, info, to);
    decodeList(cells, static_cast<int>(cellCount), info, to);
    takeTemperatures(info.subspan(middleAt), *sensorCount, to);
    const Bytes tail = info.subspan(tailAt);
    decodeFields(tailFields, tail, to);
    decodeFlags(fets, tail, to);
    takeBalancing(tail, static_cast<size_t>(cellCount), to);
    takeAlarms(tail, to);
    return true;
}

bool decodeLimits(Bytes info, BatteryState &to, std::vector<ParameterValue> &parameters)
{
    if (!areLimits(info))
        return false;
    // There is no limit of its own for discharging.
    to.maxChargeCurrent = to.maxDischargeCurrent =
        chargeLimitScale.apply(static_cast<double>(wordAt(info, chargeLimitAt)));
    to.maxVoltage = packLimit(info, packHighAt);
    to.minVoltage = packLimit(info, packLowAt);
    modbus::decodeSettings(rows, modbus::Registers(0, info, 1), parameters);
    return true;
}

qint64 cellsOfLimits(Bytes info) { return wordAt(info, limitCellsAt); }

Text barcodeOfLimits(Bytes info)
{
    return info.size() < bmsBarcodeAt + barcodeSize ? Text()
                                                    : textOf(info.subspan(bmsBarcodeAt, barcodeSize));
}

bool decodeMaker(Bytes info, BatteryState &to, Text &product)
{
    if (info.size() != makerSize)
        return false;
    product = textOf(info.subspan(productAt, nameSize));
    QStringList names;
    for (const Text &name :
         {product, textOf(info.subspan(projectAt, nameSize)), textOf(info.subspan(typeAt, nameSize))}) {
        if (name)
            names.append(*name);
    }
    to.hardwareVersion = to.productName = names.isEmpty() ? Text() : names.join(QLatin1Char(' '));
    QStringList version;
    for (const quint8 part : info.subspan(softwareAt, softwareSize))
        version.append(QStringLiteral("%1").arg(part, 2, 16, QLatin1Char('0')).toUpper());
    to.firmwareVersion = version.join(QLatin1Char('.'));
    return true;
}

bool decodeIdentity(Bytes info, size_t serialSize, BatteryState &to)
{
    if (!isModule(info, Identity) || info.size() < dataAt + identitySize)
        return false;
    const Bytes data = info.subspan(dataAt);
    to.serialNumber = textOf(data.first(std::min(serialSize, serialNumberSize)));
    const QDate date(2000 + data[dateAt], data[dateAt + 1], data[dateAt + 2]);
    to.productionDate = date.isValid() ? Date(date) : std::nullopt;
    to.manufacturer = textOf(data.subspan(manufacturerAt, manufacturerSize));
    return true;
}

bool decodeCapacities(Bytes info, BatteryState &to)
{
    if (!isModule(info, Capacities) || info.size() < dataAt + leastCapacities)
        return false;
    const Bytes data = info.subspan(dataAt);
    if (wordAt(data, fullAt) > 0)
        decodeFields(capacityFields, data, to);
    return true;
}

std::span<const modbus::SettingRow> settingRows() { return rows; }

} // namespace sb::daren_485
