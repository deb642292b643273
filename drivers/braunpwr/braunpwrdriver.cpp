// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/braunpwr/braunpwrdriver.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"

#include <QCoreApplication>

namespace sb::braunpwr {
namespace {

using namespace frames;

enum Command : quint8 {
    Status = 0x01,
    Cells = 0x02,
    Sensors = 0x03,
    RadioVersion = 0x74,
    Version = 0xF4,
};

constexpr size_t commandAt = 1;
constexpr size_t dataAt = 3;
constexpr quint16 overhead = 4; ///< start, command, size, end
constexpr FrameRule rule{.header = {0x7B},
                         .headerSize = 1,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = 2,
                         .lengthPlus = overhead,
                         .minimum = overhead,
                         .maximum = 255 + overhead,
                         .tail = {0x7D},
                         .tailSize = 1};

// The cells first: the balancing bits of the status need their number.
constexpr std::array asks{
    Ask{Version, "7bf4007d", Asked::AtStart, true, 0, 1500, 1},
    Ask{RadioVersion, "7b74007d", Asked::AtStart, true, 0, 1500, 1},
    Ask{Cells, "7b02007d"},
    Ask{Status, "7b01007d"},
    Ask{Sensors, "7b03007d"},
};

constexpr size_t statusSize = 32;
constexpr std::array fields{
    FieldRow{1, Wire::U8, &BatteryState::soc},
    FieldRow{2, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{10, Wire::S16BE, &BatteryState::current, 0.01},
    FieldRow{12, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{14, Wire::U16BE, &BatteryState::capacityAh, 0.01},
    FieldRow{20, Wire::U16BE, &BatteryState::cycles},
    FieldRow{28, Wire::U16BE, &BatteryState::problemCode},
    FieldRow{31, Wire::U8, &BatteryState::soh},
};
constexpr size_t balancingAt = 22; // bit 0: cell 1
constexpr size_t versionSize = 3;

constexpr ListRow cells{1, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
constexpr size_t mostCells = 32;
constexpr double highestCell = 5.9;
constexpr Scale kelvin{0.1, -273.1};
constexpr size_t mostSensors = 16;
constexpr double coldest = -60;
constexpr double hottest = 150;

constexpr double sumTolerance = 0.05;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("braunpwr");
    info.names = {QStringLiteral("Braun Power"), QStringLiteral("BEMORY"), QStringLiteral("Docan Power"),
                  QStringLiteral("Vanvolt"), QStringLiteral("VoltPolska")};
    info.bmsTypes = {QStringLiteral("aiobmsble_braunpwr_bms")};
    info.typeName = QStringLiteral("Braun Power");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFF00),
                                .notify = {bluetoothUuid(0xFF01)},
                                .write = bluetoothUuid(0xFF02)}};
    for (const char *name : {"HSKS-*", "BL-*"})
        info.bluetooth.advertisements.push_back(
            {.name = name, .service = "ff00", .maker = 0x007B, .makerData = "02ffff"});
    info.pollIntervalMs = 2000;
    info.detectionRank = 60;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "Status, cells and sensors: recorded frames of a 16-cell battery.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "The meaning of the protection word is unknown.");
    info.reads = {Field::hardwareVersion,
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
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::balancing,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

BraunpwrDriver::BraunpwrDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &BraunpwrDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

std::optional<int> BraunpwrDriver::idOf(Bytes frame) const { return frame[commandAt]; }

FrameDriver::Taken BraunpwrDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    const Bytes data = frame.subspan(dataAt, frame.size() - overhead);
    BatteryState &to = update.values;
    bool possible = false;
    switch (pending.id) {
    case Status:
        possible = decodeStatus(data, to);
        break;
    case Cells:
        possible = decodeCells(data, to);
        break;
    case Sensors:
        possible = decodeSensors(data, to);
        break;
    case Version:
        possible = data.size() == versionSize;
        if (possible)
            to.firmwareVersion = QStringLiteral("%1.%2.%3").arg(data[0]).arg(data[1]).arg(data[2]);
        break;
    case RadioVersion:
        possible = std::all_of(data.begin(), data.end(),
                               [](quint8 c) { return c == 0 || (c >= ' ' && c < 0x7F); }) &&
                   decodeText(data);
        if (possible)
            to.hardwareVersion = decodeText(data);
        break;
    default:
        break;
    }
    return possible ? Taken::Done : Taken::Impossible;
}

bool BraunpwrDriver::decodeStatus(Bytes data, BatteryState &to) const
{
    if (data.size() < statusSize)
        return false;
    decodeFields(fields, data, to);
    const qint64 balancing = readInteger(data, balancingAt, Wire::U16BE).value_or(0);
    to.balancing = balancing != 0;
    to.cellBalancing.clear();
    for (size_t i = 0; i < m_cells; ++i)
        to.cellBalancing.push_back((balancing >> i & 1) != 0);
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if (to.problemCode != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    return true;
}

bool BraunpwrDriver::decodeCells(Bytes data, BatteryState &to)
{
    const size_t count = data.empty() ? 0 : data[0];
    if (count < 1 || count > mostCells || data.size() < 1 + 2 * count)
        return false;
    BatteryState read;
    decodeList(cells, static_cast<int>(count), data, read);
    for (const Number &cell : read.cellVoltages) {
        if (cell > highestCell)
            return false;
    }
    m_cells = count;
    to.cellCount = static_cast<qint64>(count);
    to.cellVoltages = read.cellVoltages;
    return true;
}

bool BraunpwrDriver::decodeSensors(Bytes data, BatteryState &to)
{
    const size_t count = data.empty() ? 0 : data[0];
    if (data.empty() || count > mostSensors || data.size() < 1 + 2 * count)
        return false;
    to.temperatures.clear();
    for (size_t i = 0; i < count; ++i) {
        const double value = kelvin.apply(readNumber(data, 1 + 2 * i, Wire::U16BE).value_or(0));
        to.temperatures.push_back(value > coldest && value < hottest ? Number(value) : std::nullopt);
    }
    return true;
}

Recognition BraunpwrDriver::recognise(const BatteryState &read) const
{
    return read.soc && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<BraunpwrDriver>(config);
            }};
}

} // namespace sb::braunpwr
