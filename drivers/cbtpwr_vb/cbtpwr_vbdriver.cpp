// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/cbtpwr_vb/cbtpwr_vbdriver.h"

#include "bms/cells.h"
#include "drivers/ydt1363/ydt1363reader.h"

#include <QCoreApplication>

namespace sb::cbtpwr_vb {
namespace {

using namespace ydt1363;

constexpr quint8 askedVersion = 0x11;
constexpr quint8 toldVersion = 0x22;
constexpr Dialect dialect{
    .header = {'~', askedVersion, 0x46}, .timeoutMs = 1500, .otherFormAfter = {}, .repliesInAnother = true};

enum Code : quint8 { Analog = 0x42, Capacity = 0x81 };
constexpr std::array<Form, 1> fixedInfo{{{Info::Fixed}}};
constexpr std::array<quint8, 3> capacityInfo{0x01, 0x00, 0x01};
constexpr int capacityEveryMs = 60000;

// The capacity first: the charge that is left follows from it.
constexpr std::array commands{
    Command{Capacity, fixedInfo, Asked::Always, true, capacityEveryMs, 0, capacityInfo},
    Command{Analog, ownAddress},
};

constexpr size_t capacitySize = 2;
constexpr int mostCells = 32;
constexpr int mostSensors = 16;
constexpr qint64 problemMask = 0xFFF000FF000F;

constexpr double sumTolerance = 0.05;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("cbtpwr_vb");
    info.names = {QStringLiteral("Creabest VB")};
    info.bmsTypes = {QStringLiteral("aiobmsble_cbtpwr_vb_bms")};
    info.typeName = QStringLiteral("CBT Power VB");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE4)},
                                .write = bluetoothUuid(0xFFE9),
                                .writeService = bluetoothUuid(0xFFE5),
                                .writeSize = 20}};
    info.bluetooth.advertisements = {{.name = "VB?????????", .service = "fff0"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 15;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "Readings and capacity: recorded frames of a 4-cell battery.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "The meaning of the protection word is unknown.");
    info.reads = {Field::voltage,
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

CbtpwrVbDriver::CbtpwrVbDriver(const DriverConfig &config)
    : AsciiDriver(config, dialect, commands)
{}

const DriverInfo &CbtpwrVbDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool CbtpwrVbDriver::decode(const Command &command, const Frame &reply, Update &to)
{
    if (reply.version != toldVersion)
        return false;
    if (command.code == Analog)
        return decodeAnalog(reply.info, to.values);
    // A late answer to the other command is longer.
    if (reply.info.size() != capacitySize)
        return false;
    to.values.capacityAh = m_capacity = readNumber(reply.info, 0, Wire::U16BE).value_or(0) / 10;
    return true;
}

bool CbtpwrVbDriver::decodeAnalog(Bytes info, BatteryState &to) const
{
    Reader reader(info);
    BatteryState read;
    const int cells = reader.u8();
    read.cellVoltages = reader.cells(cells);
    read.cellCount = cells;
    const int sensors = reader.u8();
    for (int i = 0; i < sensors && reader.isGood(); ++i)
        read.temperatures.emplace_back(reader.s16() / 10.0);
    read.current = reader.s16() / 10.0;
    read.voltage = reader.u16() / 10.0;
    read.soc = std::min(reader.u16(), 100);
    reader.u8();
    read.cycles = reader.u16();
    reader.take(6);
    const qint64 high = reader.u16();
    read.problemCode = (high << 32 | reader.integer(Wire::U32BE)) & problemMask;
    if (!reader.isAtEnd() || cells < 1 || cells > mostCells || sensors > mostSensors)
        return false;
    read.alarms.support(AlarmName::InternalFailure);
    if (read.problemCode != 0)
        read.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);

    to.cellVoltages = read.cellVoltages;
    to.cellCount = read.cellCount;
    to.temperatures = read.temperatures;
    to.current = read.current;
    to.voltage = read.voltage;
    to.soc = read.soc;
    to.cycles = read.cycles;
    to.problemCode = read.problemCode;
    to.alarms = read.alarms;
    if (m_capacity)
        to.remainingAh = *m_capacity * *read.soc / 100;
    return true;
}

Recognition CbtpwrVbDriver::recognise(const BatteryState &read) const
{
    return cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<CbtpwrVbDriver>(config);
            }};
}

} // namespace sb::cbtpwr_vb
