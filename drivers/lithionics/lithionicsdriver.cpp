// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/lithionics/lithionicsdriver.h"

#include "bms/cells.h"

#include <algorithm>

namespace sb::lithionics {
namespace {

using namespace frames;

enum Id : quint8 { Lines = 1 };

/// What a line is made into: this byte, its length, its text.
constexpr quint8 mark = 0x01;
constexpr quint16 headSize = 3;
constexpr size_t longestLine = 512;
constexpr FrameRule rule{.header = {mark},
                         .headerSize = 1,
                         .length = FrameRule::Length::U16BE,
                         .lengthOffset = 1,
                         .lengthPlus = headSize,
                         .minimum = headSize + 1,
                         .maximum = headSize + longestLine};

constexpr std::array asks{Ask{Lines, "", Asked::Always, false, 0, 5000, 2}};

constexpr qsizetype leastMeasurements = 10;
constexpr qsizetype leastCounters = 3;
constexpr qsizetype statusAt = 9; ///< in both layouts

// The layout that begins with the voltage.
constexpr qsizetype cellsAt = 1;
constexpr qsizetype cellsEnd = 5;
constexpr qsizetype temperaturesAt = 5;
constexpr qsizetype temperaturesEnd = 7;
constexpr qsizetype currentAt = 7;
constexpr qsizetype socAt = 8;
constexpr qsizetype leastVoltageDigits = 3;

// The layout that begins with the battery's number, each field in its own width.
constexpr std::array<qsizetype, 10> widths{0, 5, 4, 3, 3, 1, 5, 6, 3, 6}; ///< 0: one or two digits
constexpr qsizetype chargeAt = 1;
constexpr qsizetype voltageAt = 2;
constexpr qsizetype percentAt = 3;
constexpr qsizetype directionAt = 5;
constexpr qsizetype amperesAt = 6;
constexpr qsizetype wattsAt = 7;
constexpr qsizetype fahrenheitAt = 8;
constexpr quint32 harmless = 0x000100; ///< an auxiliary contact

constexpr qsizetype remainingAt = 2;  ///< of the counters
constexpr qsizetype extremesSize = 3; ///< lowest, highest and average cell end the other layout's counters
constexpr qsizetype leastOtherCounters = 14;

constexpr double mostSoc = 100;
constexpr double sumTolerance = 0.05;
constexpr double lowestCell = 1.0;
constexpr double highestCell = 4.5;

bool isNumber(const QByteArray &text, bool isSigned = false)
{
    const QByteArray digits = isSigned && (text.startsWith('-') || text.startsWith('+')) ? text.mid(1) : text;
    return !digits.isEmpty() && digits.size() <= 7 && digits.count('.') <= (isSigned ? 1 : 0) &&
           std::all_of(digits.begin(), digits.end(),
                       [](char c) { return (c >= '0' && c <= '9') || c == '.'; }) &&
           digits != ".";
}

std::optional<quint32> hexOf(const QByteArray &text)
{
    bool ok = false;
    const quint32 value = text.toUInt(&ok, 16);
    return ok && text.size() <= 8 && text[0] != '+' ? std::optional(value) : std::nullopt;
}

double celsius(double fahrenheit) { return (fahrenheit - 32) * 5 / 9; }

void takeStatus(quint32 status, quint32 ignored, BatteryState &to)
{
    to.problemCode = status;
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if ((status & ~ignored) != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
}

void give(const BatteryState &read, Update &update)
{
    visitFields(
        [](Field, auto &to, const auto &from) {
            if (isKnown(from))
                to = from;
        },
        update.values, read);
}

bool decodeCells(const QList<QByteArray> &line, BatteryState &to)
{
    if (!std::all_of(line.begin(), line.begin() + statusAt,
                     [](const QByteArray &field) { return isNumber(field, true); }))
        return false;
    const double soc = line[socAt].toDouble();
    const std::optional<quint32> status = hexOf(line[statusAt]);
    if (!status || soc < 0 || soc > mostSoc)
        return false;
    to.voltage = line[0].toDouble() / 100;
    for (qsizetype i = cellsAt; i < cellsEnd; ++i)
        to.cellVoltages.push_back(line[i].toDouble() / 100);
    to.cellCount = cellsEnd - cellsAt;
    for (qsizetype i = temperaturesAt; i < temperaturesEnd; ++i)
        to.temperatures.push_back(celsius(line[i].toDouble()));
    to.current = line[currentAt].toDouble();
    to.soc = soc;
    takeStatus(*status, 0, to);
    return true;
}

bool decodeIds(const QList<QByteArray> &line, BatteryState &to)
{
    for (qsizetype i = 1; i < statusAt; ++i) {
        if (!isNumber(line[i]) || line[i].size() != widths[static_cast<size_t>(i)])
            return false;
    }
    const double soc = line[percentAt].toDouble();
    const std::optional<quint32> status = hexOf(line[statusAt]);
    if (!status || line[statusAt].size() != widths[statusAt] || soc > mostSoc || line[directionAt] > "1")
        return false;
    const double sign = line[directionAt] == "1" ? 1 : -1;
    to.remainingAh = line[chargeAt].toDouble() / 10;
    to.voltage = line[voltageAt].toDouble() / 10;
    to.soc = soc;
    to.current = sign * line[amperesAt].toDouble() / 10 + 0.0;
    to.power = sign * line[wattsAt].toDouble() + 0.0;
    to.temperatures = {celsius(line[fahrenheitAt].toDouble())};
    takeStatus(*status, harmless, to);
    return true;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("lithionics");
    info.names = {QStringLiteral("Lithionics")};
    info.bmsTypes = {QStringLiteral("aiobmsble_lithionics_bms")};
    info.typeName = QStringLiteral("Lithionics");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0), .notify = {bluetoothUuid(0xFFE1)}}};
    info.bluetooth.advertisements = {{.name = "Li[0-9]-*", .service = "ffe0", .maker = 0x4D48}};
    info.detectionRank = 85;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "The layout of 12 V batteries: recorded lines, compared with the maker's app.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence",
        "The layout of 48 V batteries: published lines; its temperature is taken to be in degrees "
        "Fahrenheit. The status bits are not known: any but that of the auxiliary contact is shown "
        "as an internal failure. The lines about single modules are not read.");
    info.reads = {Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::remainingAh,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::minCellVoltage,
                  Field::maxCellVoltage,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

LithionicsDriver::LithionicsDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &LithionicsDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void LithionicsDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    m_measured.clear();
    m_counted.reset();
}

