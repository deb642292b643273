// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pylontech_ble/pylontech_bledriver.h"

#include <cmath>

namespace sb::pylontech_ble {
namespace {

using namespace modbus;

constexpr quint8 usualUnit = 1;
constexpr int timeoutMs = 1500;
constexpr quint16 liveReg = 0x1016;
constexpr quint16 serialReg = 0x2000;
constexpr size_t serialSize = 16;

constexpr std::array reads{
    Read{ReadHolding, serialReg, serialSize / 2, Asked::AtStart, true, 0, timeoutMs},
    Read{ReadHolding, liveReg, 13, Asked::Always, false, 0, timeoutMs},
};

constexpr std::array fields{
    FieldRow{0x1016, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{0x1017, Wire::S16BE, &BatteryState::current, 0.1},
    FieldRow{0x1018, Wire::U16BE, &BatteryState::maxCellVoltage, 0.001},
    FieldRow{0x1019, Wire::U16BE, &BatteryState::minCellVoltage, 0.001},
    FieldRow{0x101C, Wire::U16BE, &BatteryState::soc},
    FieldRow{0x101D, Wire::U16BE, &BatteryState::soh},
    FieldRow{0x101E, Wire::U16BE, &BatteryState::power}, // without a sign
    FieldRow{0x1022, Wire::U16BE, &BatteryState::capacityAh, 0.1},
};
constexpr ListRow extremes{0x101A, Wire::S16BE, 2, &BatteryState::temperatures, 0.1}; // highest, lowest

constexpr double lowestCell = 1.0;
constexpr double highestCell = 4.5;
constexpr double sumTolerance = 0.03;

/// RT12100, RT24100, RT48...: their nominal voltage.
Count cellsByName(const QString &name)
{
    const std::pair<const char *, int> names[] = {{"RT12", 4}, {"RT24", 8}, {"RT48", 16}};
    for (const auto &[beginning, cells] : names) {
        if (name.startsWith(QLatin1String(beginning)))
            return cells;
    }
    return std::nullopt;
}

constexpr qint64 mostCells = 48; ///< more are no battery, but cells that can't be these

/// What the voltage and the two cells make of it.
Count cellsByVoltage(const BatteryState &read)
{
    const double mean = (*read.minCellVoltage + *read.maxCellVoltage) / 2;
    if (mean < lowestCell || mean > highestCell)
        return std::nullopt;
    const qint64 cells = std::llround(*read.voltage / mean);
    const bool fits =
        std::abs(static_cast<double>(cells) * mean - *read.voltage) <= sumTolerance * *read.voltage;
    return cells > 0 && cells <= mostCells && fits ? Count(cells) : std::nullopt;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("pylontech_ble");
    info.names = {QStringLiteral("Pylontech RT12100"), QStringLiteral("Pylontech RT24100")};
    info.bmsTypes = {QStringLiteral("aiobmsble_pylontech_bms")};
    info.typeName = QStringLiteral("Pylontech RT");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {
        {.service = bluetoothUuid(QStringLiteral("00010203-0405-0607-0809-0a0b0c0d1910")),
         .notify = {bluetoothUuid(QStringLiteral("00010203-0405-0607-0809-0a0b0c0d2b10"))},
         .write = bluetoothUuid(QStringLiteral("00010203-0405-0607-0809-0a0b0c0d2b11"))}};
    info.bluetooth.advertisements = {{.name = "RT[1-4][2468]*", .service = "180f"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 30;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "One recorded reading of an RT12100.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence",
        "Serial number, the number of cells (from the name). Alarms, FETs and limits are unknown.");
    info.reads = {Field::uniqueId,
                  Field::serialNumber,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::soh,
                  Field::capacityAh,
                  Field::cellCount,
                  Field::minCellVoltage,
                  Field::maxCellVoltage,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature};
    return info;
}

} // namespace

PylontechBleDriver::PylontechBleDriver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, reads)
    , m_cells(cellsByName(config.options.value(QStringLiteral("localName")).toString()))
{}

const DriverInfo &PylontechBleDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool PylontechBleDriver::decode(const Query &query, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    if (query.start == serialReg) {
        to.serialNumber = to.uniqueId = registers.text(serialReg, serialSize);
        return true;
    }
    registers.decode(fields, to);
    registers.decode(extremes, 2, to);
    if (*to.current < 0)
        to.power = -*to.power;
    to.cellCount = m_cells ? m_cells : cellsByVoltage(to);
    return true;
}

Recognition PylontechBleDriver::recognise(const BatteryState &read) const
{
    if (!read.voltage || !read.minCellVoltage || !read.maxCellVoltage || !read.soc || !read.soh)
        return Recognition::No;
    const bool fits = *read.minCellVoltage >= lowestCell && *read.maxCellVoltage <= highestCell &&
                      *read.minCellVoltage <= *read.maxCellVoltage && *read.soc <= 100 && *read.soh <= 100;
    return fits && cellsByVoltage(read) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<PylontechBleDriver>(config);
            }};
}

} // namespace sb::pylontech_ble
