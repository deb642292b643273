// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/tianpwr/tianpwrdriver.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"

#include <limits>

namespace sb::tianpwr {
namespace {

using namespace frames;

enum Page : quint8 {
    Software = 0x81,
    Hardware = 0x82,
    Pack = 0x83,
    Capacity = 0x84,
    Switches = 0x85,
    Sensors = 0x87,
    FirstCells = 0x88,
    MoreCells = 0x89,
    LastCells = 0x8A,
};

// 55 14 page, 16 bytes, AA; no checksum
constexpr FrameRule rule{.header = {0x55, 0x14},
                         .headerSize = 2,
                         .lengthPlus = 20,
                         .minimum = 20,
                         .maximum = 20,
                         .tail = {0xAA},
                         .tailSize = 1};
constexpr size_t pageAt = 2;
constexpr size_t dataAt = 3;
constexpr size_t dataSize = 16;

constexpr std::array asks{
    Ask{Software, "550481aa", Asked::AtStart, true, 0, 1000, 2},
    Ask{Hardware, "550482aa", Asked::AtStart, true, 0, 1000, 2},
    Ask{Pack, "550483aa", Asked::Always, false, 0, 1000},
    Ask{Capacity, "550484aa", Asked::Always, false, 0, 1000},
    Ask{Switches, "550485aa", Asked::Always, false, 0, 1000},
    Ask{Sensors, "550487aa", Asked::Always, false, 0, 1000},
    Ask{FirstCells, "550488aa", Asked::Always, false, 0, 1000},
    Ask{MoreCells, "550489aa", Asked::Always, false, 0, 1000},
    Ask{LastCells, "55048aaa", Asked::Always, false, 0, 1000},
};

// Offsets from the start of the frame.
constexpr std::array packFields{
    FieldRow{3, Wire::U16BE, &BatteryState::soc},
    FieldRow{5, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{11, Wire::S16BE, &BatteryState::mosfetTemperature, 0.1},
    FieldRow{13, Wire::S16BE, &BatteryState::current, 0.01},
    FieldRow{17, Wire::U16BE, &BatteryState::soh},
};
constexpr size_t ambientAt = 9;
constexpr std::array capacityFields{
    FieldRow{5, Wire::U16BE, &BatteryState::capacityAh, 0.01},
    FieldRow{7, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{9, Wire::U16BE, &BatteryState::cycles},
};
constexpr size_t cellCountAt = 3;
constexpr size_t sensorCountAt = 4;
constexpr size_t alarmsAt = 11;
constexpr std::array switchFlags{
    FlagRow{4, Wire::U8, 0, &BatteryState::dischargeAllowed},
    FlagRow{4, Wire::U8, 1, &BatteryState::chargeAllowed},
};
constexpr size_t balancingAt = 13;

constexpr size_t cellsOfPage = 8;
constexpr size_t maxCells = 24;
constexpr size_t maxSensors = 6;
constexpr size_t balancingBits = 16;
constexpr double mostSoc = 100;
constexpr double sumTolerance = 0.05;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("tianpwr");
    info.names = {QStringLiteral("TianPwr")};
    info.bmsTypes = {QStringLiteral("aiobmsble_tianpwr_bms")};
    info.typeName = QStringLiteral("TianPwr");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFF00),
                                .notify = {bluetoothUuid(0xFF01)},
                                .write = bluetoothUuid(0xFF02)}};
    info.bluetooth.advertisements = {{.name = "TP_*"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 80;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "All that is read: recorded frames of one 16-cell board.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence",
        "The sign of the current, and other numbers of cells than 16. What the alarm bits mean is "
        "not known: any of them is shown as an internal failure.");
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
                  Field::mosfetTemperature,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

TianpwrDriver::TianpwrDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &TianpwrDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void TianpwrDriver::requests(Phase phase, std::vector<Request> &to)
{
    FrameDriver::requests(phase, to);
    const bool known = phase == Phase::Poll && m_cells > 0;
    std::erase_if(to, [&](const Request &request) {
        return known && ((request.id == MoreCells && m_cells <= cellsOfPage) ||
                         (request.id == LastCells && m_cells <= 2 * cellsOfPage));
    });
    for (Request &request : to) {
        if (!known && (request.id == MoreCells || request.id == LastCells))
            request.optional = true; // how many there are is told meanwhile
    }
}

std::optional<int> TianpwrDriver::idOf(Bytes frame) const { return frame[pageAt]; }

bool TianpwrDriver::isLast(int page) const
{
    const auto capacity = m_pages.find(Capacity);
    if (capacity == m_pages.end())
        return false;
    const size_t cells = capacity->second[cellCountAt];
    return page == FirstCells + static_cast<int>((cells - 1) / cellsOfPage);
}

FrameDriver::Taken TianpwrDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    switch (pending.id) {
    case Software:
        update.values.firmwareVersion = decodeText(frame.subspan(dataAt, dataSize));
        return Taken::Done;
    case Hardware:
        update.values.hardwareVersion = decodeText(frame.subspan(dataAt, dataSize));
        return Taken::Done;
    case Capacity:
        if (frame[cellCountAt] < 1 || frame[cellCountAt] > maxCells || frame[sensorCountAt] > maxSensors)
            return Taken::Impossible;
        break;
    default:
        break;
    }
    // Pages are asked in their order: those behind this one are of the reading before.
    m_pages.erase(m_pages.lower_bound(pending.id), m_pages.end());
    m_pages.emplace(pending.id, std::vector<quint8>(frame.begin(), frame.end()));
    if (isLast(pending.id) && !decodeAll(update.values)) {
        m_pages.erase(pending.id);
        return Taken::Impossible;
    }
    return Taken::Done;
}

bool TianpwrDriver::decodeAll(BatteryState &to)
{
    for (const Page page : {Pack, Capacity, Switches, Sensors, FirstCells}) {
        if (m_pages.count(page) == 0)
            return false;
    }
    const Bytes pack = m_pages.at(Pack);
    const Bytes capacity = m_pages.at(Capacity);
    const Bytes switches = m_pages.at(Switches);
    const size_t cells = capacity[cellCountAt];

    BatteryState read;
    decodeFields(packFields, pack, read);
    decodeFields(capacityFields, capacity, read);
    decodeFlags(switchFlags, switches, read);
    for (size_t i = 0; i < cells; ++i) {
        const auto page = m_pages.find(FirstCells + static_cast<int>(i / cellsOfPage));
        if (page == m_pages.end())
            return false;
        read.cellVoltages.push_back(*readNumber(page->second, dataAt + 2 * (i % cellsOfPage), Wire::U16BE) /
                                    1000);
    }
    if (*read.soc > mostSoc || !cellsMakeUp(read, sumTolerance))
        return false;
    read.cellCount = static_cast<qint64>(cells);
    decodeList({dataAt, Wire::S16BE, 2, &BatteryState::temperatures, 0.1}, capacity[sensorCountAt],
               m_pages.at(Sensors), read);
    read.temperatures.push_back(*readNumber(pack, ambientAt, Wire::S16BE) / 10);
    const qint64 balancing = readInteger(switches, balancingAt, Wire::U16BE).value_or(0);
    for (size_t i = 0; i < cells; ++i)
        read.cellBalancing.push_back(i < balancingBits && (balancing >> i & 1) != 0);

    quint64 code = 0;
    for (size_t i = 0; i < sizeof(code); ++i)
        code = code << 8 | capacity[alarmsAt + i];
    // The topmost bit does not fit into what is shown; nobody knows the others either.
    constexpr qint64 most = std::numeric_limits<qint64>::max();
    read.problemCode = code > static_cast<quint64>(most) ? most : static_cast<qint64>(code);
    read.alarms.support(AlarmName::InternalFailure);
    if (code != 0)
        read.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);

    m_cells = cells;
    visitFields(
        [](Field, auto &known, const auto &from) {
            if (isKnown(from))
                known = from;
        },
        to, read);
    return true;
}

Recognition TianpwrDriver::recognise(const BatteryState &read) const
{
    return read.soc && read.chargeAllowed && cellsMakeUp(read, sumTolerance) ? Recognition::Yes
                                                                             : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<TianpwrDriver>(config);
            }};
}

} // namespace sb::tianpwr
