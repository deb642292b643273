// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/vatrer/vatrerdriver.h"

#include "bms/cells.h"

namespace sb::vatrer {
namespace {

using namespace modbus;

constexpr quint8 usualUnit = 2;
constexpr int timeoutMs = 1500;
constexpr quint16 totalsReg = 0x00;
constexpr quint16 cellsReg = 0x15;
constexpr quint16 stateReg = 0x34;

constexpr std::array reads{
    Read{ReadHolding, totalsReg, 20, Asked::Always, false, 0, timeoutMs},
    Read{ReadHolding, cellsReg, 31, Asked::Always, false, 0, timeoutMs},
    Read{ReadHolding, stateReg, 18, Asked::Always, false, 0, timeoutMs},
};

constexpr std::array totals{
    FieldRow{0x00, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{0x01, Wire::S32BE, &BatteryState::current, 0.01},
    FieldRow{0x03, Wire::U16BE, &BatteryState::soc},
    FieldRow{0x04, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{0x05, Wire::U16BE, &BatteryState::capacityAh, 0.01},
    FieldRow{0x06, Wire::U16BE, &BatteryState::cycles},
    FieldRow{0x07, Wire::U16BE, &BatteryState::soh},
};

constexpr ListRow cells{0x16, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001}; // 0: not fitted
constexpr qint64 maxCells = 30;

// As many sensors as the first register says, one more, and the power stage's.
constexpr ListRow sensors{0x35, Wire::S16BE, 2, &BatteryState::temperatures};
constexpr qint64 maxSensors = 6;
constexpr quint16 problemsReg = 0x3B;
constexpr quint16 switchesReg = 0x42; ///< its high byte belongs to the problems
constexpr qint64 chargeBit = 0x10;
constexpr qint64 dischargeBit = 0x20;
constexpr quint16 balancingReg = 0x44; // u32, bit 0: cell 1

constexpr double sumTolerance = 0.02;
constexpr qsizetype serialDigits = 15;

Text serialOf(const DriverConfig &config)
{
    const QString name = config.options.value(QStringLiteral("localName")).toString().trimmed();
    const bool digits = std::all_of(name.begin(), name.end(), [](QChar each) { return each.isDigit(); });
    return digits && name.size() == serialDigits ? Text(name) : std::nullopt;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("vatrer");
    info.names = {QStringLiteral("Vatrer 51.2 V")};
    info.bmsTypes = {QStringLiteral("aiobmsble_vatrer_bms")};
    info.typeName = QStringLiteral("Vatrer");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {
        {.service = bluetoothUuid(QStringLiteral("6e400001-b5a3-f393-e0a9-e50e24dcca9e")),
         .notify = {bluetoothUuid(QStringLiteral("6e400003-b5a3-f393-e0a9-e50e24dcca9e"))},
         .write = bluetoothUuid(QStringLiteral("6e400002-b5a3-f393-e0a9-e50e24dcca9e"))}};
    info.bluetooth.advertisements = {
        {.name = "[2-9]???[0-3]?512??00??", .service = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 30;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "One recorded reading of a 51.2 V battery.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "The full capacity, which of the temperatures are the cells'. What the "
                                      "problem bytes mean is unknown: any of them is an internal failure.");
    info.reads = {Field::uniqueId,
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

VatrerDriver::VatrerDriver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, reads)
    , m_name(serialOf(config))
{}

const DriverInfo &VatrerDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool VatrerDriver::decode(const Query &query, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    switch (query.start) {
    case totalsReg:
        registers.decode(totals, to);
        to.uniqueId = m_name;
        return true;
    case cellsReg:
        return decodeCells(registers, to);
    default:
        return decodeState(registers, to);
    }
}

bool VatrerDriver::decodeCells(const Registers &registers, BatteryState &to)
{
    const qint64 count = registers.integer(cellsReg).value_or(0);
    if (count < 1 || count > maxCells)
        return false;
    m_cells = static_cast<size_t>(count);
    to.cellCount = count;
    registers.decode(cells, static_cast<int>(count), to);
    for (Number &cell : to.cellVoltages) {
        if (cell == 0)
            cell.reset();
    }
    return true;
}

bool VatrerDriver::decodeState(const Registers &registers, BatteryState &to) const
{
    const qint64 count = registers.integer(stateReg).value_or(0);
    if (count > maxSensors)
        return false;
    registers.decode(sensors, static_cast<int>(count) + 1, to);
    const auto mosfetReg = static_cast<quint16>(sensors.offset + count + 1);
    if (const auto raw = registers.integer(mosfetReg, Wire::S16BE))
        to.mosfetTemperature = static_cast<double>(*raw);

    // Whether the problems move with the sensors was never seen; they don't begin before the sensors end.
    quint64 problems = 0;
    bool any = false;
    for (quint16 reg = std::max<quint16>(problemsReg, mosfetReg + 1); reg <= switchesReg; ++reg) {
        const qint64 word = registers.integer(reg).value_or(0);
        const qint64 bits = reg == switchesReg ? word >> 8 : word;
        problems = problems << (reg == switchesReg ? 8 : 16) | static_cast<quint64>(bits);
        any = any || bits != 0;
    }
    to.problemCode = static_cast<qint64>(problems);
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if (any)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    const qint64 switches = registers.integer(switchesReg).value_or(0);
    to.chargeAllowed = (switches & chargeBit) != 0;
    to.dischargeAllowed = (switches & dischargeBit) != 0;
    const qint64 balancing = registers.integer(balancingReg, Wire::U32BE).value_or(0);
    to.balancing = balancing != 0;
    to.cellBalancing.assign(m_cells, false);
    for (size_t cell = 0; cell < m_cells; ++cell)
        to.cellBalancing[cell] = (balancing >> cell & 1) != 0;
    return true;
}

Recognition VatrerDriver::recognise(const BatteryState &read) const
{
    return read.soc && *read.soc <= 100 && read.soh && *read.soh <= 100 && cellsMakeUp(read, sumTolerance)
               ? Recognition::Yes
               : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<VatrerDriver>(config);
            }};
}

} // namespace sb::vatrer
