// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplosv3/seplosv3driver.h"

#include "drivers/seplosv3/seplosv3settings.h"

#include <QCoreApplication>

namespace sb::seplosv3 {
namespace {

using namespace modbus;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(SeplosV3)
};

constexpr quint8 usualUnit = 0;
constexpr int lastUnit = 15;
constexpr int timeoutMs = 400;
constexpr int settingsEveryMs = 60000;

constexpr quint16 factoryReg = 0x1700;
constexpr quint16 factoryCount = 0x33;
constexpr quint16 settingsReg = 0x1300;
constexpr quint16 settingsReg2 = 0x1335;
constexpr quint16 settingsCount = 0x35;
constexpr quint16 totalsReg = 0x1000;
constexpr quint16 cellsReg = 0x1100;
constexpr quint16 eventsReg = 0x1200;
constexpr quint16 eventsCount = 0x90;

constexpr std::array reads{
    Read{ReadInput, factoryReg, 10, Asked::AtStart, false, 0, timeoutMs},
    Read{ReadInput, factoryReg, factoryCount, Asked::AtStart, true, 0, timeoutMs},
    Read{ReadInput, settingsReg, settingsCount, Asked::Always, true, settingsEveryMs, timeoutMs},
    Read{ReadInput, settingsReg2, settingsCount, Asked::AtStart, true, 0, timeoutMs},
    Read{ReadInput, totalsReg, 0x11, Asked::Always, false, 0, timeoutMs},
    Read{ReadInput, cellsReg, 0x1A, Asked::Always, false, 0, timeoutMs},
    Read{ReadCoils, eventsReg, eventsCount, Asked::Always, true, 0, timeoutMs},
};

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
constexpr ListRow cells{0x1100, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
constexpr ListRow sensors{0x1110, Wire::U16BE, 2, &BatteryState::temperatures, kelvin};
constexpr std::array cellFields{
    FieldRow{0x1119, Wire::U16BE, &BatteryState::mosfetTemperature, kelvin},
};

// ---- SPA ----
constexpr quint16 sensorCountReg = 0x1300;
constexpr quint16 cellCountReg = 0x1301;
constexpr std::array settingFields{
    FieldRow{0x1305, Wire::U16BE, &BatteryState::maxVoltage, 0.01},
    FieldRow{0x1309, Wire::U16BE, &BatteryState::minVoltage, 0.01},
};

// ---- VIA ----
constexpr quint16 modelReg = 0x170A;
constexpr quint16 firmwareReg = 0x1714;
constexpr quint16 serialReg = 0x1715;
constexpr size_t factorySize = 20;
constexpr size_t serialSize = 30;

// ---- PIC: bytes of the reply ----
constexpr size_t balancingAt = 6; ///< cells 1 to 8, then 9 to 16
constexpr std::array eventFlags{
    FlagRow{15, Wire::U8, 0, &BatteryState::dischargeAllowed},
    FlagRow{15, Wire::U8, 1, &BatteryState::chargeAllowed},
    FlagRow{15, Wire::U8, 3, &BatteryState::heating},
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
constexpr std::array<EventByte, 7> eventBytes{{{9, voltageEvents},
                                               {10, temperatureEvents},
                                               {11, environmentEvents},
                                               {12, currentEvents},
                                               {13, currentEvents2},
                                               {14, capacityEvents},
                                               {17, hardFaults}}};

// ---- Commands ----
constexpr quint16 dischargeOffReg = 0x1510; ///< any other value: on again
constexpr quint16 chargeOffReg = 0x1511;
constexpr quint16 chargeOnReg = 0x1515;
constexpr quint16 offKey = 0x55AA;
constexpr quint16 onKey = 0xAA55;
constexpr quint16 cancelKey = 0;

constexpr QLatin1String maker("XZH-ElecTech");

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("seplosv3");
    info.names = {QStringLiteral("Seplos V3"), QStringLiteral("Mason"), QStringLiteral("XZH-ElecTech")};
    info.bmsTypes = {QStringLiteral("Seplosv3")};
    info.typeName = QStringLiteral("Seplos V3");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {19200};
    info.serial.gapMs = 20;
    for (int unit = usualUnit; unit <= lastUnit; ++unit)
        info.addresses.push_back(unit);
    info.detectionRank = 10;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "The blocks PIA, PIB and VIA and the coils: frames captured from an SG16S200A.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The list of settings, commands (XZH document V0.1); which firmware lacks coils or "
                    "limits on RS485.");
    info.reads = {Field::productName,
                  Field::manufacturer,
                  Field::uniqueId,
                  Field::serialNumber,
                  Field::hardwareVersion,
                  Field::firmwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::soh,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cycles,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::cellBalancing,
                  Field::temperatures,
                  Field::mosfetTemperature,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::heating,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    info.writes = {Control::Charge, Control::Discharge};
    info.honoursLimits = true;
    info.hasParameters = true;
    return info;
}

} // namespace

SeplosV3Driver::SeplosV3Driver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, reads)
{}

