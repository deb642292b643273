// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pace_ble/pace_bledriver.h"

#include <algorithm>
#include <cmath>

namespace sb::pace_ble {
namespace {

using namespace frames;

// 9A, six bytes of type, the length of the data, the data, their CRC, 9D.
constexpr FrameRule rule{.header = {0x9A},
                         .headerSize = 1,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = 7,
                         .lengthPlus = 11,
                         .minimum = 11,
                         .maximum = 255 + 11,
                         .checksum = Checksum::Crc16Modbus,
                         .checksumOrder = FrameRule::Order::BigEndian,
                         .checksumAtEnd = 3,
                         .tail = {0x9D},
                         .tailSize = 1};
constexpr size_t dataAt = 8;
constexpr size_t behindData = 3;

/// Types, as far as they differ: their third and fourth byte.
enum Type : quint16 {
    Versions = 0x0100,
    Serial = 0x0200,
    Summary = 0x000A,
    Cells = 0x020A,
};

// A request for cells ends with the number of the pack.
constexpr std::array asks{
    Ask{Serial, "9a00000002000000a0c89d", Asked::AtStart, true, 0, 1500, 1},
    Ask{Versions, "9a00000001000000e4c89d", Asked::AtStart, true, 0, 1500, 1},
    Ask{Summary, "9a00000a0000000019519d"},
};
constexpr int packAt = 9; ///< in the request for cells
constexpr int maxPacks = 16;

constexpr size_t summarySize = 27;
constexpr std::array fields{
    FieldRow{1, Wire::S32BE, &BatteryState::current, 0.01},
    FieldRow{5, Wire::U32BE, &BatteryState::voltage, 0.01},
    FieldRow{9, Wire::U32BE, &BatteryState::remainingAh, 0.01},
    FieldRow{13, Wire::U32BE, &BatteryState::capacityAh, 0.01},
    FieldRow{21, Wire::U8, &BatteryState::soc},
    FieldRow{22, Wire::U8, &BatteryState::soh},
    FieldRow{23, Wire::U32BE, &BatteryState::cycles},
};

// Cells and temperatures take turns.
constexpr size_t cellCountAt = 3;
constexpr size_t cellsAt = 4;
constexpr size_t temperaturesAt = 6;
constexpr size_t stride = 4;
constexpr size_t maxCells = 32;
constexpr size_t mostListed = 64; ///< cells or sensors of all packs; of more only the extremes are told
constexpr size_t cellSensors = 4; ///< then the MOSFET's
constexpr double kelvin = 2731;

constexpr double lowestCell = 1.0;
constexpr double highestCell = 4.5;
constexpr double sumTolerance = 0.03;

Request cellsOf(int pack)
{
    Request request;
    request.id = Cells;
    request.bytes = QByteArray::fromHex("9a00000a0200000201");
    request.bytes.append(static_cast<char>(pack));
    appendInteger(request.bytes, checksum(Checksum::Crc16Modbus, bytesOf(request.bytes)), Wire::U16BE);
    request.bytes.append('\x9D');
    request.timeoutMs = 1500;
    return request;
}

Number celsius(Bytes data, size_t at)
{
    const auto raw = readNumber(data, at, Wire::U16BE);
    return raw && *raw != 0 ? Number((*raw - kelvin) / 10) : std::nullopt;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("pace_ble");
    info.names = {QStringLiteral("PACE (Bluetooth)"), QStringLiteral("PACEEX")};
    info.bmsTypes = {QStringLiteral("aiobmsble_pace_bms")};
    info.typeName = QStringLiteral("PACE");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF1)},
                                .write = bluetoothUuid(0xFFF2)}};
    info.bluetooth.advertisements = {{.name = "PC-????"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 20;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "All that is read: recorded frames of one board.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The cells of further packs, the MOSFET's sensor. Alarms, FETs and limits are unknown.");
    info.reads = {Field::serialNumber,
                  Field::uniqueId,
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
                  Field::mosfetTemperature,
                  Field::minCellTemperature,
                  Field::maxCellTemperature};
    return info;
}

} // namespace

PaceBleDriver::PaceBleDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &PaceBleDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void PaceBleDriver::requests(Phase phase, std::vector<Request> &to)
{
    FrameDriver::requests(phase, to);
    for (int pack = 1; pack <= m_packs; ++pack)
        to.push_back(cellsOf(pack));
}

std::optional<int> PaceBleDriver::idOf(Bytes frame) const
{
    const bool known = frame[1] == 0 && frame[2] == 0 && frame[5] == 0 && frame[6] == 0;
    if (!known)
        return std::nullopt;
    return frame[4] << 8 | frame[3];
}

