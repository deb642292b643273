// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pro/prodriver.h"

#include <QCoreApplication>

namespace sb::pro {
namespace {

using namespace frames;

// 55 AA L type ...: L + 5 bytes, the last one without a meaning.
constexpr FrameRule rule{.header = {0x55, 0xAA},
                         .headerSize = 2,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = 2,
                         .lengthPlus = 5,
                         .minimum = 6,
                         .maximum = 64};
constexpr size_t typeAt = 3;
constexpr size_t sealedFrom = 3;
constexpr size_t sealAtEnd = 2;

enum Type : quint8 {
    Ready = 0x03,
    Reading = 0x04,
    FirstSwitch = 0x40, // the shunt says nothing to these two
    SecondSwitch = 0x42,
};
constexpr size_t readySize = 13;
constexpr size_t readingSize = 50;

// The last question starts the stream, about one reading a second.
constexpr std::array asks{
    Ask{Ready, "55aa0a0101558004077f648e682b", Asked::AtStart},
    Ask{FirstSwitch, "55aa070101558040000095", Asked::AtStart, true, 0, 100, 1},
    Ask{SecondSwitch, "55aa070101558042000097", Asked::AtStart, true, 0, 100, 1},
    Ask{Reading, "55aa0901015580430000120084", Asked::AtStart, false, 0, 5000, 2},
    Ask{Reading, "", Asked::InPoll, false, 0, 5000, 1},
};

constexpr std::array fields{
    FieldRow{8, Wire::U16LE, &BatteryState::voltage, 0.01},
    FieldRow{20, Wire::U32LE, &BatteryState::remainingAh, 0.01},
    FieldRow{24, Wire::U8, &BatteryState::soc},
};
constexpr size_t currentAt = 12; ///< three bytes, without sign
constexpr qint64 currentMask = 0xFFFFFF;
constexpr size_t flagsAt = 15;
constexpr quint8 discharging = 0x80;
constexpr quint8 overcurrent = 0x04;
constexpr size_t temperatureAt = 16; ///< without sign
constexpr size_t belowZeroAt = 18;
constexpr size_t powerAt = 32; ///< without sign
constexpr Scale milli{0.001};
constexpr Scale tenth{0.1};
constexpr Scale hundredth{0.01};
constexpr std::array protections{
    AlarmRow{0, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{6, AlarmName::CellImbalance, AlarmLevel::Warning},
};

constexpr int calibrationReadings = 30; ///< the state of charge may be 0 so long after the start
constexpr double powerShare = 0.05;     ///< by which power may differ from voltage x current
constexpr double powerStep = 1.0;       ///< W, and by this much in any case
constexpr double lowestVoltage = 5;
constexpr double highestVoltage = 120;
constexpr double mostAmperes = 1000;

bool isSealed(Bytes frame)
{
    const size_t sealAt = frame.size() - sealAtEnd;
    return checksum(Checksum::Xor8, frame.subspan(sealedFrom, sealAt - sealedFrom)) == frame[sealAt];
}

bool powerFits(const BatteryState &read)
{
    const double product = *read.voltage * *read.current;
    return std::abs(product - *read.power) <= std::max(powerStep, powerShare * std::abs(product));
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("pro");
    info.names = {QStringLiteral("Pro BMS"), QStringLiteral("Foxwell BT630"),
                  QStringLiteral("Leagend CM100")};
    info.bmsTypes = {QStringLiteral("aiobmsble_pro_bms")};
    info.typeName = QStringLiteral("Pro BMS");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF4)},
                                .write = bluetoothUuid(0xFFF3)}};
    info.bluetooth.advertisements = {{.name = "Pro BMS", .service = "fff0"}};
    info.bluetooth.probes = false; // it is switched to talk
    info.pollIntervalMs = 2000;
    info.detectionRank = 70;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence",
        "The start and the readings: captured frames, one while charging, one while discharging.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "The protections, temperatures below zero, currents "
                                                   "above 65 A. It has no cells and no capacity.");
    info.reads = {Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::remainingAh,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

ProDriver::ProDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &ProDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void ProDriver::begin(const Request &request)
{
    if (request.id == Ready)
        m_readings = 0;
    FrameDriver::begin(request);
}

std::optional<int> ProDriver::idOf(Bytes frame) const { return frame[typeAt]; }

FrameDriver::Taken ProDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    switch (pending.id) {
    case Ready:
        return frame.size() == readySize ? Taken::Done : Taken::Impossible;
    case Reading:
        return decodeReading(frame, update.values) ? Taken::Done : Taken::Impossible;
    default:
        return Taken::Foreign;
    }
}

bool ProDriver::decodeReading(Bytes frame, BatteryState &to)
{
    if (frame.size() != readingSize)
        return false;
    const quint8 flags = frame[flagsAt];
    const double sign = (flags & discharging) != 0 ? -1 : 1;
    BatteryState read;
    decodeFields(fields, frame, read);
    const qint64 current = readInteger(frame, currentAt, Wire::U32LE).value_or(0) & currentMask;
    const double power = readNumber(frame, powerAt, Wire::U32LE).value_or(0);
    read.current = current == 0 ? 0 : sign * milli.apply(static_cast<double>(current));
    read.power = power == 0 ? 0 : sign * hundredth.apply(power);
    if (*read.soc > 100 || (!isSealed(frame) && !powerFits(read)))
        return false;

    to.voltage = read.voltage;
    to.current = read.current;
    to.power = read.power;
    to.remainingAh = read.remainingAh;
    m_readings = std::min(m_readings + 1, calibrationReadings + 1);
    if (*read.soc > 0 || *read.remainingAh == 0 || m_readings > calibrationReadings)
        to.soc = read.soc;
    const double celsius = tenth.apply(readNumber(frame, temperatureAt, Wire::U16LE).value_or(0));
    to.temperatures.assign(1, frame[belowZeroAt] != 0 ? -celsius : celsius);
    const quint8 problems = flags & ~discharging;
    to.problemCode = problems;
    to.alarms = {};
    decodeAlarms(protections, problems, to.alarms);
    const AlarmName direction =
        *read.current > 0 ? AlarmName::HighChargeCurrent : AlarmName::HighDischargeCurrent;
    to.alarms.support(AlarmName::HighChargeCurrent);
    if ((problems & overcurrent) != 0)
        to.alarms.raise(direction, AlarmLevel::Alarm);
    return true;
}

Recognition ProDriver::recognise(const BatteryState &read) const
{
    const bool fits = read.voltage && read.current && read.power && *read.voltage >= lowestVoltage &&
                      *read.voltage <= highestVoltage && std::abs(*read.current) <= mostAmperes &&
                      powerFits(read);
    return fits ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<ProDriver>(config);
            }};
}

} // namespace sb::pro
