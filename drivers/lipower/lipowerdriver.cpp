// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/lipower/lipowerdriver.h"

#include <QCoreApplication>
#include <cmath>

namespace sb::lipower {
namespace {

using namespace frames;

constexpr quint8 readRegisters = 0x03;
constexpr size_t dataAt = 3;
constexpr size_t dataSize = 16;
constexpr size_t longDataSize = 18; ///< with the version of the protocol
constexpr quint16 overhead = 5;     ///< unit, function, size, CRC
// The unit is any of three, so nothing but size and CRC tells a frame.
constexpr FrameRule rule{.length = FrameRule::Length::U8,
                         .lengthOffset = 2,
                         .lengthPlus = overhead,
                         .minimum = dataSize + overhead,
                         .maximum = longDataSize + overhead,
                         .checksum = Checksum::Crc16Modbus,
                         .checksumOrder = FrameRule::Order::LittleEndian,
                         .checksumAtEnd = 2};

/// Eight registers from 0x400 of each unit that is known.
constexpr std::array asks{
    Ask{0x22, "220304000008426f"},
    Ask{0x0B, "0b03040000084596"},
    Ask{0x08, "08030400000845a5"},
};

constexpr std::array fields{
    FieldRow{0, Wire::U16BE, &BatteryState::remainingAh},
    FieldRow{2, Wire::U16BE, &BatteryState::soc},
    FieldRow{12, Wire::U16BE, &BatteryState::voltage, 0.1},
};
constexpr size_t minutesAt = 6;
constexpr size_t directionAt = 8;
constexpr qint64 charging = 0;
constexpr qint64 discharging = 1;
constexpr size_t currentAt = 10; // 10 mA, without sign
constexpr size_t powerAt = 14;   // W, without sign

constexpr double leastSoc =
    20; ///< percent: below it, whole Ah and percents say too little about the capacity
constexpr double powerError = 2; ///< W: it is cut off, and current and voltage are rounded
constexpr double powerShare = 0.05;
constexpr double lowestVoltage = 6;
constexpr double highestVoltage = 70;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("lipower");
    info.names = {QStringLiteral("LiPower"), QStringLiteral("Ective")};
    info.bmsTypes = {QStringLiteral("aiobmsble_lipower_bms")};
    info.typeName = QStringLiteral("LiPower");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE1)},
                                .write = bluetoothUuid(0xFFE1)}};
    info.bluetooth.advertisements = {{.service = "af30"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 40;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Voltage, discharge current, state of charge and charge left: recorded frames of three "
                    "devices.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence",
        "The direction of the current while charging; the full capacity is not told but follows from the "
        "charge left, to about one part in fifty.");
    info.reads = {Field::voltage, Field::current,    Field::power,
                  Field::soc,     Field::capacityAh, Field::remainingAh};
    return info;
}

} // namespace

LipowerDriver::LipowerDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &LipowerDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void LipowerDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify)
        m_unit.reset(); // it may be another device by now
    for (const Ask &ask : asks) {
        if (m_unit && m_unit != ask.id)
            continue;
        to.push_back(request(ask));
        to.back().orNext = true;
    }
    to.back().orNext = false;
}

std::optional<int> LipowerDriver::idOf(Bytes frame) const
{
    return frame[1] == readRegisters ? std::optional<int>(frame[0]) : std::nullopt;
}

FrameDriver::Taken LipowerDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    if (frame.size() % 2 == 0) // half a register
        return Taken::Impossible;
    const Bytes data = frame.subspan(dataAt, dataSize);
    BatteryState read;
    decodeFields(fields, data, read);
    if (read.soc > 100 || readInteger(data, minutesAt, Wire::U16BE) >= 60)
        return Taken::Impossible;
    const double amperes = readNumber(data, currentAt, Wire::U16BE).value_or(0) / 100;
    const auto direction = readInteger(data, directionAt, Wire::U16BE);
    BatteryState &to = update.values;
    to.remainingAh = read.remainingAh;
    to.soc = read.soc;
    to.voltage = read.voltage;
    if (read.soc >= leastSoc)
        to.capacityAh = std::round(read.remainingAh.value_or(0) * 100 / *read.soc);
    to.current.reset();
    if (direction == discharging)
        to.current = -amperes;
    else if (direction == charging || amperes == 0)
        to.current = amperes;
    const double power = read.voltage.value_or(0) * amperes;
    m_powerFits = std::abs(readNumber(data, powerAt, Wire::U16BE).value_or(0) - power) <=
                  powerError + powerShare * power;
    m_unit = pending.id;
    return Taken::Done;
}

Recognition LipowerDriver::recognise(const BatteryState &read) const
{
    const bool fits =
        m_powerFits && read.soc && read.voltage >= lowestVoltage && read.voltage <= highestVoltage;
    return fits ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<LipowerDriver>(config);
            }};
}

} // namespace sb::lipower
