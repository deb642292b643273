// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ej/ejdriver.h"

#include "drivers/frames/fittedcells.h"

#include <QCoreApplication>
#include <cmath>

namespace sb::ej {
namespace {

using namespace frames;

enum Command : quint8 { RealTime = 0x02, Capacity = 0x10 };
constexpr size_t commandAt = 1;
constexpr quint8 answerBit = 0x80;

constexpr std::array asks{
    Ask{RealTime, "3a3030303235303030304530337e"}, // ":000250000E03~"
    Ask{Capacity, "3a3030313033313030304530357e"}, // ":001031000E05~"
};

// Of the text: address, command, version, length with both marks, data, checksum.
constexpr qsizetype lengthAt = 6;
constexpr qsizetype lengthDigits = 4;
constexpr qsizetype checkDigits = 2;
constexpr qsizetype marks = 2;

constexpr size_t realTimeSize = 63;
constexpr size_t tellsAllSize = 69;
constexpr ListRow cells{12, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001}; // 0: not fitted
constexpr size_t cellPlaces = 16;
constexpr size_t chargeAt = 44; // 10 mA
constexpr size_t dischargeAt = 46;
constexpr size_t sensorAt = 48;
constexpr double below40 = 40;
constexpr size_t problemAt = 52;
constexpr qint64 problemMask = 0x0FFC;
constexpr std::array flags{
    FlagRow{52, Wire::U8, 5, &BatteryState::chargeAllowed},
    FlagRow{52, Wire::U8, 4, &BatteryState::dischargeAllowed},
};
constexpr size_t heaterAt = 54;
constexpr size_t balancingAt = 55; // bit 0: cell 1
constexpr std::array fields{
    FieldRow{57, Wire::U16BE, &BatteryState::cycles},
    FieldRow{61, Wire::U8, &BatteryState::soc},
};
constexpr std::array tellsAllFields{
    FieldRow{62, Wire::U16BE, &BatteryState::remainingAh, 0.1},
    FieldRow{66, Wire::U16BE, &BatteryState::capacityAh, 0.1},
};

constexpr size_t capacitySize = 10;
constexpr FieldRow remaining{7, Wire::U16BE, &BatteryState::remainingAh, 0.1};
constexpr size_t fullAt = 9;
constexpr double shareError = 3; ///< percent between the state of charge and what the capacities say

constexpr double lowestCell = 1.0;
constexpr double highestCell = 4.5;

constexpr const char *nordicUart = "6e40000%1-b5a3-f393-e0a9-e50e24dcca9e";
constexpr const char *agService = "0000800%1-0000-1000-8000-57616c6b697a";

QUuid uuid(const char *pattern, int number)
{
    return bluetoothUuid(QString::fromLatin1(pattern).arg(number));
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("ej");
    info.names = {QStringLiteral("E&J Technology"), QStringLiteral("Lithtech"),
                  QStringLiteral("Volthium"),       QStringLiteral("Meritsun"),
                  QStringLiteral("Supervolt v1"),   QStringLiteral("Chins"),
                  QStringLiteral("Fliteboard"),     QStringLiteral("AG Power Lithium")};
    info.bmsTypes = {QStringLiteral("aiobmsble_ej_bms"), QStringLiteral("ag_ble"),
                     QStringLiteral("aiobmsble_ag_bms")};
    info.typeName = QStringLiteral("E&J");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {
        {.service = uuid(nordicUart, 1), .notify = {uuid(nordicUart, 3)}, .write = uuid(nordicUart, 2)},
        {.service = uuid(agService, 0), .notify = {uuid(agService, 2)}, .write = uuid(agService, 1)}};
    info.bluetooth.advertisements = {{.name = "L-12V???AH-*"},
                                     {.name = "LT-12V-*"},
                                     {.name = "V-12V???Ah-*"},
                                     {.name = "libatt*", .maker = 0x5348},
                                     {.name = "SV12V*", .maker = 0x8268},
                                     {.name = "LT-12???BG-A0[0-6]*", .maker = 0x8268},
                                     {.name = "LT-12???BG-A0[0-6]*", .maker = 0x585A},
                                     {.name = "LT-24???B-A00[0-2]*", .maker = 0x585A},
                                     {.name = "G-[0-9]*V[0-9]*Ah-[0-9]*"},
                                     {.name = "AG???L*", .maker = 0x5348}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 25;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Readings, cells and charge left: recorded frames of boards that answer twice, of one "
                    "that tells all at once, and of AG's.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The full capacity in the second answer is inferred; the meaning of the protection word "
                    "is unknown.");
    info.reads = {Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::capacityAh,
                  Field::remainingAh,
                  Field::cycles,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::cellBalancing,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::heating,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

EjDriver::EjDriver(const DriverConfig &config)
    : HexTextDriver(config, asks)
    , m_checked(!config.options.value(QStringLiteral("localName"))
                     .toString()
                     .startsWith(QLatin1String("libattU"))) // these send any checksum, or 00
{}

const DriverInfo &EjDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void EjDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify) {
        m_tellsAll.reset(); // it may be another board by now
        m_cells = 0;
    }
    to.push_back(request(asks[0]));
    // Nothing is asked that is told already.
    if (m_tellsAll == false)
        to.push_back(request(asks[1]));
}

bool EjDriver::isWhole(QByteArrayView digits) const
{
    if (digits.size() < lengthAt + lengthDigits + checkDigits ||
        digits.sliced(lengthAt, lengthDigits).toInt(nullptr, 16) != digits.size() + marks)
        return false;
    const QByteArrayView summed = digits.chopped(checkDigits);
    const quint32 sum = ~checksum(Checksum::Sum8, bytesOf(summed)) & 0xFF;
    return !m_checked || digits.last(checkDigits).toUInt(nullptr, 16) == sum;
}

std::optional<int> EjDriver::idOf(Bytes frame) const
{
    const quint8 command = content(frame)[commandAt];
    return (command & answerBit) != 0 ? std::optional<int>(command & ~answerBit) : std::nullopt;
}

FrameDriver::Taken EjDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    const Bytes data = content(frame).first(content(frame).size() - 1); // without the checksum
    const bool possible =
        pending.id == RealTime ? decodeRealTime(data, update.values) : decodeCapacity(data, update.values);
    return possible ? Taken::Done : Taken::Impossible;
}

bool EjDriver::decodeRealTime(Bytes data, BatteryState &to)
{
    BatteryState read;
    if (data.size() + 1 < realTimeSize)
        return false;
    decodeFields(fields, data, read);
    decodeList(cells, cellPlaces, data, read);
    const size_t count = keepFitted(read.cellVoltages, m_cells);
    if (count == 0 || read.soc > 100)
        return false;
    m_cells = count;
    m_soc = read.soc;
    m_tellsAll = data.size() + 1 == tellsAllSize;

    decodeFields(fields, data, to);
    decodeFlags(flags, data, to);
    if (*m_tellsAll)
        decodeFields(tellsAllFields, data, to);
    if (to.capacityAh == 0)
        to.capacityAh.reset();
    to.cellCount = static_cast<qint64>(count);
    to.cellVoltages = read.cellVoltages;
    // The pack's voltage is not told: it is the sum, where all cells are known.
    to.voltage = 0;
    for (const Number &cell : to.cellVoltages)
        to.voltage = to.voltage && cell ? Number(*to.voltage + *cell) : std::nullopt;
    to.current = (readNumber(data, chargeAt, Wire::U16BE).value_or(0) -
                  readNumber(data, dischargeAt, Wire::U16BE).value_or(0)) /
                 100;
    to.temperatures.assign(1, data[sensorAt] - below40); // the other three mean nothing
    to.heating = data[heaterAt] != 0;
    const qint64 balancing = readInteger(data, balancingAt, Wire::U16BE).value_or(0);
    to.cellBalancing.assign(count, false);
    for (size_t i = 0; i < count; ++i)
        to.cellBalancing[i] = (balancing >> i & 1) != 0;
    to.problemCode = readInteger(data, problemAt, Wire::U16BE).value_or(0) & problemMask;
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if (to.problemCode != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    return true;
}

bool EjDriver::decodeCapacity(Bytes data, BatteryState &to) const
{
    if (data.size() + 1 < capacitySize)
        return false;
    decodeFields({&remaining, 1}, data, to);
    const double full = readNumber(data, fullAt, Wire::U16BE).value_or(0) / 10;
    if (full > 0 && m_soc && std::abs(100 * to.remainingAh.value_or(0) / full - *m_soc) <= shareError)
        to.capacityAh = full;
    return true;
}

Recognition EjDriver::recognise(const BatteryState &read) const
{
    const bool fits = read.soc && !read.cellVoltages.empty() &&
                      std::all_of(read.cellVoltages.begin(), read.cellVoltages.end(), [](const Number &cell) {
                          return !cell || (*cell >= lowestCell && *cell <= highestCell);
                      });
    return fits ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<EjDriver>(config);
            }};
}

} // namespace sb::ej
