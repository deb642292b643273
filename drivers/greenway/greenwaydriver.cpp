// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/greenway/greenwaydriver.h"

#include "bms/cells.h"
#include "drivers/frames/fittedcells.h"
#include "drivers/modbus/registers.h"

#include <QCoreApplication>
#include <limits>

namespace sb::greenway {
namespace {

using namespace frames;

enum Block : quint8 {
    Sensors = 0x08,
    Voltage = 0x09,
    Current = 0x0A,
    Soc = 0x0D,
    Soh = 0x0E,
    Remaining = 0x0F,
    Problems = 0x16,
    Cycles = 0x17,
    Capacity = 0x18,
    Versions = 0x1A,
    Maker = 0x20,
    Model = 0x21,
    Serial = 0x23,
    FirstCells = 0x24,
    FurtherCells = 0x25,
};

constexpr size_t blockAt = 3;
constexpr size_t sizeAt = 4;
constexpr size_t dataAt = 5;
constexpr quint16 overhead = 6; ///< header, block, size, checksum
constexpr FrameRule rule{.header = {0x47, 0x16, 0x01},
                         .headerSize = 3,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = sizeAt,
                         .lengthPlus = overhead,
                         .minimum = overhead + 4,
                         .maximum = overhead + 0x20,
                         .checksum = Checksum::Sum8,
                         .checksumAtEnd = 1};

constexpr int slowMs = 30000;

constexpr std::array asks{
    Ask{Versions, "4616011a087f", Asked::AtStart, true, 0, 1500, 1},
    Ask{Maker, "46160120108d", Asked::AtStart, true, 0, 1500, 1},
    Ask{Model, "46160121209e", Asked::AtStart, true, 0, 1500, 1},
    Ask{Serial, "4616012320a0", Asked::AtStart, true},
    Ask{FirstCells, "4616012420a1"},
    Ask{FurtherCells, "4616012520a2"},
    Ask{Sensors, "461601082085"},
    Ask{Voltage, "46160109046a"},
    Ask{Current, "4616010a046b"},
    Ask{Soc, "4616010d046e"},
    Ask{Soh, "4616010e046f", Asked::Always, false, slowMs},
    Ask{Remaining, "4616010f0470"},
    Ask{Problems, "461601161083"},
    Ask{Cycles, "461601170478", Asked::Always, false, slowMs},
    Ask{Capacity, "461601180479", Asked::Always, false, slowMs},
};

/// Blocks that are one number.
struct NumberRow
{
    quint8 block;
    FieldRow field;
};
constexpr std::array numbers{
    NumberRow{Voltage, {0, Wire::U32LE, &BatteryState::voltage, 0.001}},
    NumberRow{Current, {0, Wire::S32LE, &BatteryState::current, 0.001}},
    NumberRow{Soc, {0, Wire::U32LE, &BatteryState::soc}},
    NumberRow{Soh, {0, Wire::U32LE, &BatteryState::soh}},
    NumberRow{Remaining, {0, Wire::U32LE, &BatteryState::remainingAh, 0.001}},
    NumberRow{Cycles, {0, Wire::U32LE, &BatteryState::cycles}},
    NumberRow{Capacity, {0, Wire::U32LE, &BatteryState::capacityAh, 0.001}},
};
constexpr ListRow cells{0, Wire::U16LE, 2, &BatteryState::cellVoltages, 0.001}; // 0: not fitted
constexpr int cellsPerBlock = 16;
constexpr size_t sensorPlaces = 7;
constexpr size_t problemsAt = 2;

constexpr double sumTolerance = 0.05;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("greenway");
    info.names = {QStringLiteral("Greenway"), QStringLiteral("Talaria")};
    info.bmsTypes = {QStringLiteral("aiobmsble_greenway_bms")};
    info.typeName = QStringLiteral("Greenway");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF1)},
                                .write = bluetoothUuid(0xFFF1)}};
    info.bluetooth.advertisements = {{.service = "fff0", .oui = "C4:A9:B8"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 20;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "All blocks: recorded frames of a 20-cell battery.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "The meaning of the protection word is unknown.");
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
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

GreenwayDriver::GreenwayDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &GreenwayDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void GreenwayDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    if (request.id == FirstCells)
        m_firstCells.clear();
}

std::optional<int> GreenwayDriver::idOf(Bytes frame) const { return frame[blockAt]; }

FrameDriver::Taken GreenwayDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    // A request names the bytes that it wants where a reply names those that it has.
    const quint8 size = frame[sizeAt];
    if (pending.bytes.size() <= qsizetype(sizeAt) || static_cast<quint8>(pending.bytes.at(sizeAt)) != size)
        return Taken::Impossible;
    const Bytes data = frame.subspan(dataAt, size);
    BatteryState &to = update.values;
    switch (pending.id) {
    case Sensors:
        decodeSensors(data, to);
        return Taken::Done;
    case Problems:
        decodeProblems(data, to);
        return Taken::Done;
    case Versions:
        decodeVersions(data, to);
        return Taken::Done;
    case Maker:
        to.manufacturer = decodeText(data);
        return Taken::Done;
    case Model:
        to.productName = decodeText(data);
        return Taken::Done;
    case Serial:
        to.serialNumber = to.uniqueId = decodeText(data);
        return Taken::Done;
    case FirstCells:
    case FurtherCells:
        decodeCells(pending.id, data, to);
        return Taken::Done;
    default:
        break;
    }
    for (const NumberRow &row : numbers) {
        if (row.block != pending.id)
            continue;
        BatteryState read;
        decodeFields({&row.field, 1}, data, read);
        if (read.soc > 100 || read.soh > 100)
            return Taken::Impossible;
        decodeFields({&row.field, 1}, data, to);
    }
    return Taken::Done;
}

