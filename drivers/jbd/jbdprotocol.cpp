// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbdprotocol.h"

#include <algorithm>
#include <cmath>

namespace sb::jbd {
namespace {

constexpr quint8 startByte = 0xDD;
constexpr quint8 endByte = 0x77;
constexpr int largestData = 64;

constexpr int zeroCelsius = 2731; // raw 0.1 K; the vendor counts with this, not 2731.5
constexpr double coldestSensor = -50;
constexpr double hottestSensor = 150;
constexpr int mostSensors = 16;
constexpr int mostCells = 32;

// Register 03. Offsets 0 to 21 are the same in both forms of the frame.
constexpr std::array basicFields = {
    FieldRow{0, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{2, Wire::S16BE, &BatteryState::current, 0.01}, // positive = charging already
    FieldRow{4, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{6, Wire::U16BE, &BatteryState::capacityAh, 0.01},
    FieldRow{8, Wire::U16BE, &BatteryState::cycles},
    FieldRow{16, Wire::U16BE, &BatteryState::problemCode},
    FieldRow{19, Wire::U8, &BatteryState::soc},
    FieldRow{21, Wire::U8, &BatteryState::cellCount},
};
constexpr std::array basicFlags = {
    FlagRow{20, Wire::U8, 0, &BatteryState::chargeAllowed},
    FlagRow{20, Wire::U8, 1, &BatteryState::dischargeAllowed},
};
enum BasicOffset : quint8 {
    DateAt = 10,
    BalanceLowAt = 12,
    BalanceHighAt = 14,
    ProtectionAt = 16,
    VersionAt = 18
};

/// Where the sensors of register 03 are.
struct SensorLayout
{
    int countAt;
    int firstAt;
    int mosfetAt; ///< 0: none of its own
};
constexpr SensorLayout classicSensors = {22, 23, 0};
constexpr SensorLayout extendedSensors = {28, 29, 26};

// Protections: the board has acted already.
constexpr std::array protections = {
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{7, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{8, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{9, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{10, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{11, AlarmName::InternalFailure, AlarmLevel::Alarm},      // front-end chip
};
constexpr int lockedBit = 12;
constexpr int chargeTimeoutBit = 13;

// A full battery shows cell or pack overvoltage for hours; as long as it may be discharged and no current
// forces its way in, that is how charging ends, not a fault.
constexpr double fullChargeCurrent = 0.5;

// Register AA, in this order, a word each.
constexpr std::array counterOrder = {
    EventCounter::ShortCircuit,
    EventCounter::ChargeOvercurrent,
    EventCounter::DischargeOvercurrent,
    EventCounter::CellOvervoltage,
    EventCounter::CellUndervoltage,
    EventCounter::ChargeOvertemperature,
    EventCounter::ChargeUndertemperature,
    EventCounter::DischargeOvertemperature,
    EventCounter::DischargeUndertemperature,
    EventCounter::PackOvervoltage,
    EventCounter::PackUndervoltage,
};

constexpr ListRow cellRow = {0, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};

// SoC and the ratio of the capacities further apart than this: the board counts Ah in another unit.
constexpr double doubtfulDifference = 20;

std::optional<double> sensor(Bytes data, int at)
{
    const auto raw = readInteger(data, static_cast<size_t>(at), Wire::U16BE);
    if (!raw)
        return std::nullopt;
    const double celsius = static_cast<double>(*raw - zeroCelsius) / 10.0;
    return celsius >= coldestSensor && celsius <= hottestSensor ? std::optional<double>(celsius)
                                                                : std::nullopt;
}

QByteArray finish(QByteArray frame, size_t sumFrom)
{
    const quint32 sum = checksum(Checksum::Sum16Complement, bytesOf(frame).subspan(sumFrom));
    appendInteger(frame, sum, Wire::U16BE);
    frame.append(static_cast<char>(endByte));
    return frame;
}

QByteArray request(quint8 mark, quint8 reg, QByteArrayView data, std::optional<int> address)
{
    QByteArray frame;
    frame.append(static_cast<char>(startByte));
    if (address)
        frame.append(static_cast<char>(*address));
    frame.append(static_cast<char>(mark));
    frame.append(static_cast<char>(reg));
    frame.append(static_cast<char>(data.size()));
    frame.append(data);
    // The sum begins at the register, with an address at that.
    return finish(std::move(frame), address ? 1 : 2);
}

FrameRule makeRule(bool addressed)
{
    const quint16 shift = addressed ? 1 : 0;
    FrameRule rule;
    rule.header = {startByte};
    rule.headerSize = 1;
    rule.length = FrameRule::Length::U8;
    rule.lengthOffset = static_cast<quint16>(3 + shift);
    rule.lengthPlus = static_cast<quint16>(7 + shift);
    rule.minimum = rule.lengthPlus;
    rule.maximum = static_cast<quint16>(rule.lengthPlus + largestData);
    rule.checksum = Checksum::Sum16Complement;
    // A reply's sum leaves the register out, but takes the address in.
    rule.checksumFrom = addressed ? 1 : 2;
    rule.checksumAtEnd = 3;
    rule.tail = {endByte};
    rule.tailSize = 1;
    return rule;
}

} // namespace

QByteArray word(quint16 value)
{
    QByteArray bytes;
    appendInteger(bytes, value, Wire::U16BE);
    return bytes;
}

QByteArray readFrame(quint8 reg, std::optional<int> address) { return request(readMark, reg, {}, address); }

QByteArray writeFrame(quint8 reg, QByteArrayView data, std::optional<int> address)
{
    return request(writeMark, reg, data, address);
}

const FrameRule &replyRule(bool addressed)
{
    static const FrameRule classic = makeRule(false);
    static const FrameRule extended = makeRule(true);
    return addressed ? extended : classic;
}

ReplyFrame takeApart(Bytes frame, bool addressed)
{
    const size_t at = addressed ? 2 : 1;
    return {frame[at], frame[at + 1], frame.subspan(at + 3, frame.size() - at - 6)};
}

bool decodeBasicInformation(Bytes data, const DecodeOptions &options, BatteryState &to)
{
    const SensorLayout &layout = options.extended ? extendedSensors : classicSensors;
    const auto sensors = readInteger(data, static_cast<size_t>(layout.countAt), Wire::U8);
    const auto cells = readInteger(data, 21, Wire::U8);
    if (!sensors || *sensors > mostSensors || !cells || *cells < 1 || *cells > mostCells)
        return false;

    decodeFields(basicFields, data, to);
    decodeFlags(basicFlags, data, to);
    to.productionDate = decodeDate(static_cast<quint16>(*readInteger(data, DateAt, Wire::U16BE)));
    const quint8 version = data[VersionAt];
    to.firmwareVersion = QStringLiteral("%1.%2").arg(version >> 4).arg(version & 0x0F);

    const auto balancing = static_cast<quint32>(*readInteger(data, BalanceLowAt, Wire::U16BE) |
                                                (*readInteger(data, BalanceHighAt, Wire::U16BE) << 16));
    to.cellBalancing.clear();
    for (int cell = 0; cell < *cells; ++cell)
        to.cellBalancing.push_back(((balancing >> cell) & 1U) != 0);

    const auto word = static_cast<quint16>(*to.problemCode);
    decodeAlarms(protections, word, to.alarms);
    to.notices.set(static_cast<size_t>(Notice::LockedByCommand), ((word >> lockedBit) & 1) != 0);
    to.notices.set(static_cast<size_t>(Notice::ChargeTimeout), ((word >> chargeTimeoutBit) & 1) != 0);
    if (options.fullChargeAsWarning && *to.dischargeAllowed && *to.current <= fullChargeCurrent) {
        for (const AlarmName name : {AlarmName::HighCellVoltage, AlarmName::HighVoltage}) {
            if (to.alarms.level(name) == AlarmLevel::Alarm)
                to.alarms.set(name, AlarmLevel::Warning);
        }
    }

    to.temperatures.clear();
    for (int i = 0; i < *sensors; ++i) {
        const int at = layout.firstAt + 2 * i;
        if (static_cast<size_t>(at) + 2 > data.size())
            break; // some firmware announces more than it sends
        const auto celsius = sensor(data, at);
        if (i == 0 && *sensors > 1 && options.firstSensorIsMosfet && layout.mosfetAt == 0)
            to.mosfetTemperature = celsius;
        else
            to.temperatures.push_back(celsius);
    }
    if (layout.mosfetAt > 0)
        to.mosfetTemperature = sensor(data, layout.mosfetAt);

    if (*to.capacityAh > 0) {
        const double ratio = *to.remainingAh / *to.capacityAh * 100;
        to.notices.set(static_cast<size_t>(Notice::CapacityUnitDoubtful),
                       std::abs(ratio - *to.soc) > doubtfulDifference);
    }
    return true;
}

bool decodeCellVoltages(Bytes data, BatteryState &to)
{
    if (data.empty() || data.size() % 2 != 0 || data.size() > largestData)
        return false;
    decodeList(cellRow, static_cast<int>(data.size() / 2), data, to);
    return true;
}

bool decodeDeviceName(Bytes data, BatteryState &to)
{
    to.hardwareVersion = decodeText(data);
    to.productName = to.hardwareVersion;
    return true;
}

bool decodeErrorCounters(Bytes data, BatteryState &to)
{
    if (data.size() < 2 * counterOrder.size())
        return false;
    for (size_t i = 0; i < counterOrder.size(); ++i)
        to.history[static_cast<size_t>(counterOrder[i])] =
            static_cast<int>(*readInteger(data, 2 * i, Wire::U16BE));
    return true;
}

Date decodeDate(quint16 packed)
{
    const QDate date(2000 + (packed >> 9), (packed >> 5) & 0x0F, packed & 0x1F);
    return date.isValid() ? Date(date) : std::nullopt;
}

quint16 encodeDate(QDate date)
{
    return static_cast<quint16>(((date.year() - 2000) << 9) | (date.month() << 5) | date.day());
}

} // namespace sb::jbd
