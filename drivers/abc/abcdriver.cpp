// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/abc/abcdriver.h"

#include "bms/cells.h"
#include "drivers/frames/fittedcells.h"

#include <algorithm>

namespace sb::abc {
namespace {

using namespace frames;

enum Question : quint8 { Model = 0xC0, Pack = 0xC1, Cells = 0xC2, Alarms = 0xC4 };
enum Type : quint8 {
    PackFrame = 0xF0,
    ModelFrame = 0xF1,
    SwitchFrame = 0xF2,
    HeaterFrame = 0xF3,
    CellFrame = 0xF4,
    AlarmFrame = 0xF9,
};

// CC type, 17 bytes, sum
constexpr FrameRule rule{.header = {0xCC},
                         .headerSize = 1,
                         .lengthPlus = 20,
                         .minimum = 20,
                         .maximum = 20,
                         .checksum = Checksum::Crc8Maxim,
                         .checksumAtEnd = 1};
constexpr size_t typeAt = 1;
constexpr size_t dataAt = 2;
constexpr size_t dataSize = 17;

constexpr std::array asks{
    Ask{Model, "eec000000041", Asked::AtStart, true, 0, 1500, 2}, Ask{Pack, "eec1000000ce"},
    Ask{Cells, "eec200000046"},
    Ask{Alarms, "eec40000004f", Asked::Always, true, 0, 1500, 2}, // not all boards know it
};

constexpr unsigned bit(Type type) { return 1U << (type & 0x0F); }
struct Answer
{
    Question question;
    unsigned types;
};
constexpr std::array answers{
    Answer{Model, bit(ModelFrame)},
    Answer{Pack, bit(PackFrame) | bit(SwitchFrame)},
    Answer{Cells, bit(PackFrame) | bit(HeaterFrame) | bit(CellFrame)},
    Answer{Alarms, bit(AlarmFrame)},
};

constexpr size_t cellsOfFrame = 4;
constexpr size_t cellStride = 4;
constexpr size_t maxCells = 32;
constexpr size_t maxSensors = 7; ///< what fits into the frame
constexpr size_t balancingBits = 8;
constexpr double sumTolerance = 0.05;

std::optional<double> thousandths(Bytes bytes, size_t at, bool isSigned)
{
    constexpr qint64 limit = 1 << 23;
    const auto low = readInteger(bytes, at, Wire::U16LE);
    const auto high = readInteger(bytes, at + 2, Wire::U8);
    if (!low || !high)
        return std::nullopt;
    const qint64 raw = *low | *high << 16;
    return static_cast<double>(isSigned && raw >= limit ? raw - 2 * limit : raw) / 1000;
}

void decodePack(Bytes frame, BatteryState &to)
{
    to.voltage = thousandths(frame, 2, false);
    to.current = thousandths(frame, 5, true);
    to.capacityAh = thousandths(frame, 8, false);
    to.remainingAh = thousandths(frame, 11, false);
    to.cycles = readInteger(frame, 14, Wire::U16LE);
    to.soc = readNumber(frame, 16, Wire::U8);
}

bool decodeSwitches(Bytes frame, BatteryState &to)
{
    const size_t sensors = frame[4];
    if (sensors > maxSensors)
        return false;
    to.chargeAllowed = frame[2] != 0;
    to.dischargeAllowed = frame[3] != 0;
    decodeList({5, Wire::S16LE, 2, &BatteryState::temperatures}, static_cast<int>(sensors), frame, to);
    return true;
}

void decodeHeater(Bytes frame, BatteryState &to)
{
    if (const QDate made(2000 + frame[2], frame[3], frame[4]); made.isValid())
        to.productionDate = made;
    to.heating = frame[8] != 0;
    to.balancing = frame[10] != 0;
    to.cellBalancing.clear();
    for (size_t i = 0; i < balancingBits; ++i)
        to.cellBalancing.push_back((frame[10] >> i & 1) != 0);
}

void decodeAlarms(Bytes frame, BatteryState &to)
{
    constexpr size_t flags = 16;
    qint64 code = 0;
    for (size_t i = 0; i < flags; ++i)
        code |= static_cast<qint64>(frame[dataAt + i] & 1) << i;
    to.problemCode = code;
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if (code != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("abc");
    info.names = {QStringLiteral("SOK"), QStringLiteral("ABC-BMS"), QStringLiteral("Hoover")};
    info.bmsTypes = {QStringLiteral("aiobmsble_abc_bms")};
    info.typeName = QStringLiteral("ABC");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE1)},
                                .write = bluetoothUuid(0xFFE2)}};
    for (const char *name : {"ABC-*", "SOK-*", "NB-*", "Hoover"})
        info.bluetooth.advertisements.push_back({.name = name, .service = "fff0"});
    info.bluetooth.quietMs = 200; // the frames of an answer follow one another faster
    info.pollIntervalMs = 2000;
    info.detectionRank = 30;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Measurements, switches and cells: recorded frames of an 8-cell battery.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence",
        "Balancing, heater, the day of production, more than 8 cells. What the alarm flags mean is "
        "not known: any of them is shown as an internal failure. The settings are not read.");
    info.reads = {Field::productName,
                  Field::productionDate,
                  Field::voltage,
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

AbcDriver::AbcDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &AbcDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void AbcDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify)
        m_cells = 0; // it may be another battery by now
    FrameDriver::requests(phase, to);
    for (Request &request : to) {
        if (request.id == Alarms && m_tellsAlarms)
            request.absentEveryMs = 1; // an answer that was lost is no board without alarms
    }
}

void AbcDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    m_asked = request.id;
    m_read.clear();
    m_types = 0;
}

Reply AbcDriver::lineSilent(const Request *pending, Update &update)
{
    const Reply reply = FrameDriver::lineSilent(pending, update);
    if (reply.state != ReplyState::Waiting || !pending || pending->id != Cells || !hasAllCells(true))
        return reply;
    give(Cells, update);
    return {ReplyState::Complete, 0};
}

std::optional<int> AbcDriver::idOf(Bytes frame) const
{
    const unsigned type = frame[typeAt];
    const auto answer = std::find_if(answers.begin(), answers.end(),
                                     [this](const Answer &each) { return each.question == m_asked; });
    if (type < PackFrame || answer == answers.end() || (answer->types >> (type & 0x0F) & 1) == 0)
        return std::nullopt;
    return m_asked;
}

FrameDriver::Taken AbcDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    const auto type = static_cast<Type>(frame[typeAt]);
    bool good = true;
    switch (type) {
    case PackFrame:
        decodePack(frame, m_read);
        break;
    case ModelFrame:
        m_read.productName = decodeText(frame.subspan(dataAt, dataSize));
        break;
    case SwitchFrame:
        good = decodeSwitches(frame, m_read);
        break;
    case HeaterFrame:
        decodeHeater(frame, m_read);
        break;
    case CellFrame:
        good = takeCells(frame);
        break;
    case AlarmFrame:
        decodeAlarms(frame, m_read);
        m_tellsAlarms = true;
        break;
    }
    if (!good)
        return Taken::Impossible;
    m_types |= bit(type);
    const auto answer = std::find_if(answers.begin(), answers.end(),
                                     [&](const Answer &each) { return each.question == pending.id; });
    if (m_types != answer->types || (pending.id == Cells && !hasAllCells(false)))
        return Taken::Partly;
    give(pending.id, update);
    return Taken::Done;
}

/// Each cell has its number before it.
bool AbcDriver::takeCells(Bytes frame)
{
    for (size_t i = 0; i < cellsOfFrame; ++i) {
        if (frame[dataAt + cellStride * i] > maxCells)
            return false;
    }
    for (size_t i = 0; i < cellsOfFrame; ++i) {
        const size_t number = frame[dataAt + cellStride * i];
        const Number volts = readNumber(frame, dataAt + cellStride * i + 1, Wire::U16LE);
        if (number == 0)
            continue;
        if (m_read.cellVoltages.size() < number)
            m_read.cellVoltages.resize(number);
        m_read.cellVoltages[number - 1] = *volts / 1000;
    }
    return true;
}

/// \a silent: nothing more comes, so that what is there counts where the number of cells is not known yet.
bool AbcDriver::hasAllCells(bool silent) const
{
    constexpr unsigned all = bit(PackFrame) | bit(HeaterFrame) | bit(CellFrame);
    const Numbers &cells = m_read.cellVoltages;
    if (m_types != all || cells.empty() || cells.size() < m_cells || (m_cells == 0 && !silent))
        return false;
    const auto last = m_cells > 0 ? cells.begin() + static_cast<std::ptrdiff_t>(m_cells) : cells.end();
    return std::all_of(cells.begin(), last, [](const Number &cell) { return cell.has_value(); });
}

void AbcDriver::give(int question, Update &update)
{
    if (question == Cells) {
        const size_t count = keepFitted(m_read.cellVoltages, m_cells);
        if (count > 0)
            m_read.cellCount = static_cast<qint64>(count);
        // One bit each, of eight at most; none: no cell is balanced, however many there are.
        if (m_read.balancing == true && count > balancingBits)
            m_read.cellBalancing.clear();
        else
            m_read.cellBalancing.resize(count);
        if (cellsMakeUp(m_read, sumTolerance))
            m_cells = count;
    }
    visitFields(
        [](Field, auto &to, const auto &from) {
            if (isKnown(from))
                to = from;
        },
        update.values, m_read);
    m_read.clear();
    m_types = 0;
}

Recognition AbcDriver::recognise(const BatteryState &read) const
{
    return read.soc && read.chargeAllowed && cellsMakeUp(read, sumTolerance) ? Recognition::Yes
                                                                             : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<AbcDriver>(config);
            }};
}

} // namespace sb::abc
