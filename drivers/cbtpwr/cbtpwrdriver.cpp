// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/cbtpwr/cbtpwrdriver.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"

#include <QCoreApplication>

namespace sb::cbtpwr {
namespace {

using namespace frames;

enum Command : quint8 {
    Versions = 0x03,
    FirstCells = 0x05,
    LastCells = 0x08,
    Sensors = 0x09,
    Charge = 0x0A,
    Measured = 0x0B,
    Design = 0x15,
    Problems = 0x21,
};

constexpr size_t commandAt = 2;
constexpr size_t dataAt = 4;
constexpr quint16 overhead = 7; ///< header, command, size, checksum, end
constexpr FrameRule rule{.header = {0xAA, 0x55},
                         .headerSize = 2,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = 3,
                         .lengthPlus = overhead,
                         .minimum = overhead + 1,
                         .maximum = overhead + 64,
                         .checksum = Checksum::Sum8,
                         .checksumFrom = 2,
                         .checksumAtEnd = 3,
                         .tail = {0x0D, 0x0A}, // the other way round in requests
                         .tailSize = 2};

constexpr int slowMs = 30000;

// The capacity first: the charge that is left follows from it.
constexpr std::array asks{
    Ask{Versions, "aa550300030a0d", Asked::AtStart, true, 0, 1500, 1},
    Ask{Problems, "aa552100210a0d"},
    Ask{Sensors, "aa550900090a0d"},
    Ask{Design, "aa551500150a0d", Asked::Always, false, slowMs},
    Ask{Charge, "aa550a000a0a0d"},
    Ask{Measured, "aa550b000b0a0d"},
    Ask{FirstCells, "aa550500050a0d"},
};
constexpr std::array furtherCells{
    Ask{FirstCells + 1, "aa550600060a0d", Asked::Always, true, 0, 1500, 2},
    Ask{FirstCells + 2, "aa550700070a0d", Asked::Always, true, 0, 1500, 2},
    Ask{LastCells, "aa550800080a0d", Asked::Always, true, 0, 1500, 2},
};
constexpr size_t cellsPerBlock = 5;
constexpr size_t blocks = 4;

/// Bytes that an answer has at least.
size_t leastOf(int command)
{
    switch (command) {
    case Charge:
        return 1;
    case Measured:
        return 8;
    case Problems:
    case Design:
        return 4;
    case Sensors:
    case Versions:
        return 2;
    default:
        return 2 * cellsPerBlock;
    }
}

constexpr std::array measured{
    FieldRow{0, Wire::U32LE, &BatteryState::voltage, 0.001},
    FieldRow{4, Wire::S32LE, &BatteryState::current, 0.001},
};
constexpr std::array design{
    FieldRow{0, Wire::U16LE, &BatteryState::capacityAh},
    FieldRow{2, Wire::U16LE, &BatteryState::cycles},
};
constexpr ListRow cells{0, Wire::U16LE, 2, &BatteryState::cellVoltages, 0.001}; // 0: not fitted

constexpr double sumTolerance = 0.05;
constexpr double lowestVoltage = 2;
constexpr double highestVoltage = 100;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("cbtpwr");
    info.names = {QStringLiteral("CBT Power"), QStringLiteral("Creabest")};
    info.bmsTypes = {QStringLiteral("aiobmsble_cbtpwr_bms")};
    info.typeName = QStringLiteral("CBT Power");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE4)},
                                .write = bluetoothUuid(0xFFE9),
                                .writeService = bluetoothUuid(0xFFE5)}};
    info.bluetooth.advertisements = {{.service = "ffe5"},
                                     {.name = "???[CR]??????", .service = "fff0"},
                                     {.service = "03c1", .maker = 0x5352}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 25;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "Readings and cells: recorded frames of 4-cell batteries.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The versions; more than five cells; the meaning of the protection word is unknown.");
    info.reads = {Field::hardwareVersion,
                  Field::firmwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cycles,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

CbtpwrDriver::CbtpwrDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &CbtpwrDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void CbtpwrDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify)
        m_most = 0; // it may be another battery by now
    else if (m_most == 0 && areAll())
        m_most = m_cells.size(); // the board has no block behind them
    FrameDriver::requests(phase, to);
    for (size_t i = 0; i < furtherCells.size(); ++i) {
        const bool isKnown = m_most > cellsPerBlock * (i + 1);
        if (m_most > 0 && !isKnown)
            break;
        to.push_back(request(furtherCells[i]));
        to.back().optional = !isKnown;
    }
}

void CbtpwrDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    if (request.id >= FirstCells && request.id <= LastCells)
        m_cells.resize(
            std::min(m_cells.size(), cellsPerBlock * static_cast<size_t>(request.id - FirstCells)));
}

std::optional<int> CbtpwrDriver::idOf(Bytes frame) const { return frame[commandAt]; }

FrameDriver::Taken CbtpwrDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    const Bytes data = frame.subspan(dataAt, frame.size() - overhead);
    if (data.size() < leastOf(pending.id))
        return Taken::Impossible;
    BatteryState &to = update.values;
    switch (pending.id) {
    case Versions:
        to.firmwareVersion = QString::number(data[0]);
        to.hardwareVersion = QString::number(data[1]);
        return Taken::Done;
    case Sensors:
        decodeSensors(data, to);
        return Taken::Done;
    case Design:
        decodeFields(design, data, to);
        m_capacity = to.capacityAh;
        return Taken::Done;
    case Charge:
        to.soc = data[0];
        if (m_capacity)
            to.remainingAh = *m_capacity * *to.soc / 100;
        return Taken::Done;
    case Measured:
        decodeFields(measured, data, to);
        m_voltage = to.voltage;
        return Taken::Done;
    case Problems:
        to.problemCode = readInteger(data, 0, Wire::U32LE);
        to.alarms = {};
        to.alarms.support(AlarmName::InternalFailure);
        if (to.problemCode != 0)
            to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
        return Taken::Done;
    default:
        return decodeCells(static_cast<size_t>(pending.id - FirstCells), data, to) ? Taken::Done
                                                                                   : Taken::Impossible;
    }
}

/// Boards with one sensor repeat it.
void CbtpwrDriver::decodeSensors(Bytes data, BatteryState &to)
{
    const Number first = readNumber(data, 0, Wire::S16LE);
    const Number second = readNumber(data, 2, Wire::S16LE);
    m_hasSecond = m_hasSecond || (second && second != first && *second != 0);
    to.temperatures.assign(1, first);
    if (m_hasSecond)
        to.temperatures.push_back(second);
}

/// True where the blocks that were answered make up the battery.
bool CbtpwrDriver::areAll() const
{
    BatteryState read;
    read.voltage = m_voltage;
    read.cellVoltages = m_cells;
    return cellsMakeUp(read, sumTolerance);
}

/// The list is known with the block in which it ends; blocks behind that tell nothing.
bool CbtpwrDriver::decodeCells(size_t block, Bytes data, BatteryState &to)
{
    const size_t before = cellsPerBlock * block;
    if (block >= blocks || m_cells.size() != before || (m_most > 0 && before >= m_most))
        return block < blocks;
    BatteryState read;
    decodeList(cells, cellsPerBlock, data, read);
    m_cells.insert(m_cells.end(), read.cellVoltages.begin(), read.cellVoltages.end());
    size_t count = m_cells.size();
    while (count > 0 && *m_cells[count - 1] == 0)
        --count;
    const bool ends = m_most > 0 ? m_cells.size() >= m_most : count < m_cells.size() || block + 1 == blocks;
    if (!ends || count == 0)
        return true;
    m_most = std::max(m_most, count);
    to.cellVoltages.assign(m_cells.begin(), m_cells.begin() + static_cast<std::ptrdiff_t>(m_most));
    for (Number &cell : to.cellVoltages) {
        if (*cell == 0)
            cell.reset(); // dead, or its wire is off
    }
    to.cellCount = static_cast<qint64>(m_most);
    return true;
}

Recognition CbtpwrDriver::recognise(const BatteryState &read) const
{
    const bool cellsFit = read.cellVoltages.empty() || cellsMakeUp(read, sumTolerance);
    const bool fits = cellsFit && read.soc && read.voltage >= lowestVoltage && read.voltage <= highestVoltage;
    return fits ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<CbtpwrDriver>(config);
            }};
}

} // namespace sb::cbtpwr
