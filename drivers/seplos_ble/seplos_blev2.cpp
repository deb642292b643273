// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos_ble/seplos_blev2.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"
#include "drivers/seplos/seplosprotocol.h"
#include "drivers/seplos_ble/seplos_bledriver.h"

namespace sb::seplos_ble {
namespace {

using namespace frames;

// 7E, version, address, function, return code, length of the data, the data, CRC over all but 7E, 0D.
constexpr FrameRule rule{.header = {0x7E},
                         .headerSize = 1,
                         .length = FrameRule::Length::U16BE,
                         .lengthOffset = 5,
                         .lengthPlus = 10,
                         .minimum = 10,
                         .maximum = 512,
                         .checksum = Checksum::Crc16Xmodem,
                         .checksumOrder = FrameRule::Order::BigEndian,
                         .checksumFrom = 1,
                         .checksumAtEnd = 3,
                         .tail = {0x0D},
                         .tailSize = 1};
constexpr size_t versionAt = 1;
constexpr quint8 answerVersion = 0x14;
constexpr size_t functionAt = 3;
constexpr size_t codeAt = 4;
constexpr size_t behindData = 3;

enum Function : quint8 { Identity = 0x51, Readings = 0x61, Parallel = 0x62 };

constexpr std::array asks{
    Ask{Readings, "7e10004661000100f7c10d"},
    Ask{Parallel, "7e100046620000a68a0d"},
    Ask{Identity, "7e1000465100003a7f0d", Asked::AtStart, true, 0, 1500, 1},
};

// ---- Readings: offsets in the frame ----
constexpr size_t cellCountAt = 9;
constexpr size_t cellsAt = 10;
constexpr size_t mostCells = 32;
constexpr size_t mostSensors = 16;
constexpr double kelvin = 2731;
// Behind the temperatures.
constexpr std::array fields{
    FieldRow{0, Wire::S16BE, &BatteryState::current, 0.01},
    FieldRow{2, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{4, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{9, Wire::U16BE, &BatteryState::soc, 0.1},
    FieldRow{11, Wire::U16BE, &BatteryState::capacityAh, 0.01},
    FieldRow{13, Wire::U16BE, &BatteryState::cycles},
    FieldRow{15, Wire::U16BE, &BatteryState::soh, 0.1},
};
constexpr size_t fieldsSize = 19;
constexpr size_t eventsBehind = 23; ///< and a byte for each cell and sensor

// ---- Parallel ----
constexpr size_t switchesAt = 45;
constexpr std::array switchFlags{
    FlagRow{switchesAt, Wire::U8, 0, &BatteryState::dischargeAllowed},
    FlagRow{switchesAt, Wire::U8, 1, &BatteryState::chargeAllowed},
    FlagRow{switchesAt, Wire::U8, 3, &BatteryState::heating},
};
constexpr size_t eventCountAt = 46;
constexpr quint64 problemBits = 0x7DFFFFFFFFFF;

// ---- Identity ----
constexpr size_t modelAt = 26;
constexpr size_t modelSize = 10;
constexpr size_t majorAt = 37;
constexpr size_t identitySize = 39;

constexpr double sumTolerance = 0.03;

Number celsius(Bytes frame, size_t at)
{
    const auto raw = readNumber(frame, at, Wire::U16BE);
    return raw && *raw != 0 ? Number((*raw - kelvin) / 10) : std::nullopt;
}

/// Without checksum and tail.
bool decodeReadings(Bytes frame, BatteryState &to)
{
    const size_t cells = frame.size() > cellCountAt ? frame[cellCountAt] : 0;
    const size_t sensorCountAt = cellsAt + 2 * cells;
    if (cells < 1 || cells > mostCells || frame.size() <= sensorCountAt)
        return false;
    const size_t sensors = frame[sensorCountAt];
    const size_t sensorsAt = sensorCountAt + 1;
    const size_t fieldsAt = sensorsAt + 2 * sensors;
    if (sensors < 2 || sensors > mostSensors || frame.size() < fieldsAt + fieldsSize)
        return false;

    const ListRow list{cellsAt, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
    decodeList(list, static_cast<int>(cells), frame, to);
    to.cellCount = static_cast<qint64>(cells);
    to.temperatures.clear();
    for (size_t i = 0; i + 1 < sensors; ++i)
        to.temperatures.push_back(celsius(frame, sensorsAt + 2 * i)); // the last of them: environment
    to.mosfetTemperature = celsius(frame, sensorsAt + 2 * (sensors - 1));
    decodeFields(fields, frame.subspan(fieldsAt), to);

    const auto events = readInteger(frame, fieldsAt + cells + sensors + eventsBehind, Wire::U8);
    const size_t balancingSize = (cells + 7) / 8;
    const size_t balancingAt =
        fieldsAt + cells + sensors + eventsBehind + 1 + static_cast<size_t>(events.value_or(0));
    if (!events || frame.size() < balancingAt + balancingSize)
        return true;
    quint64 balancing = 0;
    for (const quint8 byte : frame.subspan(balancingAt, balancingSize))
        balancing = balancing << 8 | byte;
    to.cellBalancing.assign(cells, false);
    for (size_t cell = 0; cell < cells; ++cell)
        to.cellBalancing[cell] = (balancing >> cell & 1) != 0;
    return true;
}

bool decodeParallel(Bytes frame, BatteryState &to)
{
    const size_t count = frame.size() > eventCountAt ? frame[eventCountAt] : 0;
    if (count == 0 || frame.size() < eventCountAt + 1 + count)
        return false;
    decodeFlags(switchFlags, frame, to);
    quint64 word = 0;
    int number = 0;
    to.alarms = {};
    for (const quint8 byte : frame.subspan(eventCountAt + 1, count)) {
        word = word << 8 | byte;
        seplos::decodeEvent(++number, byte, to.alarms);
    }
    to.problemCode = static_cast<qint64>(word & problemBits);
    return true;
}

bool decodeIdentity(Bytes frame, BatteryState &to)
{
    if (frame.size() < identitySize)
        return false;
    to.hardwareVersion = to.productName = decodeText(frame.subspan(modelAt, modelSize));
    to.firmwareVersion = QStringLiteral("%1.%2").arg(frame[majorAt]).arg(frame[majorAt + 1]);
    return true;
}

} // namespace

V2Part::V2Part(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &V2Part::info() const { return driverInfo(); }

std::optional<int> V2Part::idOf(Bytes frame) const
{
    if (frame[versionAt] != answerVersion)
        return std::nullopt;
    return frame[functionAt];
}

FrameDriver::Taken V2Part::decode(Bytes frame, const Request &pending, Update &update)
{
    if (frame[codeAt] != 0) {
        m_code = frame[codeAt];
        return Taken::Refused;
    }
    const Bytes data = frame.first(frame.size() - behindData);
    bool possible = false;
    switch (pending.id) {
    case Readings:
        possible = decodeReadings(data, update.values);
        break;
    case Parallel:
        possible = decodeParallel(data, update.values);
        break;
    case Identity:
        possible = decodeIdentity(data, update.values);
        break;
    default:
        break;
    }
    return possible ? Taken::Done : Taken::Impossible;
}

Recognition V2Part::recognise(const BatteryState &read) const
{
    return read.soc && *read.soc <= 100 && cellsMakeUp(read, sumTolerance) ? Recognition::Yes
                                                                           : Recognition::No;
}

} // namespace sb::seplos_ble
