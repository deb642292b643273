// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/neey/neeydriver.h"

#include "bms/cells.h"
#include "drivers/frames/fittedcells.h"

#include <cmath>

namespace sb::neey {
namespace {

using namespace frames;

enum Type : quint8 { Information = 1, Cells = 2 };

// 55 AA 11 01 type x length ... sum FF
constexpr FrameRule rule{.header = {0x55, 0xAA, 0x11, 0x01},
                         .headerSize = 4,
                         .length = FrameRule::Length::U16LE,
                         .lengthOffset = 6,
                         .minimum = 20,
                         .maximum = 400,
                         .checksum = Checksum::Sum8,
                         .checksumAtEnd = 2,
                         .tail = {0xFF},
                         .tailSize = 1};
constexpr QByteArrayView moduleText("AT\r\n");
constexpr size_t typeAt = 4;
constexpr size_t informationSize = 100;
constexpr size_t cellsSize = 300;

constexpr std::array asks{
    Ask{Information, "aa551101010014000000000000000000000026ff", Asked::AtStart, true, 0, 1500, 2},
    Ask{Cells, "aa551101020014000000000000000000000027ff"},
};

constexpr int cellPlaces = 24;
constexpr double lowestCell = 0.5; ///< of a pack that is taken for one; behind the last cell there is less
constexpr double highestCell = 5;
constexpr size_t cellsAt = 9;
constexpr size_t resistancesAt = 105;
constexpr size_t voltageAt = 201;
constexpr size_t stateAt = 216;
constexpr quint8 balances = 5;
constexpr size_t balanceCurrentAt = 217; ///< of balancers; the BMS has one byte more before it
constexpr size_t temperaturesAt = 221;
constexpr size_t bmsCurrentAt = 222;
constexpr size_t bmsTemperaturesAt = 226;
constexpr size_t capacityAt = 242;
constexpr size_t remainingAt = 246;
constexpr size_t socAt = 250;
constexpr double lowestSensor = -50;
constexpr double highestSensor = 150;

struct StateRow
{
    quint8 state;
    AlarmName alarm;
    AlarmLevel level;
};
constexpr std::array states{
    StateRow{1, AlarmName::InternalFailure, AlarmLevel::Warning},          // cell count
    StateRow{3, AlarmName::BmsCable, AlarmLevel::Warning},                 // resistance of a wire
    StateRow{7, AlarmName::LowCellVoltage, AlarmLevel::Warning},           //
    StateRow{8, AlarmName::HighInternalTemperature, AlarmLevel::Alarm},    //
    StateRow{9, AlarmName::InternalFailure, AlarmLevel::Alarm},            // host
    StateRow{10, AlarmName::LowVoltage, AlarmLevel::Warning},              // too low to balance
    StateRow{11, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // too hot to balance
};

constexpr double sumTolerance = 0.03;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("neey");
    info.names = {QStringLiteral("NEEY"), QStringLiteral("Heltec active balancer")};
    info.bmsTypes = {QStringLiteral("aiobmsble_neey_bms")};
    info.typeName = QStringLiteral("NEEY");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE1)},
                                .write = bluetoothUuid(0xFFE1)}};
    info.bluetooth.advertisements = {{.name = "EK-*", .service = "fee7"},
                                     {.name = "GW-*", .service = "fee7"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 20;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "Cells, temperatures, balancer: recorded frames of a balancer "
                                      "and of a BMS.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "The names of the states.");
    info.reads = {Field::productName,
                  Field::manufacturer,
                  Field::hardwareVersion,
                  Field::firmwareVersion,
                  Field::productionDate,
                  Field::serialNumber,
                  Field::uniqueId,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::cellResistances,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::balancing,
                  Field::balanceCurrent,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

NeeyDriver::NeeyDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &NeeyDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void NeeyDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify)
        m_cells = 0; // it may be another device by now
    FrameDriver::requests(phase, to);
}

std::optional<int> NeeyDriver::idOf(Bytes frame) const { return frame[typeAt]; }

FrameDriver::Taken NeeyDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    const bool good =
        pending.id == Cells ? decodeCells(frame, update.values) : decodeInformation(frame, update.values);
    return good ? Taken::Done : Taken::Impossible;
}