Bytes LithionicsDriver::cleaned(Bytes bytes)
{
    m_frames.clear();
    for (const quint8 letter : bytes) {
        if (letter == '\r')
            continue;
        if (letter != '\n') {
            m_tooLong = m_tooLong || m_line.size() >= longestLine;
            if (!m_tooLong)
                m_line.push_back(letter);
            continue;
        }
        if (!m_tooLong && !m_line.empty()) {
            m_frames.push_back(mark);
            m_frames.push_back(static_cast<quint8>(m_line.size() >> 8));
            m_frames.push_back(static_cast<quint8>(m_line.size() & 0xFF));
            m_frames.insert(m_frames.end(), m_line.begin(), m_line.end());
        }
        m_line.clear();
        m_tooLong = false;
    }
    return m_frames;
}

std::optional<int> LithionicsDriver::idOf(Bytes frame) const
{
    const quint8 kind = frame[headSize]; // the radio module's lines and those about modules are others
    return (kind >= '0' && kind <= '9') || kind == '&' ? std::optional<int>(Lines) : std::nullopt;
}

Reply LithionicsDriver::lineSilent(const Request *pending, Update &update)
{
    const Reply reply = FrameDriver::lineSilent(pending, update);
    if (reply.state != ReplyState::Waiting || !pending || m_layout != Layout::Ids || !m_measured.voltage)
        return reply;
    give(m_measured, update); // all but the extremes of the cells
    return {ReplyState::Complete, 0};
}

FrameDriver::Taken LithionicsDriver::decode(Bytes frame, const Request &, Update &update)
{
    const QList<QByteArray> line = viewOf(frame.subspan(headSize)).toByteArray().split(',');
    if (!(line[0] == "&" ? takeCounters(line) : takeMeasurements(line)))
        return Taken::Impossible;
    if (!m_measured.voltage || !m_counted)
        return Taken::Partly;
    BatteryState read = m_measured;
    const QList<QByteArray> &counted = *m_counted;
    if (m_layout == Layout::Cells) {
        if (!isNumber(counted[remainingAt], true) || counted[remainingAt].startsWith('-'))
            return Taken::Impossible;
        read.remainingAh = counted[remainingAt].toDouble();
    } else if (counted.size() >= leastOtherCounters) {
        const QByteArray &lowest = counted[counted.size() - extremesSize];
        const QByteArray &highest = counted[counted.size() - extremesSize + 1];
        if (!isNumber(lowest) || !isNumber(highest))
            return Taken::Impossible;
        read.minCellVoltage = lowest.toDouble() / 100;
        read.maxCellVoltage = highest.toDouble() / 100;
    }
    give(read, update);
    return Taken::Done;
}

bool LithionicsDriver::takeMeasurements(const QList<QByteArray> &line)
{
    if (line.size() < leastMeasurements || !isNumber(line[0]))
        return false;
    BatteryState read;
    const bool begins = line[0].size() >= leastVoltageDigits && !line[0].startsWith('0');
    if (!(begins ? decodeCells(line, read) : line[0].size() < leastVoltageDigits && decodeIds(line, read)))
        return false;
    m_layout = begins ? Layout::Cells : Layout::Ids;
    m_measured = read;
    return true;
}

bool LithionicsDriver::takeCounters(const QList<QByteArray> &line)
{
    if (line.size() < leastCounters)
        return false;
    m_counted = line;
    return true;
}

Recognition LithionicsDriver::recognise(const BatteryState &read) const
{
    if (!read.voltage || !read.soc)
        return Recognition::No;
    if (!read.cellVoltages.empty())
        return cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
    const bool cells = read.minCellVoltage && read.maxCellVoltage && *read.minCellVoltage >= lowestCell &&
                       *read.minCellVoltage <= *read.maxCellVoltage && *read.maxCellVoltage <= highestCell;
    return cells && *read.voltage > *read.maxCellVoltage ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<LithionicsDriver>(config);
            }};
}

} // namespace sb::lithionics
