// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pace/paceprotocol.h"

#include "bms/fieldtable.h"
#include "drivers/pace/pacesettings.h"

#include <algorithm>

namespace sb::pace {
namespace {

using namespace ydt1363;

constexpr int packTimeoutMs = 1000; ///< one pack needs a quarter of it, several in one reply more
constexpr int capacityEveryMs = 60000;

/// Mostly a pack answers for itself. On RS232 only the first one is connected, and speaks for the others.
constexpr std::array packForms{Form{Info::Own, 0, mainDevice}, Form{Info::Own, 0, mainDevice, true},
                               Form{Info::All, 0, mainDevice, true}, Form{Info::One, 0, mainDevice},
                               Form{Info::Own, 0, ternaryDevice}};
constexpr std::array<quint8, 4> otherFormCodes{UnknownCommand, WrongFormat, WrongData, WrongDevice};

constexpr Dialect paceDialect{{'~', versionOfProtocol, mainDevice}, "~", 0, 500, otherFormCodes};

constexpr int fewestCells = 4;
constexpr int mostCells = 24;
constexpr int mostSensors = 8;
constexpr int zeroCelsius = 2730;
constexpr size_t mosfetSensor = 4;
constexpr int usualValues = 3; ///< behind their count: full, cycles, design
constexpr int moreValues = 9;
constexpr qint64 moreValuesSize = 14;
constexpr size_t shortestText = 4;
constexpr size_t longestText = 40;

constexpr std::array protection1{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{7, AlarmName::HighVoltage, AlarmLevel::Alarm},          // of the charger
};
constexpr std::array protection2{
    AlarmRow{0, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighInternalTemperature, AlarmLevel::Alarm}, // MOSFET
    AlarmRow{5, AlarmName::HighInternalTemperature, AlarmLevel::Alarm}, // environment
    AlarmRow{6, AlarmName::LowTemperature, AlarmLevel::Alarm},          // environment
};
constexpr std::array fault{
    AlarmRow{0, AlarmName::InternalFailure, AlarmLevel::Alarm},   // charge MOSFET
    AlarmRow{1, AlarmName::InternalFailure, AlarmLevel::Alarm},   // discharge MOSFET
    AlarmRow{2, AlarmName::InternalFailure, AlarmLevel::Warning}, // temperature sensor
    AlarmRow{4, AlarmName::InternalFailure, AlarmLevel::Alarm},   // cell
    AlarmRow{5, AlarmName::InternalFailure, AlarmLevel::Alarm},   // sampling
};
constexpr std::array warning1{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Warning},
    AlarmRow{2, AlarmName::HighVoltage, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowVoltage, AlarmLevel::Warning},
    AlarmRow{4, AlarmName::HighChargeCurrent, AlarmLevel::Warning},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
};
constexpr std::array warning2{
    AlarmRow{0, AlarmName::HighChargeTemperature, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::HighTemperature, AlarmLevel::Warning},
    AlarmRow{2, AlarmName::LowChargeTemperature, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{4, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // environment
    AlarmRow{5, AlarmName::LowTemperature, AlarmLevel::Warning},          // environment
    AlarmRow{6, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // MOSFET
    AlarmRow{7, AlarmName::LowSoc, AlarmLevel::Warning},
};

/// Behind the alarm values of cells, sensors, charge current, voltage and discharge current.
constexpr size_t protection1At = 3;
constexpr size_t protection2At = 4;
constexpr size_t systemAt = 5;
constexpr size_t controlAt = 6;
constexpr size_t faultAt = 7;
constexpr size_t balancingAt = 8; ///< cells 1 to 8, then 9 to 16
constexpr size_t warning1At = 10;
constexpr size_t warning2At = 11;
constexpr qint64 statusSize = 12;
constexpr std::array systemFlags{
    FlagRow{systemAt, Wire::U8, 1, &BatteryState::chargeAllowed},
    FlagRow{systemAt, Wire::U8, 2, &BatteryState::dischargeAllowed},
};
constexpr quint8 commandedOff = 0x06; ///< in the control byte: charge or discharge

} // namespace

const Dialect &dialect() { return paceDialect; }

std::span<const Command> commands()
{
    static const std::vector<Command> all = [] {
        std::vector<Command> list{
            Command{Analog, packForms, Asked::Always, false, 0, packTimeoutMs},
            Command{Status, packForms, Asked::Always, false, 0, packTimeoutMs},
            Command{Version, noInfo, Asked::AtStart, true},
            Command{Serial, noInfo, Asked::AtStart, true},
            Command{Capacity, noInfo, Asked::Always, true, capacityEveryMs},
            Command{ChargeFet, noInfo, Asked::OnDemand},
            Command{DischargeFet, noInfo, Asked::OnDemand},
        };
        for (const SettingsBlock &block : settingsBlocks()) {
            list.push_back({block.readCode, noInfo, Asked::OnDemand});
            if (block.writeCode != 0)
                list.push_back({block.writeCode, noInfo, Asked::OnDemand});
        }
        return list;
    }();
    return all;
}

bool decodeAnalog(Reader &reader, BatteryState &to)
{
    BatteryState read;
    const int cells = reader.u8();
    if (cells < fewestCells || cells > mostCells)
        return false;
    read.cellCount = cells;
    read.cellVoltages = reader.cells(cells);
    const int sensors = reader.u8();
    if (sensors < 1 || sensors > mostSensors)
        return false;
    read.temperatures = reader.sensors(sensors, zeroCelsius);
    if (read.temperatures.size() > mosfetSensor) {
        const auto at = read.temperatures.begin() + mosfetSensor;
        read.mosfetTemperature = *at;
        read.temperatures.erase(at);
    }
    read.current = reader.s16() / 100.0;
    read.voltage = reader.u16() / 1000.0;
    read.remainingAh = reader.u16() / 100.0;
    const int values = reader.u8();
    read.capacityAh = reader.u16() / 100.0;
    read.cycles = reader.u16();
    const double design = reader.u16() / 100.0;
    if (values < usualValues)
        return false;
    (void)reader.take(values == moreValues ? moreValuesSize : qint64{2} * (values - usualValues));
    if (!reader.isGood())
        return false;
    // Neither is transmitted.
    if (*read.capacityAh > 0)
        read.soc = std::min(100.0, 100 * *read.remainingAh / *read.capacityAh);
    if (design > 0)
        read.soh = std::min(100.0, 100 * *read.capacityAh / design);
    visitFields(
        [](Field, auto &target, auto &value) {
            if (isKnown(value))
                target = std::move(value);
        },
        to, read);
    return true;
}

bool decodeStatus(Reader &reader, qint64 extra, bool swapBalancing, BatteryState &to)
{
    const int cells = reader.u8();
    if (cells < fewestCells || cells > mostCells)
        return false;
    (void)reader.take(cells);
    const int sensors = reader.u8();
    if (sensors < 1 || sensors > mostSensors)
        return false;
    (void)reader.take(sensors);
    const Bytes status = reader.take(statusSize);
    (void)reader.take(extra);
    if (!reader.isGood())
        return false;
    decodeFlags(systemFlags, status, to);
    to.alarms = {};
    decodeAlarms(protection1, status[protection1At], to.alarms);
    decodeAlarms(protection2, status[protection2At], to.alarms);
    decodeAlarms(fault, status[faultAt], to.alarms);
    decodeAlarms(warning1, status[warning1At], to.alarms);
    decodeAlarms(warning2, status[warning2At], to.alarms);
    to.problemCode = status[protection1At] << 16 | status[protection2At] << 8 | status[faultAt];
    to.notices.set(static_cast<size_t>(Notice::LockedByCommand), (status[controlAt] & commandedOff) != 0);
    const qint64 balancing =
        readInteger(status, balancingAt, swapBalancing ? Wire::U16BE : Wire::U16LE).value_or(0);
    to.balancing = balancing != 0;
    to.cellBalancing.clear();
    for (int cell = 0; cell < cells; ++cell)
        to.cellBalancing.push_back(cell < 16 && ((balancing >> cell) & 1) != 0);
    return true;
}

bool decodeCapacity(Reader &reader, BatteryState &to)
{
    const int remaining = reader.u16();
    const int full = reader.u16();
    (void)reader.u16(); // by design
    if (!reader.isAtEnd())
        return false;
    to.remainingAh = remaining / 100.0;
    to.capacityAh = full / 100.0;
    return true;
}

bool isText(Bytes info)
{
    return info.size() >= shortestText && info.size() <= longestText &&
           std::all_of(info.begin(), info.end(),
                       [](quint8 c) { return c == 0 || c == 0xFF || (c >= 0x20 && c < 0x7F); });
}

Text decodeFilledText(Bytes info)
{
    QByteArray text = viewOf(info).toByteArray();
    text.replace('\xFF', ' ');
    return decodeText(bytesOf(text));
}

} // namespace sb::pace
