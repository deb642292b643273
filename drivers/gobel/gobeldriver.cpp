// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/gobel/gobeldriver.h"

#include "bms/cells.h"

namespace sb::gobel {
namespace {

using namespace modbus;

constexpr quint8 usualUnit = 1;
constexpr int timeoutMs = 1500;

constexpr Query status{usualUnit, ReadHolding, 0x00, 0x3B};
constexpr Query identity{usualUnit, ReadHolding, 0xAA, 0x23};
constexpr Query shortStatus{usualUnit, ReadHolding, 0x00, 0x0D};
constexpr Query sensorsRead{usualUnit, ReadHolding, 0x2E, 0x0B};
constexpr Query mosfetRead{usualUnit, ReadHolding, 0x39, 1};

constexpr std::array fields{
    FieldRow{0, Wire::S16BE, &BatteryState::current, 0.01},
    FieldRow{1, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{2, Wire::U16BE, &BatteryState::soc},
    FieldRow{3, Wire::U16BE, &BatteryState::soh},
    FieldRow{4, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{7, Wire::U16BE, &BatteryState::cycles},
};
constexpr std::array fullCapacity{FieldRow{5, Wire::U16BE, &BatteryState::capacityAh, 0.01}};
constexpr std::array designCapacity{FieldRow{6, Wire::U16BE, &BatteryState::capacityAh, 0.01}};
constexpr quint16 warningReg = 8;
constexpr quint16 protectionReg = 9;
constexpr quint16 faultReg = 10;
constexpr quint16 balancingReg = 11; ///< bit 0: cell 1
constexpr std::array gobelSwitches{
    FlagRow{14, Wire::U16BE, 14, &BatteryState::chargeAllowed},
    FlagRow{14, Wire::U16BE, 15, &BatteryState::dischargeAllowed},
};
constexpr quint16 cellCountReg = 15; ///< low byte
constexpr ListRow cells{16, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
constexpr qint64 maxCells = 30;
constexpr quint16 sensorCountReg = 46; ///< low byte
constexpr ListRow sensors{47, Wire::S16BE, 2, &BatteryState::temperatures, 0.1};
constexpr qint64 maxSensors = 10;
constexpr quint16 mosfetReg = 57; // s16, 0.1 degC
constexpr qint64 noSensor = -1;

// Buknuwo: the words of its warnings, protections and faults begin one register later, and its switches
// stand among the faults.
constexpr quint16 buknuwoWarningReg = 9;
constexpr quint16 buknuwoProtectionReg = 10;
constexpr quint16 buknuwoFaultReg = 11;
constexpr qint64 definedBits = 0xFF3FFF7F007F;
constexpr std::array buknuwoSwitches{
    FlagRow{11, Wire::U16BE, 10, &BatteryState::chargeAllowed},
    FlagRow{11, Wire::U16BE, 11, &BatteryState::dischargeAllowed},
};

constexpr std::array warnings{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Warning},
    AlarmRow{2, AlarmName::HighVoltage, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowVoltage, AlarmLevel::Warning},
    AlarmRow{4, AlarmName::HighChargeCurrent, AlarmLevel::Warning},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    AlarmRow{8, AlarmName::HighChargeTemperature, AlarmLevel::Warning},
    AlarmRow{9, AlarmName::HighTemperature, AlarmLevel::Warning},
    AlarmRow{10, AlarmName::LowChargeTemperature, AlarmLevel::Warning},
    AlarmRow{11, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{12, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // environment
    AlarmRow{13, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{14, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // MOSFET
    AlarmRow{15, AlarmName::LowSoc, AlarmLevel::Warning},
};
constexpr std::array protections{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{7, AlarmName::HighVoltage, AlarmLevel::Alarm},          // of the charger
    AlarmRow{8, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{9, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{10, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{11, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{12, AlarmName::HighInternalTemperature, AlarmLevel::Alarm}, // MOSFET
    AlarmRow{13, AlarmName::HighInternalTemperature, AlarmLevel::Alarm}, // environment
    AlarmRow{14, AlarmName::LowTemperature, AlarmLevel::Alarm},
};
constexpr std::array faults{
    AlarmRow{0, AlarmName::InternalFailure, AlarmLevel::Alarm}, // charge MOSFET
    AlarmRow{1, AlarmName::InternalFailure, AlarmLevel::Alarm}, // discharge MOSFET
    AlarmRow{2, AlarmName::InternalFailure, AlarmLevel::Alarm}, // temperature sensor
    AlarmRow{4, AlarmName::InternalFailure, AlarmLevel::Alarm}, // cell
    AlarmRow{5, AlarmName::InternalFailure, AlarmLevel::Alarm}, // front end
};

constexpr size_t textSize = 20; ///< three of them: software, serial number, model

constexpr double sumTolerance = 0.03;
constexpr double lowestPack = 8; ///< V, of a battery without known cells
constexpr double highestPack = 70;

/// Texts end at the first byte that can't be printed.
Text printable(Bytes bytes)
{
    size_t size = 0;
    while (size < bytes.size() && bytes[size] >= 0x20 && bytes[size] < 0x7F)
        ++size;
    return decodeText(bytes.first(size));
}

void decodeWords(qint64 warning, qint64 protection, qint64 fault, BatteryState &to)
{
    to.alarms = {};
    decodeAlarms(warnings, static_cast<quint64>(warning), to.alarms);
    decodeAlarms(protections, static_cast<quint64>(protection), to.alarms);
    decodeAlarms(faults, static_cast<quint64>(fault), to.alarms);
    to.problemCode = warning << 32 | protection << 16 | fault;
}

bool decodeSensors(const Registers &registers, BatteryState &to)
{
    const qint64 count = registers.integer(sensorCountReg).value_or(0) & 0xFF;
    if (count > maxSensors)
        return false;
    registers.decode(sensors, static_cast<int>(count), to);
    return true;
}

void decodeMosfet(const Registers &registers, BatteryState &to)
{
    if (const auto raw = registers.integer(mosfetReg, Wire::S16BE); raw && *raw != noSensor)
        to.mosfetTemperature = Scale(0.1).apply(static_cast<double>(*raw));
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("gobel");
    info.names = {QStringLiteral("Gobel Power"), QStringLiteral("Buknuwo")};
    info.bmsTypes = {QStringLiteral("aiobmsble_gobel_bms"), QStringLiteral("buknuwo_ble"),
                     QStringLiteral("aiobmsble_buknuwo_bms")};
    info.typeName = QStringLiteral("Gobel");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {
        {.service = bluetoothUuid(QStringLiteral("00002760-08c2-11e1-9073-0e8ac72e1001")),
         .notify = {bluetoothUuid(QStringLiteral("00002760-08c2-11e1-9073-0e8ac72e0002"))},
         .write = bluetoothUuid(QStringLiteral("00002760-08c2-11e1-9073-0e8ac72e0001"))}};
    info.bluetooth.advertisements = {{.name = "BMS-[0-9A-F]*"}, {.name = "CDZG*", .variant = "buknuwo"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 30;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "Readings and identity: recorded frames of one battery of each make.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The meaning of the alarm bits, which is that of PACE boards, and who balances.");
    info.reads = {Field::uniqueId,
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
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

GobelDriver::GobelDriver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, {})
{
    const auto option = [&](const char *name) {
        return config.options.value(QLatin1String(name)).toString();
    };
    const QString name = option("localName").trimmed();
    const QLatin1String buknuwo("buknuwo");
    if (option("variant") == buknuwo || option("bmsType").contains(buknuwo, Qt::CaseInsensitive) ||
        name.startsWith(QLatin1String("CDZG"))) {
        m_make = Make::Buknuwo;
        if (!name.isEmpty())
            m_name = name;
    }
}

const DriverInfo &GobelDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void GobelDriver::requests(Phase phase, std::vector<Request> &to)
{
    const auto ask = [&](Query query, bool optional) {
        query.unit = unit();
        to.push_back(request(query, timeoutMs));
        to.back().optional = optional;
        if (optional)
            to.back().tries = 1;
    };
    if (m_make != Make::Buknuwo) {
        ask(status, false);
        to.back().orNext = m_make == Make::Unknown;
    }
    if (m_make != Make::Gobel)
        ask(shortStatus, false);
    if (m_make != Make::Gobel) {
        ask(sensorsRead, true);
        ask(mosfetRead, true);
    }
    if (m_make != Make::Buknuwo && phase == Phase::Identify)
        ask(identity, true);
}

bool GobelDriver::decode(const Query &query, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    switch (query.start) {
    case status.start:
        if (query.count == status.count)
            return decodeGobel(registers, to);
        decodeBuknuwo(registers, to);
        return true;
    case identity.start: {
        const Bytes texts = registers.from(identity.start);
        to.firmwareVersion = printable(texts.first(textSize));
        to.serialNumber = to.uniqueId = printable(texts.subspan(textSize, textSize));
        to.hardwareVersion = printable(texts.subspan(2 * textSize, textSize));
        return true;
    }
    case sensorsRead.start:
        return decodeSensors(registers, to);
    default:
        decodeMosfet(registers, to);
        return true;
    }
}

bool GobelDriver::decodeGobel(const Registers &registers, BatteryState &to)
{
    const qint64 count = registers.integer(cellCountReg).value_or(0) & 0xFF;
    if (count > maxCells || !decodeSensors(registers, to))
        return false;
    if (m_make == Make::Unknown && count > 0)
        m_make = Make::Gobel;
    registers.decode(fields, to);
    registers.decode(fullCapacity, to);
    registers.decode(gobelSwitches, to);
    if (count > 0)
        to.cellCount = count;
    registers.decode(cells, static_cast<int>(count), to);
    const qint64 balancing = registers.integer(balancingReg).value_or(0);
    to.cellBalancing.assign(static_cast<size_t>(count), false);
    for (size_t cell = 0; cell < to.cellBalancing.size(); ++cell)
        to.cellBalancing[cell] = (balancing >> cell & 1) != 0;
    decodeMosfet(registers, to);
    decodeWords(registers.integer(warningReg).value_or(0), registers.integer(protectionReg).value_or(0),
                registers.integer(faultReg).value_or(0), to);
    return true;
}

void GobelDriver::decodeBuknuwo(const Registers &registers, BatteryState &to)
{
    m_make = Make::Buknuwo;
    registers.decode(fields, to);
    registers.decode(designCapacity, to);
    registers.decode(buknuwoSwitches, to);
    decodeWords(registers.integer(buknuwoWarningReg).value_or(0) & (definedBits >> 32),
                registers.integer(buknuwoProtectionReg).value_or(0) & (definedBits >> 16 & 0xFFFF),
                registers.integer(buknuwoFaultReg).value_or(0) & (definedBits & 0xFFFF), to);
    to.uniqueId = m_name;
}

Recognition GobelDriver::recognise(const BatteryState &read) const
{
    const bool fits = read.voltage && read.soc && *read.soc <= 100 && read.soh && *read.soh <= 100;
    if (!fits)
        return Recognition::No;
    if (m_make != Make::Buknuwo)
        return cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
    const bool likely = *read.voltage >= lowestPack && *read.voltage <= highestPack &&
                        read.capacityAh.value_or(0) > 0 && !read.temperatures.empty();
    return likely ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<GobelDriver>(config);
            }};
}

} // namespace sb::gobel