const DriverInfo &SeplosV3Driver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool SeplosV3Driver::decode(const Query &query, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    switch (query.start) {
    case factoryReg:
        decodeFactory(query, registers, to);
        break;
    case settingsReg:
        m_sensors = static_cast<int>(registers.integer(sensorCountReg).value_or(0));
        m_cells = static_cast<int>(registers.integer(cellCountReg).value_or(0));
        registers.decode(settingFields, to);
        decodeSettings(settingRows(), registers, update.parameters);
        break;
    case settingsReg2:
        decodeSettings(settingRows(), registers, update.parameters);
        break;
    case totalsReg:
        registers.decode(totals, to);
        break;
    case cellsReg:
        decodeCells(registers, to);
        break;
    case eventsReg:
        decodeEvents(registers.from(eventsReg), to);
        break;
    default:
        return false;
    }
    return true;
}

void SeplosV3Driver::decodeFactory(const Query &query, const Registers &registers, BatteryState &to) const
{
    to.manufacturer = registers.text(factoryReg, factorySize);
    if (query.count < factoryCount)
        return;
    to.hardwareVersion = to.productName = registers.text(modelReg, factorySize);
    if (const Text digits = registers.text(firmwareReg, 2))
        to.firmwareVersion =
            digits->size() == 2 ? QStringLiteral("%1.%2").arg(digits->at(0)).arg(digits->at(1)) : *digits;
    to.serialNumber = registers.text(serialReg, serialSize);
    to.uniqueId = to.serialNumber;
    if (!to.uniqueId && to.hardwareVersion)
        to.uniqueId = QStringLiteral("%1_%2").arg(*to.hardwareVersion).arg(unit());
}

void SeplosV3Driver::decodeCells(const Registers &registers, BatteryState &to)
{
    registers.decode(cells, m_cells > 0 && m_cells <= maxCells ? m_cells : maxCells, to);
    if (m_cells == 0)
        to.cellVoltages.resize(static_cast<size_t>(fittedCells(to.cellVoltages)));
    if (!to.cellVoltages.empty()) {
        m_cellsRead = to.cellVoltages.size();
        to.cellCount = static_cast<qint64>(m_cellsRead);
    }
    registers.decode(sensors, m_sensors > 0 && m_sensors <= maxSensors ? m_sensors : maxSensors, to);
    registers.decode(cellFields, to);
}

void SeplosV3Driver::decodeEvents(Bytes coils, BatteryState &to) const
{
    decodeFlags(eventFlags, coils, to);
    to.alarms = {};
    to.problemCode = 0;
    for (const EventByte &events : eventBytes) {
        const qint64 byte = readInteger(coils, events.at, Wire::U8).value_or(0);
        decodeAlarms(events.rows, static_cast<quint64>(byte), to.alarms);
        to.problemCode = *to.problemCode << 8 | byte;
    }
    const qint64 balancing = readInteger(coils, balancingAt, Wire::U16LE).value_or(0);
    to.balancing = balancing != 0;
    to.cellBalancing.clear();
    for (size_t cell = 0; cell < m_cellsRead; ++cell)
        to.cellBalancing.push_back((balancing >> cell) & 1);
}

Recognition SeplosV3Driver::recognise(const BatteryState &read) const
{
    return read.manufacturer && read.manufacturer->contains(maker) && read.voltage ? Recognition::Yes
                                                                                   : Recognition::No;
}

std::unique_ptr<Procedure> SeplosV3Driver::control(Control control, double value, const BatteryState &)
{
    if (control != Control::Charge && control != Control::Discharge)
        return nullptr;
    const bool charge = control == Control::Charge;
    const bool on = value != 0;
    const quint16 reg = !charge ? dischargeOffReg : on ? chargeOnReg : chargeOffReg;
    const quint16 key = !on ? offKey : charge ? onKey : cancelKey;
    return commandAndCheck({[reg, key, to = unit()] {
                                QByteArray word;
                                appendInteger(word, key, Wire::U16BE);
                                return writing(to, reg, word, timeoutMs);
                            },
                            request({unit(), ReadCoils, eventsReg, eventsCount}, timeoutMs),
                            [charge, on](const BatteryState &state) {
                                return (charge ? state.chargeAllowed : state.dischargeAllowed) == on;
                            },
                            charge ? Words::tr("the charge FET was not switched")
                                   : Words::tr("the discharge FET was not switched"),
                            charge ? Words::tr("the BMS confirmed, but the charge FET did not change")
                                   : Words::tr("the BMS confirmed, but the discharge FET did not change"),
                            exceptionText});
}

const std::vector<ParameterInfo> &SeplosV3Driver::parameters() const
{
    static const std::vector<ParameterInfo> infos = settingInfos(settingRows());
    return infos;
}

std::unique_ptr<Procedure> SeplosV3Driver::readParameters(const QStringList &ids)
{
    return readSettings(settings(), ids);
}

std::unique_ptr<Procedure> SeplosV3Driver::writeParameters(const std::vector<ParameterValue> &values)
{
    return writeSettings(settings(), values);
}

SettingAccess SeplosV3Driver::settings() const
{
    return {settingRows(),
            [to = unit()](const SettingRow &row) {
                const quint16 start = row.reg < settingsReg2 ? settingsReg : settingsReg2;
                return request({to, ReadInput, start, settingsCount}, timeoutMs);
            },
            [to = unit()](const SettingRow &row, const QByteArray &raw) {
                return writing(to, row.reg, raw, timeoutMs);
            },
            exceptionText};
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<SeplosV3Driver>(config);
            }};
}

} // namespace sb::seplosv3
