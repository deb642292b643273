// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplosv3/seplosv3registers.h"

#include <array>

namespace sb::seplosv3 {
namespace {

using namespace modbus;

constexpr Scale kelvin(0.1, -273.1);

// ---- PIA ----
constexpr std::array totals{
    FieldRow{0x1000, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{0x1001, Wire::S16BE, &BatteryState::current, 0.01},
    FieldRow{0x1002, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{0x1003, Wire::U16BE, &BatteryState::capacityAh, 0.01},
    FieldRow{0x1005, Wire::U16BE, &BatteryState::soc, 0.1},
    FieldRow{0x1006, Wire::U16BE, &BatteryState::soh, 0.1},
    FieldRow{0x1007, Wire::U16BE, &BatteryState::cycles},
    FieldRow{0x100F, Wire::U16BE, &BatteryState::maxDischargeCurrent},
    FieldRow{0x1010, Wire::U16BE, &BatteryState::maxChargeCurrent},
};

// ---- PIB ----
constexpr int maxCells = 16;
constexpr int maxSensors = 4;
constexpr ListRow cells{cellsReg, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
constexpr ListRow sensors{0x1110, Wire::U16BE, 2, &BatteryState::temperatures, kelvin};
constexpr std::array cellFields{
    FieldRow{0x1119, Wire::U16BE, &BatteryState::mosfetTemperature, kelvin},
};

// ---- VIA ----
constexpr quint16 modelReg = 0x170A;
constexpr quint16 firmwareReg = 0x1714;
constexpr quint16 serialReg = 0x1715;
constexpr size_t factorySize = 20;
constexpr size_t serialSize = 30;

// ---- State: bytes ----
constexpr std::array stateFlags{
    FlagRow{7, Wire::U8, 0, &BatteryState::dischargeAllowed},
    FlagRow{7, Wire::U8, 1, &BatteryState::chargeAllowed},
    FlagRow{7, Wire::U8, 3, &BatteryState::heating},
};
constexpr std::array voltageEvents{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::LowCellVoltage, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighVoltage, AlarmLevel::Warning},
    AlarmRow{5, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::LowVoltage, AlarmLevel::Warning},
    AlarmRow{7, AlarmName::LowVoltage, AlarmLevel::Alarm},
};
constexpr std::array temperatureEvents{
    AlarmRow{0, AlarmName::HighChargeTemperature, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::LowChargeTemperature, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighTemperature, AlarmLevel::Warning},
    AlarmRow{5, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{7, AlarmName::LowTemperature, AlarmLevel::Alarm},
};
constexpr std::array environmentEvents{
    AlarmRow{0, AlarmName::HighInternalTemperature, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::HighInternalTemperature, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // power stage
    AlarmRow{5, AlarmName::HighInternalTemperature, AlarmLevel::Alarm},
};
constexpr std::array currentEvents{
    AlarmRow{0, AlarmName::HighChargeCurrent, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    AlarmRow{4, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
};
constexpr std::array currentEvents2{
    AlarmRow{0, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
};
constexpr std::array capacityEvents{
    AlarmRow{2, AlarmName::LowSoc, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowSoc, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::CellImbalance, AlarmLevel::Warning},
};
// Sensor, front end, two FETs, cell, broken wire, key, aerosol.
constexpr std::array hardFaults{
    AlarmRow{0, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{7, AlarmName::InternalFailure, AlarmLevel::Alarm},
};
struct EventByte
{
    size_t at;
    std::span<const AlarmRow> rows;
};
constexpr std::array<EventByte, 7> eventBytes{{{1, voltageEvents},
                                               {2, temperatureEvents},
                                               {3, environmentEvents},
                                               {4, currentEvents},
                                               {5, currentEvents2},
                                               {6, capacityEvents},
                                               {9, hardFaults}}};

} // namespace

void decodeTotals(const Registers &registers, BatteryState &to) { registers.decode(totals, to); }

void decodeCells(const Registers &registers, int cellCount, int sensorCount, BatteryState &to)
{
    registers.decode(cells, cellCount > 0 && cellCount <= maxCells ? cellCount : maxCells, to);
    if (cellCount == 0)
        to.cellVoltages.resize(static_cast<size_t>(fittedCells(to.cellVoltages)));
    registers.decode(sensors, sensorCount > 0 && sensorCount <= maxSensors ? sensorCount : maxSensors, to);
    registers.decode(cellFields, to);
}

void decodeFactory(const Registers &registers, BatteryState &to)
{
    to.manufacturer = registers.text(factoryReg, factorySize);
    to.hardwareVersion = to.productName = registers.text(modelReg, factorySize);
    if (const Text digits = registers.text(firmwareReg, 2))
        to.firmwareVersion =
            digits->size() == 2 ? QStringLiteral("%1.%2").arg(digits->at(0)).arg(digits->at(1)) : *digits;
    to.serialNumber = to.uniqueId = registers.text(serialReg, serialSize);
}

void decodeState(Bytes state, BatteryState &to)
{
    if (state.size() < stateSize)
        return;
    decodeFlags(stateFlags, state, to);
    to.alarms = {};
    to.problemCode = 0;
    for (const EventByte &events : eventBytes) {
        const quint8 byte = state[events.at];
        decodeAlarms(events.rows, byte, to.alarms);
        to.problemCode = *to.problemCode << 8 | byte;
    }
}

} // namespace sb::seplosv3