/// The radio module puts in words of its own.
Bytes NeeyDriver::cleaned(Bytes bytes) { return viewOf(bytes) == moduleText ? Bytes() : bytes; }

/// Some devices go on telling their cells.
FrameDriver::Taken NeeyDriver::unasked(Bytes frame, const Request *pending, Update &update)
{
    if (pending || frame[typeAt] != Cells)
        return Taken::Foreign;
    return decodeCells(frame, update.values) ? Taken::Partly : Taken::Impossible;
}

bool NeeyDriver::decodeInformation(Bytes frame, BatteryState &to)
{
    if (frame.size() != informationSize)
        return false;
    const Text model = decodeText(frame.subspan(8, 16));
    if (!model)
        return false;
    m_isBms = model->startsWith(QLatin1String("EK-B"));
    to.manufacturer = QStringLiteral("NEEY");
    to.productName = model;
    to.hardwareVersion = decodeText(frame.subspan(24, 8));
    to.firmwareVersion = decodeText(frame.subspan(32, 8));
    const Text date = decodeText(frame.subspan(48, 8));
    const QDate made = date ? QDate::fromString(*date, QStringLiteral("yyyyMMdd")) : QDate();
    if (made.isValid())
        to.productionDate = made;
    if (m_isBms)
        to.serialNumber = to.uniqueId = decodeText(frame.subspan(64, 18));
    return true;
}

bool NeeyDriver::decodeCells(Bytes frame, BatteryState &to)
{
    if (frame.size() != cellsSize)
        return false;
    const auto number = [frame](size_t at) { return readNumber(frame, at, Wire::F32LE); };
    BatteryState read;
    for (size_t i = 0; i < cellPlaces; ++i) {
        const auto cell = number(cellsAt + 4 * i);
        if (!cell || *cell < 0 || *cell > highestCell)
            return false;
        read.cellVoltages.push_back(std::round(*cell * 1000) / 1000);
        read.cellResistances.push_back(number(resistancesAt + 4 * i));
    }
    const size_t count = keepFitted(read.cellVoltages, m_cells, lowestCell);
    read.cellResistances.resize(count);
    const auto voltage = number(voltageAt);
    const auto balanceCurrent = number(m_isBms ? balanceCurrentAt + 1 : balanceCurrentAt);
    if (!voltage || *voltage < 0 || !balanceCurrent || count == 0)
        return false;
    if (m_isBms) {
        const auto current = number(bmsCurrentAt);
        const auto soc = number(socAt);
        if (!current || !soc || *soc < 0 || *soc > 100.5)
            return false;
        to.current = std::round(*current * 1000) / 1000;
        to.soc = std::round(*soc * 1000) / 1000;
        if (const auto capacity = number(capacityAt); capacity && *capacity > 0)
            to.capacityAh = std::trunc(*capacity);
        if (const auto remaining = number(remainingAt); remaining && *remaining >= 0)
            to.remainingAh = std::round(*remaining * 1000) / 1000;
    }
    m_cells = count;
    to.voltage = std::round(*voltage * 1000) / 1000;
    to.cellVoltages = read.cellVoltages;
    to.cellResistances = read.cellResistances;
    to.cellCount = static_cast<qint64>(read.cellVoltages.size());
    to.balanceCurrent = std::round(*balanceCurrent * 1000) / 1000;
    to.temperatures.clear();
    for (size_t i = 0; i < (m_isBms ? 4U : 2U); ++i) {
        const auto sensor = number((m_isBms ? bmsTemperaturesAt : temperaturesAt) + 4 * i);
        const bool there = sensor && *sensor >= lowestSensor && *sensor <= highestSensor;
        to.temperatures.push_back(there ? Number(std::round(*sensor * 100) / 100) : std::nullopt);
    }
    const quint8 state = frame[stateAt];
    to.balancing = state == balances;
    to.problemCode = 0;
    to.alarms = {};
    for (const StateRow &row : states) {
        to.alarms.support(row.alarm);
        if (row.state == state) {
            to.problemCode = state;
            to.alarms.raise(row.alarm, row.level);
        }
    }
    return true;
}

Recognition NeeyDriver::recognise(const BatteryState &read) const
{
    const bool fits = cellsMakeUp(read, sumTolerance, lowestCell, highestCell);
    return fits ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<NeeyDriver>(config);
            }};
}

} // namespace sb::neey
