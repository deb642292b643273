// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pylontech/pylontechprotocol.h"

#include "bms/fieldtable.h"

#include <QCoreApplication>
#include <algorithm>

namespace sb::pylontech {
namespace {

using namespace ydt1363;
using modbus::SettingRow;

/// A pack answers for itself, or the first of its group for it. Newer ones know only what asks the whole
/// stack.
constexpr std::array analogForms{Form{Info::Own}, Form{Info::All, 0, 0, true},
                                 Form{Info::None, 0, 0, false, StackAnalog}};
constexpr std::array alarmForms{Form{Info::Own}, Form{Info::All, 0, 0, true},
                                Form{Info::None, 0, 0, false, StackAlarms}};
constexpr std::array limitForms{Form{Info::Own}, Form{Info::None, 0, 0, false, StackLimits}};
constexpr std::array<quint8, 3> otherFormCodes{UnknownCommand, WrongFormat, WrongData};

constexpr Dialect pylonDialect{{'~', versionOfProtocol, 0x46}, "~", firstPack, 1000, otherFormCodes};

constexpr int stackTimeoutMs = 1500; ///< 8 packs in one reply are as long at 9600 baud
constexpr std::array pylonCommands{
    Command{ProtocolVersion, noInfo, Asked::AtStart, true},
    Command{Analog, analogForms, Asked::Always, false, 0, stackTimeoutMs},
    Command{Limits, limitForms, Asked::Always, true},
    Command{Alarms, alarmForms, Asked::Always, true, 0, stackTimeoutMs},
    Command{Serial, ownAddress, Asked::AtStart, true},
    Command{Manufacturer, noInfo, Asked::AtStart, true},
    Command{Firmware, ownAddress, Asked::AtStart, true},
    Command{SystemParameters, noInfo, Asked::OnDemand},
};

constexpr int mostCells = 24;
constexpr int mostSensors = 16;
constexpr int zeroCelsius = 2731;
constexpr int unknownWord = 0xFFFF; ///< the 24-bit value behind holds it
constexpr int shortUserItems = 2;
constexpr int longUserItems = 4;

constexpr qint64 statusSize = 5;
constexpr int below = 0x01;
constexpr int above = 0x02;
constexpr int otherError = 0xF0;
constexpr std::array status1{
    AlarmRow{0, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{7, AlarmName::LowVoltage, AlarmLevel::Alarm},
};
constexpr std::array statusFlags{
    FlagRow{1, Wire::U8, 1, &BatteryState::chargeAllowed},
    FlagRow{1, Wire::U8, 2, &BatteryState::dischargeAllowed},
    FlagRow{2, Wire::U8, 5, &BatteryState::heating},
};
/// Which cells are out of the range that can be measured: 1 to 8, 9 to 16.
constexpr size_t cellErrorsAt = 3;

constexpr std::array limitFlags{
    FlagRow{0, Wire::U8, 7, &BatteryState::chargeAllowed},
    FlagRow{0, Wire::U8, 6, &BatteryState::dischargeAllowed},
};

/// A byte of warnings and one of the same alarms, then two others.
constexpr std::array stackFirst{
    std::pair{7, AlarmName::HighVoltage},
    std::pair{6, AlarmName::LowVoltage},
    std::pair{5, AlarmName::HighCellVoltage},
    std::pair{4, AlarmName::LowCellVoltage},
    std::pair{3, AlarmName::HighTemperature},
    std::pair{2, AlarmName::LowTemperature},
    std::pair{1, AlarmName::HighInternalTemperature},
};
constexpr std::array stackWarnings{
    AlarmRow{0, AlarmName::CellImbalance, AlarmLevel::Warning},
};
constexpr std::array stackWarnings2{
    AlarmRow{6, AlarmName::HighChargeCurrent, AlarmLevel::Warning},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    AlarmRow{4, AlarmName::InternalFailure, AlarmLevel::Warning}, // internal communication
};
constexpr std::array stackAlarms2{
    AlarmRow{6, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::InternalFailure, AlarmLevel::Alarm},
};
constexpr size_t stackAlarmsSize = 4;
constexpr size_t stackAnalogSize = 49;
constexpr double leastStackVoltage = 20;
constexpr double mostStackVoltage = 70;

constexpr Scale kelvin(0.1, -273.1);
constexpr std::array rows{
    SettingRow{1, "cellOvervoltageAlarm", QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage warning"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 0, 5},
    SettingRow{3, "cellUndervoltageAlarm", QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage warning"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 0, 5},
    SettingRow{5, "cellUndervoltage", QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 0, 5},
    SettingRow{7, "chargeOvertemperature", QT_TRANSLATE_NOOP("Parameter", "Charge over-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -50,
               130},
    SettingRow{9, "chargeUndertemperature", QT_TRANSLATE_NOOP("Parameter", "Charge under-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -50,
               130},
    SettingRow{11, "chargeCurrentLimit", QT_TRANSLATE_NOOP("Parameter", "Charge current limit"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "A", Wire::S16BE, 0.1, 1, -3276.8,
               3276.7},
    SettingRow{13, "packOvervoltage", QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    SettingRow{15, "packUndervoltageAlarm", QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage warning"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    SettingRow{17, "packUndervoltage", QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage"),
               QT_TRANSLATE_NOOP("Parameter", "Voltage protection"), "V", Wire::U16BE, 0.001, 3, 0, 65.535},
    SettingRow{19, "dischargeOvertemperature", QT_TRANSLATE_NOOP("Parameter", "Discharge over-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -50,
               130},
    SettingRow{21, "dischargeUndertemperature", QT_TRANSLATE_NOOP("Parameter", "Discharge under-temperature"),
               QT_TRANSLATE_NOOP("Parameter", "Temperature protection"), "degC", Wire::U16BE, kelvin, 1, -50,
               130},
    SettingRow{23, "dischargeCurrentLimit", QT_TRANSLATE_NOOP("Parameter", "Discharge current limit"),
               QT_TRANSLATE_NOOP("Parameter", "Current protection"), "A", Wire::S16BE, 0.1, 1, -3276.8,
               3276.7},
};

constexpr qint64 nameSize = 10;
constexpr qint64 makerSize = 20;
constexpr qint64 serialSize = 16;

bool isText(Bytes text)
{
    return std::all_of(text.begin(), text.end(),
                       [](quint8 c) { return c == 0 || c == 0xFF || (c >= 0x20 && c < 0x7F); });
}

Text textOf(Bytes bytes)
{
    QByteArray text = viewOf(bytes).toByteArray();
    text.replace('\xFF', ' ');
    return decodeText(bytesOf(text));
}

/// One byte that says how a value is to its limits.
void judge(int code, std::optional<AlarmName> low, std::optional<AlarmName> high, AlarmSet &to)
{
    for (const std::optional<AlarmName> name : {low, high}) {
        if (name)
            to.support(*name);
    }
    if (code == below && low)
        to.raise(*low, AlarmLevel::Alarm);
    else if (code == above && high)
        to.raise(*high, AlarmLevel::Alarm);
    else if (code == otherError)
        to.raise(AlarmName::InternalFailure, AlarmLevel::Alarm);
}

} // namespace

const Dialect &dialect() { return pylonDialect; }
std::span<const Command> commands() { return pylonCommands; }
std::span<const SettingRow> settingRows() { return rows; }

bool decodeAnalog(Reader &reader, BatteryState &to)
{
    const int cells = reader.u8();
    if (cells < 1 || cells > mostCells)
        return false;
    const Numbers cellVoltages = reader.cells(cells);
    const int sensors = reader.u8();
    if (sensors < 1 || sensors > mostSensors)
        return false;
    const Numbers temperatures = reader.sensors(sensors, zeroCelsius);
    const double current = reader.s16() / 10.0;
    const double voltage = reader.u16() / 1000.0;
    int remaining = reader.u16();
    const int items = reader.u8();
    int total = reader.u16();
    const int cycles = reader.u16();
    if (items != shortUserItems && items != longUserItems)
        return false;
    if (items == longUserItems) {
        const auto u24 = [&reader] { return reader.u8() << 16 | reader.u16(); };
        const int remaining24 = u24();
        const int total24 = u24();
        remaining = remaining == unknownWord ? remaining24 : remaining;
        total = total == unknownWord ? total24 : total;
    }
    if (!reader.isGood())
        return false;
    to.cellCount = cells;
    to.cellVoltages = cellVoltages;
    to.temperatures = temperatures; // the board's first, then groups of cells
    to.current = current;
    to.voltage = voltage;
    to.remainingAh = remaining / 1000.0;
    to.capacityAh = total / 1000.0;
    to.cycles = cycles;
    if (total > 0)
        to.soc = std::min(100.0, 100.0 * remaining / total);
    return true;
}

bool decodeAlarms(Reader &reader, bool charging, BatteryState &to)
{
    const int cellCount = reader.u8();
    if (cellCount < 1 || cellCount > mostCells)
        return false;
    const Bytes cells = reader.take(cellCount);
    const int sensorCount = reader.u8();
    if (sensorCount < 1 || sensorCount > mostSensors)
        return false;
    const Bytes sensors = reader.take(sensorCount);
    const int chargeCurrent = reader.u8();
    const int voltage = reader.u8();
    const int dischargeCurrent = reader.u8();
    const Bytes status = reader.take(statusSize);
    if (!reader.isGood())
        return false;
    AlarmSet alarms;
    alarms.support(AlarmName::InternalFailure);
    for (const quint8 code : cells)
        judge(code, AlarmName::LowCellVoltage, AlarmName::HighCellVoltage, alarms);
    for (const quint8 code : sensors)
        judge(code, charging ? AlarmName::LowChargeTemperature : AlarmName::LowTemperature,
              charging ? AlarmName::HighChargeTemperature : AlarmName::HighTemperature, alarms);
    // Both sides are known, whichever of them counts now: an alarm of charging ends with the charging.
    for (const AlarmName name : {AlarmName::LowChargeTemperature, AlarmName::LowTemperature,
                                 AlarmName::HighChargeTemperature, AlarmName::HighTemperature})
        alarms.support(name);
    judge(chargeCurrent, std::nullopt, AlarmName::HighChargeCurrent, alarms);
    judge(voltage, AlarmName::LowVoltage, AlarmName::HighVoltage, alarms);
    judge(dischargeCurrent, std::nullopt, AlarmName::HighDischargeCurrent, alarms);
    sb::decodeAlarms(status1, status[0], alarms);
    if (status[cellErrorsAt] != 0 || status[cellErrorsAt + 1] != 0)
        alarms.raise(AlarmName::InternalFailure, AlarmLevel::Alarm);
    to.alarms = alarms;
    decodeFlags(statusFlags, status, to);
    to.problemCode = status[0];
    return true;
}

bool decodeLimits(Reader &reader, Scale current, BatteryState &to)
{
    const int highest = reader.u16();
    const int lowest = reader.u16();
    const int charge = reader.s16();
    const int discharge = reader.s16();
    const Bytes status = reader.take(1);
    if (!reader.isAtEnd())
        return false;
    to.maxVoltage = highest / 1000.0;
    to.minVoltage = lowest / 1000.0;
    to.maxChargeCurrent = std::abs(current.apply(charge));
    to.maxDischargeCurrent = std::abs(current.apply(discharge)); // told as a negative number
    decodeFlags(limitFlags, status, to);
    return true;
}

bool decodeStackAnalog(Bytes info, BatteryState &to)
{
    if (info.size() != stackAnalogSize)
        return false;
    Reader reader(info);
    const double voltage = reader.u16() / 1000.0;
    const double current = reader.s16() / 100.0;
    const int soc = reader.u8();
    const int cycles = reader.u16();
    (void)reader.u16(); // most cycles of a pack
    const int soh = reader.u8();
    (void)reader.u8();                                    // lowest of a pack
    const auto place = [&reader] { (void)reader.u16(); }; // pack and cell
    const int highCell = reader.u16();
    place();
    const int lowCell = reader.u16();
    place();
    const Number average = reader.sensors(1, zeroCelsius).front();
    const Number highest = reader.sensors(1, zeroCelsius).front();
    place();
    const Number lowest = reader.sensors(1, zeroCelsius).front();
    place();
    (void)reader.u16(); // MOSFET, average
    const Number mosfet = reader.sensors(1, zeroCelsius).front();
    if (voltage < leastStackVoltage || voltage > mostStackVoltage || soc > 100 || soh > 100 ||
        lowCell > highCell)
        return false;
    to.voltage = voltage;
    to.current = current;
    to.soc = soc;
    to.soh = soh;
    to.cycles = cycles;
    to.maxCellVoltage = highCell / 1000.0;
    to.minCellVoltage = lowCell / 1000.0;
    to.temperatures = {average};
    to.maxCellTemperature = highest;
    to.minCellTemperature = lowest;
    to.mosfetTemperature = mosfet;
    return true;
}

bool decodeStackAlarms(Bytes info, BatteryState &to)
{
    if (info.size() != stackAlarmsSize)
        return false;
    to.alarms = {};
    for (const auto &[bit, alarm] : stackFirst) {
        to.alarms.support(alarm);
        if ((info[0] >> bit) & 1)
            to.alarms.raise(alarm, AlarmLevel::Warning);
        if ((info[2] >> bit) & 1)
            to.alarms.raise(alarm, AlarmLevel::Alarm);
    }
    sb::decodeAlarms(stackWarnings, info[0], to.alarms);
    sb::decodeAlarms(stackWarnings2, info[1], to.alarms);
    sb::decodeAlarms(stackAlarms2, info[3], to.alarms);
    to.problemCode = info[2] << 8 | info[3];
    return true;
}

bool decodeManufacturer(Bytes info, BatteryState &to)
{
    Reader reader(info);
    const Bytes name = reader.take(nameSize);
    const int major = reader.u8();
    const int minor = reader.u8();
    const Bytes maker = reader.take(makerSize);
    if (!reader.isAtEnd() || !isText(name) || !isText(maker))
        return false;
    to.hardwareVersion = to.productName = textOf(name);
    to.manufacturer = textOf(maker);
    if (!to.firmwareVersion)
        to.firmwareVersion = QStringLiteral("%1.%2").arg(major).arg(minor);
    return true;
}

bool decodeSerial(Bytes info, BatteryState &to)
{
    Reader reader(info);
    (void)reader.u8();
    const Bytes serial = reader.take(serialSize);
    if (!reader.isAtEnd() || !isText(serial))
        return false;
    to.serialNumber = textOf(serial);
    if (to.serialNumber)
        to.uniqueId = to.serialNumber;
    return true;
}

bool decodeFirmware(Bytes info, BatteryState &to)
{
    Reader reader(info);
    (void)reader.u8();
    (void)reader.u16(); // the manufacturer's own
    const int major = reader.u8();
    const int minor = reader.u8();
    const int patch = reader.u8();
    if (!reader.isAtEnd())
        return false;
    to.firmwareVersion = QStringLiteral("%1.%2.%3").arg(major).arg(minor).arg(patch);
    return true;
}

} // namespace sb::pylontech