FrameDriver::Taken PaceBleDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    BatteryState &to = update.values;
    const Bytes data = frame.subspan(dataAt, frame.size() - dataAt - behindData);
    const auto text = [data](size_t sizeAt) -> Text {
        const size_t size = sizeAt < data.size() ? data[sizeAt] : 0;
        return sizeAt + size < data.size() ? decodeText(data.subspan(sizeAt + 1, size)) : std::nullopt;
    };
    bool possible = false;
    switch (pending.id) {
    case Serial:
        to.serialNumber = to.uniqueId = text(0);
        possible = to.serialNumber.has_value();
        break;
    case Versions:
        to.firmwareVersion = text(1);
        to.hardwareVersion = text(56);
        possible = to.firmwareVersion.has_value();
        break;
    case Summary:
        possible = decodeSummary(data, to);
        break;
    case Cells:
        possible = decodeCells(data, pending, to);
        break;
    default:
        break;
    }
    return possible ? Taken::Done : Taken::Impossible;
}

bool PaceBleDriver::decodeSummary(Bytes data, BatteryState &to)
{
    if (data.size() < summarySize || data[0] < 1 || data[0] > maxPacks)
        return false;
    m_packs = data[0];
    m_parts.clear();
    decodeFields(fields, data, to);
    return true;
}

bool PaceBleDriver::decodeCells(Bytes data, const Request &pending, BatteryState &to)
{
    const auto pack = static_cast<size_t>(static_cast<quint8>(pending.bytes.at(packAt)));
    const size_t count = data.size() > cellCountAt ? data[cellCountAt] : 0;
    if (count < 1 || count > maxCells || data.size() != cellsAt + stride * count)
        return false;
    if (m_parts.size() < pack - 1)
        return true;          // one before it was not told this time
    m_parts.resize(pack - 1); // of one that was asked again, the newer part counts
    Part &part = m_parts.emplace_back();
    for (size_t i = 0; i < count; ++i) {
        part.cells.push_back(
            Scale(0.001).apply(readNumber(data, cellsAt + stride * i, Wire::U16BE).value_or(0)));
        const Number sensor = celsius(data, temperaturesAt + stride * i);
        if (i < cellSensors)
            part.temperatures.push_back(sensor);
        else if (i == cellSensors)
            part.mosfet = sensor;
    }
    while (!part.temperatures.empty() && !part.temperatures.back())
        part.temperatures.pop_back();

    // The lists are whole with the last pack.
    if (m_parts.size() < static_cast<size_t>(m_packs))
        return true;
    to.cellCount = static_cast<qint64>(count);
    to.mosfetTemperature = m_parts.front().mosfet;
    Numbers cells;
    Numbers temperatures;
    for (const Part &each : m_parts) {
        cells.insert(cells.end(), each.cells.begin(), each.cells.end());
        temperatures.insert(temperatures.end(), each.temperatures.begin(), each.temperatures.end());
    }
    const auto tell = [](Numbers &all, Numbers &list, Number &least, Number &most) {
        if (all.size() <= mostListed) {
            list = std::move(all);
            return;
        }
        all.erase(std::remove(all.begin(), all.end(), Number()), all.end());
        const auto [low, high] = std::minmax_element(all.begin(), all.end());
        if (low != all.end()) {
            least = *low;
            most = *high;
        }
    };
    tell(cells, to.cellVoltages, to.minCellVoltage, to.maxCellVoltage);
    tell(temperatures, to.temperatures, to.minCellTemperature, to.maxCellTemperature);
    return true;
}

Recognition PaceBleDriver::recognise(const BatteryState &read) const
{
    const Numbers cells =
        read.cellVoltages.empty() ? Numbers{read.minCellVoltage, read.maxCellVoltage} : read.cellVoltages;
    if (!read.voltage || !read.soc || *read.soc > 100 || !read.cellCount)
        return Recognition::No;
    double sum = 0;
    for (const Number &cell : cells) {
        if (!cell || *cell < lowestCell || *cell > highestCell)
            return Recognition::No;
        sum += *cell;
    }
    const double pack = sum / static_cast<double>(cells.size()) * static_cast<double>(*read.cellCount);
    return std::abs(pack - *read.voltage) <= sumTolerance * *read.voltage ? Recognition::Yes
                                                                          : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<PaceBleDriver>(config);
            }};
}

} // namespace sb::pace_ble
