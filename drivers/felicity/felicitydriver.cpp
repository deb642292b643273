// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/felicity/felicitydriver.h"

#include "bms/cells.h"

namespace sb::felicity {
namespace {

using namespace modbus;

constexpr quint8 usualUnit = 1;
constexpr int otherUnits = 16; ///< as far as the switches go

constexpr Read live(quint16 start, quint16 count, Form form, quint8 group, bool optional = false)
{
    return {ReadHolding, start, count, Asked::Always, optional, 0, 500, form, group};
}
constexpr quint16 firmwareReg = 0xF80B;
constexpr quint16 serialReg = 0xF804;
constexpr quint16 serialWords = 5;
constexpr quint16 statusReg = 0x1302;
constexpr quint16 faultReg = 0x1304;
constexpr quint16 currentReg = 0x1307; // s16, 0.1 A, positive = discharging
constexpr quint16 cellsReg = 0x132A;
constexpr quint16 cellSlots = 16;
constexpr quint16 temperaturesReg = 0x133A;
constexpr quint16 sensors = 4;
constexpr qint64 notFitted = 0x7FFF; ///< of cells and sensors

// Some firmware refuses the long reads; the short ones tell the same.
constexpr std::array reads{
    Read{ReadHolding, firmwareReg, 1, Asked::AtStart},
    Read{ReadHolding, serialReg, serialWords, Asked::AtStart},
    live(statusReg, 10, Form::Joined, 1),
    live(statusReg, 3, Form::Proven, 1),
    live(0x1306, 2, Form::Proven, 1),       // voltage, current
    live(0x130A, 1, Form::Proven, 1, true), // temperature of the board
    live(0x130B, 1, Form::Proven, 1),       // state of charge
    live(cellsReg, 20, Form::Joined, 2),
    live(cellsReg, cellSlots, Form::Proven, 2),
    live(0x1339, 5, Form::Proven, 2, true),            // the last cell again, and temperatures
    Read{ReadHolding, 0x131C, 4, Asked::Always, true}, // limits
};

constexpr std::array fields{
    FieldRow{0x1306, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{0x130A, Wire::S16BE, &BatteryState::mosfetTemperature},
    FieldRow{0x130B, Wire::U16BE, &BatteryState::soc},
    FieldRow{0x131C, Wire::U16BE, &BatteryState::maxVoltage, 0.01},
    FieldRow{0x131D, Wire::U16BE, &BatteryState::minVoltage, 0.01},
    FieldRow{0x131E, Wire::U16BE, &BatteryState::maxChargeCurrent, 0.1},
    FieldRow{0x131F, Wire::U16BE, &BatteryState::maxDischargeCurrent, 0.1},
};
constexpr std::array flags{
    FlagRow{statusReg, Wire::U16BE, 0, &BatteryState::chargeAllowed},
    FlagRow{statusReg, Wire::U16BE, 2, &BatteryState::dischargeAllowed},
};
constexpr std::array statusAlarms{
    AlarmRow{1, AlarmName::LowSoc, AlarmLevel::Warning}, // it wants to be charged at once
};
constexpr std::array faults{
    AlarmRow{2, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighInternalTemperature, AlarmLevel::Alarm},
    AlarmRow{8, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{8, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{9, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{9, AlarmName::LowTemperature, AlarmLevel::Alarm},
};

constexpr Scale cellUnit(0.001);
constexpr Scale currentUnit(0.1);
constexpr double sumTolerance = 0.03;
constexpr size_t fewestCells = 2;

/// Values of the slots that have something; a slot without it counts for nothing, wherever it stands.
Numbers fitted(const Registers &registers, quint16 first, quint16 count, Wire wire, Scale scale)
{
    Numbers values;
    for (quint16 i = 0; i < count; ++i) {
        const auto raw = registers.integer(static_cast<quint16>(first + i), wire);
        if (raw && *raw != notFitted)
            values.emplace_back(scale.apply(static_cast<double>(*raw)));
    }
    return values;
}

/// Each register in decimal, one behind the other: what settings of existing installations are filed under.
/// Nothing where there is none.
Text serialOf(const Registers &registers)
{
    QString serial;
    bool any = false;
    for (quint16 i = 0; i < serialWords; ++i) {
        const qint64 word = registers.integer(static_cast<quint16>(serialReg + i)).value_or(0);
        any = any || word != 0;
        serial += QString::number(word);
    }
    return any ? Text(serial) : std::nullopt;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("felicity");
    info.names = {QStringLiteral("Felicity Solar"), QStringLiteral("FLA"), QStringLiteral("LPBA"),
                  QStringLiteral("LPBF")};
    info.bmsTypes = {QStringLiteral("Felicity")};
    info.typeName = QStringLiteral("Felicity");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {9600};
    info.addresses = {usualUnit};
    for (int unit = usualUnit + 1; unit <= otherUnits; ++unit)
        info.packAddresses.push_back(unit);
    info.detectionRank = 25;
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "Everything: two public drivers and frames built from their register lists; no "
                    "capture exists. State of health, cycles and capacity are not known.");
    info.reads = {Field::uniqueId,
                  Field::serialNumber,
                  Field::firmwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::temperatures,
                  Field::mosfetTemperature,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

FelicityDriver::FelicityDriver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, reads)
{}

const DriverInfo &FelicityDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool FelicityDriver::decode(const Query &query, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    if (query.start == cellsReg) {
        Numbers cells = fitted(registers, cellsReg, cellSlots, Wire::U16BE, cellUnit);
        if (cells.size() < fewestCells)
            return false;
        to.cellCount = static_cast<qint64>(cells.size());
        to.cellVoltages = std::move(cells);
    }
    if (registers.has(temperaturesReg))
        to.temperatures = fitted(registers, temperaturesReg, sensors, Wire::S16BE, {});
    if (const auto firmware = registers.integer(firmwareReg, Wire::S16BE))
        to.firmwareVersion = QString::number(*firmware);
    if (registers.has(serialReg))
        to.serialNumber = to.uniqueId = serialOf(registers);
    registers.decode(fields, to);
    if (const auto current = registers.integer(currentReg, Wire::S16BE))
        to.current = currentUnit.apply(static_cast<double>(-*current));
    decodeState(registers, to);
    return true;
}

void FelicityDriver::decodeState(const Registers &registers, BatteryState &to) const
{
    const auto status = registers.integer(statusReg);
    const auto fault = registers.integer(faultReg);
    if (!status || !fault)
        return;
    registers.decode(flags, to);
    to.problemCode = *fault;
    to.alarms = {};
    decodeAlarms(faults, static_cast<quint64>(*fault), to.alarms);
    decodeAlarms(statusAlarms, static_cast<quint64>(*status), to.alarms);
}

Recognition FelicityDriver::recognise(const BatteryState &read) const
{
    return read.firmwareVersion && read.cellVoltages.size() >= fewestCells && cellsMakeUp(read, sumTolerance)
               ? Recognition::Yes
               : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<FelicityDriver>(config);
            }};
}

} // namespace sb::felicity
