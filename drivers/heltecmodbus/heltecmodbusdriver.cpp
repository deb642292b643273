// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/heltecmodbus/heltecmodbusdriver.h"

namespace sb::heltecmodbus {
namespace {

using namespace modbus;

constexpr quint8 usualUnit = 1;
constexpr int timeoutMs = 400;
constexpr int tries = 4; ///< slow and missing answers are normal
constexpr int rareMs = 60000;

constexpr Read atStart(quint16 start, quint16 count, bool optional = true)
{
    return {ReadHolding, start, count, Asked::AtStart, optional, 0, timeoutMs};
}
constexpr Read live(quint16 start, quint16 count, Form form, quint8 group)
{
    return {ReadHolding, start, count, Asked::Always, false, 0, timeoutMs, form, group};
}
constexpr quint16 cellsReg = 81;
constexpr std::array reads{
    atStart(7, 13, false),                                             // type
    atStart(75, 1, false),                                             // cells, chemistry
    atStart(2, 4),                                                     // serial
    atStart(38, 1),                                                    // revision
    atStart(39, 2),                                                    // production date
    atStart(41, 6),                                                    // name
    Read{ReadHolding, 118, 1, Asked::Always, true, rareMs, timeoutMs}, // capacity
    Read{ReadHolding, 169, 1, Asked::Always, true, rareMs, timeoutMs}, // limits
    Read{ReadHolding, 172, 1, Asked::Always, true, rareMs, timeoutMs},
    Read{ReadHolding, 191, 1, Asked::Always, true, rareMs, timeoutMs},
    Read{ReadHolding, 194, 1, Asked::Always, true, rareMs, timeoutMs},
    live(76, 2, Form::Proven, 1), // voltage
    live(78, 2, Form::Proven, 1), // current
    live(cellsReg, 0, Form::Proven, 1),
    live(112, 1, Form::Proven, 1), // temperatures
    live(113, 1, Form::Proven, 1),
    live(120, 1, Form::Proven, 1), // state of charge
    live(76, 45, Form::Joined, 1),
    live(139, 2, Form::Proven, 2), // balancing
    live(152, 2, Form::Proven, 2), // state
    live(156, 2, Form::Proven, 2), // warnings
    live(139, 19, Form::Joined, 2),
};

constexpr qint64 minCells = 3;
constexpr qint64 maxCells = 31; ///< the next register holds temperatures
constexpr qint64 lastChemistry = 2;

constexpr Scale below40(1, -40);
constexpr std::array fields{
    FieldRow{76, Wire::S32LE, &BatteryState::voltage, 0.001},
    FieldRow{118, Wire::U16LE, &BatteryState::capacityAh, 0.1},
    FieldRow{191, Wire::U16LE, &BatteryState::maxChargeCurrent, 0.01},
    FieldRow{194, Wire::U16LE, &BatteryState::maxDischargeCurrent, 0.01},
};
constexpr quint16 currentReg = 78; // s32, 10 mA, positive = discharging
constexpr ListRow cells{cellsReg, Wire::U16LE, 2, &BatteryState::cellVoltages, 0.001};
constexpr quint16 boardTemperaturesReg = 112; // balancer, MOSFET
constexpr quint16 temperaturesReg = 113;      // the second one, the first one
constexpr quint16 socReg = 120;               // SoC, SoH
constexpr quint16 balancingReg = 139;
constexpr std::array flags{
    FlagRow{152, Wire::U32LE, 28, &BatteryState::chargeAllowed, true},
    FlagRow{152, Wire::U32LE, 29, &BatteryState::dischargeAllowed, true},
};
constexpr quint16 warningsReg = 156;
constexpr quint16 cellMaximumReg = 169;
constexpr quint16 cellMinimumReg = 172;

// Bit 15, a full battery, is a state and no alarm.
constexpr std::array warnings{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    AlarmRow{7, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{8, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{9, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{10, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{11, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{12, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{13, AlarmName::HighInternalTemperature, AlarmLevel::Alarm},
    AlarmRow{14, AlarmName::LowSoc, AlarmLevel::Alarm},
};
constexpr int firstFailureBit = 16; ///< this one and all above

constexpr quint16 serialReg = 2;
constexpr quint16 serialWords = 4;
constexpr quint16 typeReg = 7;
constexpr size_t typeSize = 26;
constexpr quint16 revisionReg = 38;
constexpr quint16 dateReg = 39; // year in the low 16 bits, then day, then month
constexpr quint16 nameReg = 41;
constexpr size_t nameSize = 12;
constexpr quint16 cellCountReg = 75;
constexpr qsizetype shortestType = 4;

/// Nothing where the board has none.
Text serialOf(Bytes bytes)
{
    QStringList parts;
    bool any = false;
    for (size_t i = 0; i < serialWords; ++i) {
        const QByteArray word = viewOf(bytes.subspan(2 * i, 2)).toByteArray();
        any = any || word != QByteArray(2, '\0');
        parts.append(QString::fromLatin1(word.toHex()));
    }
    return any ? Text(parts.join(QLatin1Char('-'))) : std::nullopt;
}

Number temperature(const Registers &registers, quint16 reg, size_t byte)
{
    const Number raw = readNumber(registers.from(reg), byte, Wire::U8);
    return raw ? Number(below40.apply(*raw)) : std::nullopt;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("heltecmodbus");
    info.names = {QStringLiteral("Heltec Smart BMS"), QStringLiteral("YYBMS")};
    info.bmsTypes = {QStringLiteral("HeltecModbus")};
    info.typeName = QStringLiteral("Heltec Smart");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {9600};
    info.serial.gapMs = 30;
    info.addresses = {usualUnit};
    info.detectionRank = 30;
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "Everything: an existing driver and frames built with it; the vendor's document is "
                    "not public.");
    info.reads = {Field::productName,
                  Field::uniqueId,
                  Field::serialNumber,
                  Field::hardwareVersion,
                  Field::productionDate,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::soh,
                  Field::capacityAh,
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
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

HeltecModbusDriver::HeltecModbusDriver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, reads)
{}

const DriverInfo &HeltecModbusDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void HeltecModbusDriver::requests(Phase phase, std::vector<Request> &to)
{
    const size_t first = to.size();
    ModbusDriver::requests(phase, to);
    for (size_t i = first; i < to.size(); ++i) {
        if (to[i].tries > 1)
            to[i].tries = tries;
    }
}

quint16 HeltecModbusDriver::countOf(const Read &) const { return static_cast<quint16>(m_cells); }

bool HeltecModbusDriver::decode(const Query &query, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    if (query.start == cellCountReg) {
        const qint64 count = registers.integer(cellCountReg, Wire::U8).value_or(0);
        if (count < minCells || count > maxCells ||
            readInteger(registers.from(cellCountReg), 1, Wire::U8) > lastChemistry)
            return false;
        m_cells = static_cast<int>(count);
        to.cellCount = count;
        return true;
    }
    decodeIdentity(registers, to);
    decodeLimits(registers, to);
    decodeLive(registers, to);
    return true;
}

void HeltecModbusDriver::decodeIdentity(const Registers &registers, BatteryState &to)
{
    if (registers.has(typeReg)) {
        to.productName = registers.text(typeReg, typeSize);
        if (to.productName) // until there is a serial number
            to.uniqueId = QStringLiteral("%1_%2").arg(*to.productName).arg(unit());
    }
    if (registers.has(serialReg)) {
        to.serialNumber = serialOf(registers.from(serialReg));
        if (to.serialNumber)
            to.uniqueId = to.serialNumber;
    }
    if (const auto revision = registers.integer(revisionReg, Wire::U8))
        m_revision = QString::number(*revision);
    if (const Text name = registers.text(nameReg, nameSize))
        to.hardwareVersion = m_revision.isEmpty() ? *name : QStringLiteral("%1(%2)").arg(*name, m_revision);
    if (const auto raw = registers.integer(dateReg, Wire::U32LE)) {
        const QDate date(static_cast<int>(*raw & 0xFFFF), static_cast<int>(*raw >> 24),
                         static_cast<int>((*raw >> 16) & 0xFF));
        to.productionDate = date.isValid() ? Date(date) : std::nullopt;
    }
}

void HeltecModbusDriver::decodeLimits(const Registers &registers, BatteryState &to) const
{
    const auto ofPack = [&](quint16 reg, Number &limit) {
        if (const auto millivolts = registers.integer(reg, Wire::U16LE); millivolts && m_cells > 0)
            limit = static_cast<double>(*millivolts * m_cells) / 1000;
    };
    ofPack(cellMaximumReg, to.maxVoltage);
    ofPack(cellMinimumReg, to.minVoltage);
}

void HeltecModbusDriver::decodeLive(const Registers &registers, BatteryState &to) const
{
    registers.decode(fields, to);
    registers.decode(flags, to);
    if (const auto raw = registers.integer(currentReg, Wire::S32LE))
        to.current = static_cast<double>(-*raw) / 100;
    if (m_cells > 0)
        registers.decode(cells, m_cells, to);
    if (registers.has(boardTemperaturesReg))
        to.mosfetTemperature = std::max(temperature(registers, boardTemperaturesReg, 0),
                                        temperature(registers, boardTemperaturesReg, 1));
    if (registers.has(temperaturesReg))
        to.temperatures = {temperature(registers, temperaturesReg, 1),
                           temperature(registers, temperaturesReg, 0)};
    if (registers.has(socReg)) {
        to.soc = readNumber(registers.from(socReg), 0, Wire::U8);
        to.soh = readNumber(registers.from(socReg), 1, Wire::U8);
    }
    if (const auto bits = registers.integer(balancingReg, Wire::U32LE)) {
        to.balancing = *bits != 0;
        to.cellBalancing.clear();
        for (int cell = 0; cell < m_cells; ++cell)
            to.cellBalancing.push_back((*bits >> cell) & 1);
    }
    if (const auto bits = registers.integer(warningsReg, Wire::U32LE)) {
        to.problemCode = *bits;
        to.alarms = {};
        decodeAlarms(warnings, static_cast<quint64>(*bits), to.alarms);
        to.alarms.support(AlarmName::InternalFailure);
        if (*bits >> firstFailureBit)
            to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Alarm);
    }
}

Recognition HeltecModbusDriver::recognise(const BatteryState &read) const
{
    const bool isText = read.productName && read.productName->size() >= shortestType &&
                        !read.productName->contains(QLatin1Char('?'));
    return isText && read.cellCount && read.voltage ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<HeltecModbusDriver>(config);
            }};
}

} // namespace sb::heltecmodbus
