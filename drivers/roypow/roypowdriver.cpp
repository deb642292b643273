// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/roypow/roypowdriver.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"

#include <QStringList>
#include <algorithm>

namespace sb::roypow {
namespace {

using namespace frames;

enum Command : quint8 { Cells = 2, State = 3, Charge = 4 };

// EA D1 01 size FF command ... xor F5
constexpr FrameRule rule{.header = {0xEA, 0xD1, 0x01},
                         .headerSize = 3,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = 3,
                         .lengthPlus = 4,
                         .minimum = 8,
                         .maximum = 255 + 4,
                         .checksum = Checksum::Xor8,
                         .checksumFrom = 3,
                         .checksumAtEnd = 2,
                         .tail = {0xF5},
                         .tailSize = 1};
constexpr size_t markAt = 4;
constexpr quint8 mark = 0xFF;
constexpr size_t commandAt = 5;
constexpr QByteArrayView moduleText("AT+STAT\r\n");

constexpr std::array asks{
    Ask{Cells, "ead10104ff02f9f5"},
    Ask{State, "ead10104ff03f8f5"},
    Ask{Charge, "ead10104ff04fff5"},
};

// ---- Cells ----
constexpr size_t cellsAt = 9;
constexpr size_t beforeAndAfterCells = 11;
constexpr size_t mostCells = 32;
constexpr double lowestCell = 0.5;
constexpr double highestCell = 5;

// ---- State ----
constexpr size_t stateSize = 27;
constexpr size_t directionAt = 6; ///< bit 0: discharging
constexpr size_t currentAt = 7;
constexpr size_t problemAt = 9;
constexpr size_t sensorCountAt = 13;
constexpr size_t sensorsAt = 14;
constexpr size_t mostSensors = 8;
constexpr double sensorZero = 40;
constexpr size_t switchesAt = 24;
constexpr std::array switches{
    FlagRow{switchesAt, Wire::U8, 1, &BatteryState::dischargeAllowed},
    FlagRow{switchesAt, Wire::U8, 2, &BatteryState::chargeAllowed},
};

// ---- Charge: values behind tags that count up ----
constexpr size_t chargeSize = 51;
constexpr std::array<std::pair<size_t, quint8>, 9> tags{
    {{6, 1}, {8, 2}, {11, 3}, {14, 4}, {17, 5}, {20, 6}, {23, 7}, {26, 8}, {29, 9}}};
constexpr size_t socAt = 7;
constexpr size_t cyclesAt = 9;
constexpr size_t capacityAt = 12; ///< upper half; the lower one is behind the next tag
constexpr size_t remainingAt = 24;
constexpr size_t toLowerHalf = 3;
constexpr size_t voltageAt = 47;

constexpr double sumTolerance = 0.05;

double ampereHours(Bytes frame, size_t at)
{
    const qint64 upper = readInteger(frame, at, Wire::U16BE).value_or(0);
    const qint64 lower = readInteger(frame, at + toLowerHalf, Wire::U16BE).value_or(0);
    return static_cast<double>(upper << 16 | lower) / 1000;
}

bool decodeCells(Bytes frame, BatteryState &to)
{
    if (frame.size() < beforeAndAfterCells + 2 || (frame.size() - beforeAndAfterCells) % 2 != 0)
        return false;
    const size_t count = (frame.size() - beforeAndAfterCells) / 2;
    BatteryState read;
    decodeList({cellsAt, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001}, static_cast<int>(count), frame,
               read);
    const bool possible =
        count <= mostCells && std::all_of(read.cellVoltages.begin(), read.cellVoltages.end(),
                                          [](const Number &cell) { return *cell <= highestCell; });
    if (!possible)
        return false;
    to.cellVoltages = read.cellVoltages;
    to.cellCount = static_cast<qint64>(count);
    return true;
}

bool decodeState(Bytes frame, BatteryState &to)
{
    if (frame.size() < stateSize || frame[sensorCountAt] > mostSensors)
        return false;
    const double current = readNumber(frame, currentAt, Wire::U16BE).value_or(0) / 100;
    to.current = (frame[directionAt] & 1) != 0 ? -current : current;
    decodeFlags(switches, frame, to);
    to.temperatures.clear();
    for (size_t i = 0; i < frame[sensorCountAt]; ++i) {
        const quint8 raw = frame[sensorsAt + i];
        to.temperatures.push_back(raw == 0 ? std::nullopt : Number(raw - sensorZero));
    }
    to.problemCode =
        qint64{frame[problemAt]} << 16 | readInteger(frame, problemAt + 1, Wire::U16BE).value_or(0);
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if (*to.problemCode != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    return true;
}

bool decodeCharge(Bytes frame, BatteryState &to)
{
    const bool possible = frame.size() >= chargeSize && frame[socAt] <= 100 &&
                          std::all_of(tags.begin(), tags.end(),
                                      [frame](const auto &tag) { return frame[tag.first] == tag.second; });
    if (!possible)
        return false;
    to.soc = frame[socAt];
    to.cycles = readInteger(frame, cyclesAt, Wire::U16BE);
    to.capacityAh = ampereHours(frame, capacityAt);
    to.remainingAh = ampereHours(frame, remainingAt);
    to.voltage = readNumber(frame, voltageAt, Wire::U16BE).value_or(0) / 100;
    return true;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("roypow");
    info.names = {QStringLiteral("RoyPow"), QStringLiteral("Epoch"), QStringLiteral("Lion Safari"),
                  QStringLiteral("PowerUrus")};
    info.bmsTypes = {QStringLiteral("aiobmsble_roypow_bms")};
    info.typeName = QStringLiteral("RoyPow");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE1)},
                                .write = bluetoothUuid(0xFFE1)}};
    // The blank belongs to the name.
    info.bluetooth.advertisements = {{.name = " [BS]12*", .service = "ffe0"},
                                     {.name = " [BS]24*", .service = "ffe0"},
                                     {.name = " UT*", .service = "ffe0"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 30;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "Values: recorded frames of a 4-cell pack.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "The capacity.");
    info.reads = {Field::serialNumber,
                  Field::uniqueId,
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
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

RoypowDriver::RoypowDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{
    // Model and serial number.
    const QString name = config.options.value(QStringLiteral("localName")).toString();
    const QStringList words = name.simplified().split(QLatin1Char(' '));
    if (name.startsWith(QLatin1Char(' ')) && words.size() > 1)
        m_serial = words.last();
}

const DriverInfo &RoypowDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

Bytes RoypowDriver::cleaned(Bytes bytes)
{
    return viewOf(bytes).startsWith(moduleText) ? bytes.subspan(static_cast<size_t>(moduleText.size()))
                                                : bytes;
}

std::optional<int> RoypowDriver::idOf(Bytes frame) const
{
    if (frame[markAt] != mark)
        return std::nullopt;
    return frame[commandAt];
}

FrameDriver::Taken RoypowDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    bool good = false;
    switch (pending.id) {
    case Cells:
        good = decodeCells(frame, update.values);
        break;
    case State:
        good = decodeState(frame, update.values);
        break;
    default:
        good = decodeCharge(frame, update.values);
        break;
    }
    if (good && pending.id == Charge && !m_serial.isEmpty())
        update.values.serialNumber = update.values.uniqueId = m_serial;
    return good ? Taken::Done : Taken::Impossible;
}

Recognition RoypowDriver::recognise(const BatteryState &read) const
{
    const bool fits = read.soc && cellsMakeUp(read, sumTolerance, lowestCell, highestCell);
    return fits ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<RoypowDriver>(config);
            }};
}

} // namespace sb::roypow
