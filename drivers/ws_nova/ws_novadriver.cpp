// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ws_nova/ws_novadriver.h"

#include "bms/cells.h"
#include "drivers/frames/fittedcells.h"
#include "drivers/modbus/registers.h"

#include <QCoreApplication>

namespace sb::ws_nova {
namespace {

using namespace frames;

enum Id : quint8 { Reading = 0x54 };
constexpr std::array asks{
    Ask{Reading, "3a3031353135303030304546457e"}, // ":015150000EFE~"
};

constexpr qsizetype digitCount = 236;
constexpr quint8 address = 0x01;
constexpr size_t keyAt = 3; ///< where 0 is scrambled
constexpr size_t dataSize = 117;

constexpr ListRow cells{12, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001}; // 0: not fitted
constexpr size_t cellPlaces = 16;
constexpr size_t problemAt = 44;
constexpr qint64 problemMask = 0x0FFC;
constexpr std::array protections{
    AlarmRow{4, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{11, AlarmName::LowTemperature, AlarmLevel::Alarm},
};
constexpr qint64 namedBits = 0x0810;
constexpr size_t sensorsAt = 48; // 0: not fitted
constexpr size_t sensorPlaces = 4;
constexpr double below40 = 40;
constexpr size_t currentAt = 54; // mA behind the bit that says discharging
constexpr qint64 dischargingBit = 0x80000000;
constexpr std::array fields{
    FieldRow{62, Wire::U16BE, &BatteryState::voltage, 0.001},
    FieldRow{67, Wire::U16BE, &BatteryState::cycles},
    FieldRow{69, Wire::U8, &BatteryState::soc},
    FieldRow{70, Wire::U32BE, &BatteryState::capacityAh, 0.001},
    FieldRow{74, Wire::U32BE, &BatteryState::remainingAh, 0.001},
};
constexpr size_t serialAt = 88;
constexpr size_t serialSize = 16;

constexpr double highestCell = 5;
constexpr double sumTolerance = 0.03;

/// What stands in a frame, without its checksum.
std::vector<quint8> unscrambled(Bytes bytes)
{
    const quint8 key = bytes[keyAt];
    std::vector<quint8> plain(bytes.begin(), bytes.end() - 1);
    for (quint8 &byte : plain)
        byte ^= key;
    return plain;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("ws_nova");
    info.names = {QStringLiteral("Wattstunde Nova Core")};
    info.bmsTypes = {QStringLiteral("aiobmsble_ws_nova_bms")};
    info.typeName = QStringLiteral("Wattstunde Nova");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF1)},
                                .write = bluetoothUuid(0xFFF1)}};
    info.bluetooth.advertisements = {{.service = "fff0", .oui = "60:6E:41"},
                                     {.service = "fff0", .oui = "10:23:81"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 60;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "The reading: recorded frames of a 4-cell battery.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "More than 32 A; two bits of the protection word, the others are unknown. Its checksum "
                    "can't be checked.");
    info.reads = {Field::uniqueId,
                  Field::serialNumber,
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

WsNovaDriver::WsNovaDriver(const DriverConfig &config)
    : HexTextDriver(config, asks)
{}

const DriverInfo &WsNovaDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

/// The length, scrambled as the rest, counts the digits.
bool WsNovaDriver::isWhole(QByteArrayView digits) const
{
    if (digits.size() != digitCount)
        return false;
    const QByteArray bytes = QByteArray::fromHex(digits.first(10).toByteArray());
    return static_cast<quint8>(bytes.at(keyAt) ^ bytes.at(keyAt + 1)) == digitCount;
}

std::optional<int> WsNovaDriver::idOf(Bytes frame) const
{
    const Bytes bytes = content(frame);
    return (bytes[0] ^ bytes[keyAt]) == address ? std::optional<int>(bytes[1] ^ bytes[keyAt]) : std::nullopt;
}

FrameDriver::Taken WsNovaDriver::decode(Bytes frame, const Request &, Update &update)
{
    const std::vector<quint8> plain = unscrambled(content(frame));
    const Bytes data(plain);
    if (data.size() != dataSize)
        return Taken::Impossible;
    BatteryState read;
    decodeFields(fields, data, read);
    decodeList(cells, cellPlaces, data, read);
    const size_t count = keepFitted(read.cellVoltages, m_cells);
    const bool cellsFit = std::all_of(read.cellVoltages.begin(), read.cellVoltages.end(),
                                      [](const Number &cell) { return !cell || *cell <= highestCell; });
    if (count == 0 || !cellsFit || read.soc > 100)
        return Taken::Impossible;
    m_cells = count;

    BatteryState &to = update.values;
    decodeFields(fields, data, to);
    to.cellCount = static_cast<qint64>(count);
    to.cellVoltages = read.cellVoltages;
    const qint64 current = readInteger(data, currentAt, Wire::U32BE).value_or(0);
    const auto amperes = static_cast<double>(current & ~dischargingBit) / 1000;
    to.current = (current & dischargingBit) != 0 ? -amperes : amperes;
    to.temperatures.clear();
    for (size_t i = 0; i < sensorPlaces; ++i) {
        if (data[sensorsAt + i] != 0)
            to.temperatures.emplace_back(data[sensorsAt + i] - below40);
    }
    to.serialNumber = to.uniqueId = decodeText(data.subspan(serialAt, serialSize));
    to.problemCode = readInteger(data, problemAt, Wire::U16BE).value_or(0) & problemMask;
    to.alarms = {};
    decodeAlarms(protections, static_cast<quint64>(*to.problemCode), to.alarms);
    to.alarms.support(AlarmName::InternalFailure);
    if ((*to.problemCode & ~namedBits) != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    return Taken::Done;
}

Recognition WsNovaDriver::recognise(const BatteryState &read) const
{
    return read.soc && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<WsNovaDriver>(config);
            }};
}

} // namespace sb::ws_nova