/// One list in two blocks: known once it has an end, or both were read.
void GreenwayDriver::decodeCells(int block, Bytes data, BatteryState &to)
{
    BatteryState read;
    decodeList(cells, cellsPerBlock, data, read);
    if (block == FirstCells) {
        m_firstCells = read.cellVoltages;
        if (m_firstCells.back() != 0.0 || m_cells > m_firstCells.size())
            return;
        read.cellVoltages = std::exchange(m_firstCells, {});
    } else {
        if (m_firstCells.empty())
            return;
        read.cellVoltages.insert(read.cellVoltages.begin(), m_firstCells.begin(), m_firstCells.end());
    }
    m_cells = keepFitted(read.cellVoltages, m_cells);
    if (m_cells == 0)
        return;
    to.cellCount = static_cast<qint64>(m_cells);
    to.cellVoltages = read.cellVoltages;
}

/// Places without a sensor hold 0, as does a sensor at freezing point: what once was more is one.
void GreenwayDriver::decodeSensors(Bytes data, BatteryState &to)
{
    size_t count = sensorPlaces;
    while (count > m_sensors && data[count - 1] == 0)
        --count;
    m_sensors = count;
    to.temperatures.clear();
    for (size_t i = 0; i < count; ++i)
        to.temperatures.push_back(readNumber(data, i, Wire::S8));
}

void GreenwayDriver::decodeVersions(Bytes data, BatteryState &to)
{
    to.hardwareVersion = QStringLiteral("%1.%2").arg(data[3]).arg(data[2]);
    to.firmwareVersion = decodeText(data.subspan(4));
}

void GreenwayDriver::decodeProblems(Bytes data, BatteryState &to)
{
    const auto low = static_cast<quint64>(readInteger(data, problemsAt, Wire::U32LE).value_or(0));
    const auto high = static_cast<quint64>(readInteger(data, problemsAt + 4, Wire::U32LE).value_or(0));
    // The highest bit has no place in a signed number.
    to.problemCode = static_cast<qint64>(
        std::min(high << 32 | low, static_cast<quint64>(std::numeric_limits<qint64>::max())));
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if (to.problemCode != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
}

Recognition GreenwayDriver::recognise(const BatteryState &read) const
{
    return read.soc && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<GreenwayDriver>(config);
            }};
}

} // namespace sb::greenway
