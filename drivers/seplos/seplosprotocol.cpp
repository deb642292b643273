// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos/seplosprotocol.h"

#include "bms/fieldtable.h"

#include <algorithm>

namespace sb::seplos {
namespace {

using namespace ydt1363;

/// The document wants its own address, older boards 01.
constexpr std::array packForms{Form{Info::Own}, Form{Info::One}, Form{Info::Own, boqiangVersion},
                               Form{Info::One, boqiangVersion}};

constexpr Dialect seplosDialect{{'~', seplosVersion, 0x46}, "~", 0, 1000, wrongForm};

constexpr std::array seplosCommands{
    Command{ProtocolVersion, noInfo, Asked::AtStart, true},
    Command{DeviceInformation, noInfo, Asked::AtStart, true},
    Command{Telemetry, packForms},
    Command{Status, packForms, Asked::Always, true}, // its failure must not cost the readings
    Command{Settings, noInfo, Asked::OnDemand},
};

constexpr int fewestCells = 8;
constexpr int mostCells = 16;
constexpr int mostSensors = 8;
constexpr int zeroCelsius = 2731;
constexpr size_t wordSize = 2;
constexpr size_t leastSeplosWords = 3; ///< clones leave out what comes later
constexpr size_t nameSize = 10;

struct EventByte
{
    int number; ///< from 1
    size_t at;
    std::span<const AlarmRow> rows;
};
constexpr std::array faults{
    AlarmRow{0, AlarmName::InternalFailure, AlarmLevel::Alarm}, // voltage sensor
    AlarmRow{1, AlarmName::InternalFailure, AlarmLevel::Alarm}, // temperature sensor
    AlarmRow{2, AlarmName::InternalFailure, AlarmLevel::Alarm}, // current sensor
    AlarmRow{3, AlarmName::InternalFailure, AlarmLevel::Alarm}, // key
    AlarmRow{4, AlarmName::InternalFailure, AlarmLevel::Alarm}, // cell dropout
    AlarmRow{5, AlarmName::InternalFailure, AlarmLevel::Alarm}, // charge switch
    AlarmRow{6, AlarmName::InternalFailure, AlarmLevel::Alarm}, // discharge switch
    AlarmRow{7, AlarmName::InternalFailure, AlarmLevel::Alarm}, // limiter switch
};
constexpr std::array voltages{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::LowCellVoltage, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighVoltage, AlarmLevel::Warning},
    AlarmRow{5, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::LowVoltage, AlarmLevel::Warning},
    AlarmRow{7, AlarmName::LowVoltage, AlarmLevel::Alarm},
};
constexpr std::array cellTemperatures{
    AlarmRow{0, AlarmName::HighChargeTemperature, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::LowChargeTemperature, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighTemperature, AlarmLevel::Warning},
    AlarmRow{5, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{7, AlarmName::LowTemperature, AlarmLevel::Alarm},
};
constexpr std::array otherTemperatures{
    AlarmRow{0, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // environment
    AlarmRow{1, AlarmName::HighInternalTemperature, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighInternalTemperature, AlarmLevel::Alarm}, // power stage: protection first
    AlarmRow{5, AlarmName::HighInternalTemperature, AlarmLevel::Warning},
};
constexpr std::array currents{
    AlarmRow{0, AlarmName::HighChargeCurrent, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // transient
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{6, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // locked after a transient
    AlarmRow{7, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // locked after a short circuit
};
constexpr std::array others{
    AlarmRow{0, AlarmName::HighVoltage, AlarmLevel::Alarm}, // while charging
    AlarmRow{2, AlarmName::LowSoc, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowSoc, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::LowCellVoltage, AlarmLevel::Alarm},  // too low to be charged
    AlarmRow{5, AlarmName::InternalFailure, AlarmLevel::Alarm}, // polarity
    AlarmRow{6, AlarmName::InternalFailure, AlarmLevel::Alarm}, // connection
};
constexpr std::array memories{
    AlarmRow{0, AlarmName::InternalFailure, AlarmLevel::Warning}, // EEPROM
    AlarmRow{1, AlarmName::InternalFailure, AlarmLevel::Warning}, // clock
};
constexpr std::array<EventByte, 7> events{{{1, 0, faults},
                                           {2, 1, voltages},
                                           {3, 2, cellTemperatures},
                                           {4, 3, otherTemperatures},
                                           {5, 4, currents},
                                           {6, 5, others},
                                           {7, 13, memories}}};
constexpr size_t problemBytes = 6; ///< the first events are the raw protection word
constexpr size_t switchesAt = 6;
constexpr size_t balancingAt = 7;      ///< cells 1 to 8, then 9 to 16
constexpr size_t disconnectionAt = 10; ///< the same
constexpr int leastEventBytes = 14;
constexpr std::array switchFlags{
    FlagRow{switchesAt, Wire::U8, 0, &BatteryState::dischargeAllowed},
    FlagRow{switchesAt, Wire::U8, 1, &BatteryState::chargeAllowed},
    FlagRow{switchesAt, Wire::U8, 3, &BatteryState::heating},
};

} // namespace

void decodeEvent(int number, quint8 byte, AlarmSet &to)
{
    for (const EventByte &event : events) {
        if (event.number == number)
            decodeAlarms(event.rows, byte, to);
    }
}

const Dialect &dialect() { return seplosDialect; }
std::span<const Command> commands() { return seplosCommands; }

bool decodeTelemetry(Bytes info, BatteryState &to, TelemetryExtras &extras)
{
    Reader reader(info);
    (void)reader.u16(); // whether something changed, and the group, which boards number as they like
    const int cells = reader.u8();
    if (cells < fewestCells || cells > mostCells)
        return false;
    const Numbers cellVoltages = reader.cells(cells);
    const int sensorCount = reader.u8();
    if (sensorCount < 1 || sensorCount > mostSensors)
        return false;
    Numbers sensors = reader.sensors(sensorCount, zeroCelsius);
    const double current = reader.s16() / 100.0;
    const double voltage = reader.u16() / 100.0;
    const double remaining = reader.u16() / 100.0;
    const int values = reader.u8();
    const size_t left = reader.left();
    const bool fits = values == seplosValues ? left >= leastSeplosWords * wordSize && left % wordSize == 0 &&
                                                   left <= seplosValues * wordSize
                      : values == boqiangValues ? left == boqiangValues * wordSize
                                                : values > 0;
    if (!reader.isGood() || !fits)
        return false;
    extras = {values, sensorCount, std::nullopt};
    to.cellCount = cells;
    to.cellVoltages = cellVoltages;
    if (sensorCount == usualSensors) { // four of the cells, the environment, the power stage
        to.mosfetTemperature = sensors.back();
        sensors.pop_back();
    }
    to.temperatures = sensors;
    to.current = current;
    to.voltage = voltage;
    to.remainingAh = remaining;
    const auto next = [&reader](double unit) {
        return reader.left() >= wordSize ? Number(Scale(unit).apply(reader.u16())) : std::nullopt;
    };
    const auto count = [](const Number &number) {
        return number ? Count(std::llround(*number)) : std::nullopt;
    };
    if (values == seplosValues) {
        to.capacityAh = next(0.01);
        to.soc = next(0.1);
        extras.ratedAh = next(0.01);
        to.cycles = count(next(1));
        to.soh = next(0.1);
    } else if (values == boqiangValues) {
        to.capacityAh = next(0.01);
        to.cycles = count(next(1));
        if (*to.capacityAh > 0)
            to.soc = std::min(100.0, 100 * remaining / *to.capacityAh);
    }
    return true;
}

bool decodeStatus(Bytes info, BatteryState &to)
{
    Reader reader(info);
    (void)reader.u16();
    const int cells = reader.u8();
    if (cells < fewestCells || cells > mostCells)
        return false;
    (void)reader.take(cells);
    const int sensors = reader.u8();
    if (sensors < 1 || sensors > mostSensors)
        return false;
    (void)reader.take(sensors);
    (void)reader.u16(); // current and voltage
    const int count = reader.u8();
    const Bytes bytes = reader.take(count);
    if (count < leastEventBytes || !reader.isAtEnd())
        return false;
    decodeFlags(switchFlags, bytes, to);
    to.alarms = {};
    for (const EventByte &event : events)
        decodeEvent(event.number, bytes[event.at], to.alarms);
    if (bytes[disconnectionAt] != 0 || bytes[disconnectionAt + 1] != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Alarm);
    qint64 problem = 0;
    for (const quint8 byte : bytes.first(problemBytes))
        problem = problem << 8 | byte;
    to.problemCode = problem;
    const qint64 balancing = readInteger(bytes, balancingAt, Wire::U16LE).value_or(0);
    to.balancing = balancing != 0;
    to.cellBalancing.clear();
    for (int cell = 0; cell < cells; ++cell)
        to.cellBalancing.push_back(((balancing >> cell) & 1) != 0);
    return true;
}

bool decodeDeviceInformation(Bytes info, BatteryState &to)
{
    Reader reader(info);
    const Bytes name = reader.take(nameSize);
    const int major = reader.u8();
    const int minor = reader.u8();
    const auto isText = [](quint8 c) { return c == 0 || (c >= 0x20 && c < 0x7F); };
    if (!reader.isGood() || !std::all_of(name.begin(), name.end(), isText))
        return false;
    to.hardwareVersion = to.productName = decodeText(name);
    to.firmwareVersion = QStringLiteral("%1.%2").arg(major).arg(minor);
    return true;
}

} // namespace sb::seplos
