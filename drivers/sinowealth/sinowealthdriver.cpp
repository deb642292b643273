// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/sinowealth/sinowealthdriver.h"

#include "bms/cells.h"
#include "bms/checksum.h"
#include "bms/fieldtable.h"
#include "drivers/modbus/registers.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace sb::sinowealth {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Sinowealth)
};

constexpr quint8 readCommand = 0x0A;
constexpr size_t checksumBytes = 1;

namespace reg {
constexpr Register firstCell{0x01, 2};
constexpr Register voltage{0x0B, 2};
constexpr Register temperature1{0x0C, 2};
constexpr Register temperature2{0x0D, 2};
constexpr Register current{0x10, 4};
constexpr Register capacity{0x11, 4};
constexpr Register remaining{0x12, 4};
constexpr Register soc{0x13, 2};
constexpr Register cycles{0x14, 2};
constexpr Register packStatus{0x15, 2};
constexpr Register batteryStatus{0x16, 2};
constexpr Register packConfiguration{0x17, 2};
} // namespace reg

constexpr int leastCells = 3;
constexpr int maxCells = 10;
constexpr qint64 cellsMask = 7; ///< of the pack configuration: how many more than leastCells
constexpr int secondSensorBit = 6;

struct ValueRow
{
    quint8 number;
    FieldRow row;
};
constexpr std::array values{
    ValueRow{reg::voltage.number, {0, Wire::U16BE, &BatteryState::voltage, 0.001}},
    ValueRow{reg::current.number, {0, Wire::S32BE, &BatteryState::current, 0.001}},
    ValueRow{reg::capacity.number, {0, Wire::U32BE, &BatteryState::capacityAh, 0.001}},
    ValueRow{reg::remaining.number, {0, Wire::U32BE, &BatteryState::remainingAh, 0.001}},
    ValueRow{reg::soc.number, {0, Wire::U16BE, &BatteryState::soc}},
    ValueRow{reg::cycles.number, {0, Wire::U16BE, &BatteryState::cycles}},
};
constexpr double mostSoc = 100;

constexpr std::array statusFlags{
    FlagRow{0, Wire::U16BE, 0, &BatteryState::chargeAllowed},
    FlagRow{0, Wire::U16BE, 1, &BatteryState::dischargeAllowed},
};

using enum AlarmName;
constexpr std::array alarmRows{
    AlarmRow{0, HighVoltage, AlarmLevel::Alarm}, // of the pack, by a cell
    AlarmRow{0, HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{1, LowVoltage, AlarmLevel::Alarm},
    AlarmRow{1, LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{3, HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{8, HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{9, HighTemperature, AlarmLevel::Alarm},
    AlarmRow{10, LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{11, LowTemperature, AlarmLevel::Alarm},
    AlarmRow{12, HighCellVoltage, AlarmLevel::Alarm},      // front end
    AlarmRow{13, HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{14, InternalFailure, AlarmLevel::Alarm},      // cell wire
};

constexpr Scale deciKelvin{0.1, -273.1};
constexpr double coldest = -40; ///< degC; of a sensor that is there
constexpr double hottest = 100;

constexpr double sumTolerance = 0.05;
constexpr double firstCellsTolerance = 0.1; ///< of what three cells say of the pack
constexpr double lowestCell = 0.5;          ///< V
constexpr double highestCell = 5.0;

constexpr int replyMs = 100;
constexpr int afterFailureMs = 50;
constexpr int rareMs = 60000;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("sinowealth");
    info.names = {QStringLiteral("Sinowealth"), QStringLiteral("Daly (BMSTool)"), QStringLiteral("BMS_10")};
    info.bmsTypes = {QStringLiteral("Sinowealth")};
    info.typeName = QStringLiteral("Sinowealth");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {9600};
    info.serial.gapMs = 20; // some clones need it
    info.pollIntervalMs = 2000;
    info.detectionRank = 95;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "The checksum, cell voltages and the voltage of the pack: replies in public logs.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "All other registers and the sign of the current.");
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
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

Request optional(Request request)
{
    request.optional = true;
    request.tries = 2;
    return request;
}

Request rarely(Request request)
{
    request = optional(std::move(request));
    request.everyMs = rareMs;
    return request;
}

quint8 crcOf(Bytes request, Bytes data)
{
    std::vector<quint8> all(request.begin(), request.end());
    all.insert(all.end(), data.begin(), data.end());
    return static_cast<quint8>(checksum(Checksum::Crc8, all));
}

double sumOf(const Numbers &cells)
{
    double sum = 0;
    for (const Number &cell : cells)
        sum += cell.value_or(0);
    return sum;
}

} // namespace

Request readRequest(Register reg)
{
    Request request;
    request.id = reg.number;
    for (const quint8 byte : {readCommand, reg.number, reg.size})
        appendInteger(request.bytes, byte, Wire::U8);
    request.timeoutMs = replyMs;
    request.retryAfterMs = afterFailureMs;
    return request;
}

SinowealthDriver::SinowealthDriver(const DriverConfig &config)
    : Driver(config)
{}

const DriverInfo &SinowealthDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void SinowealthDriver::requests(Phase phase, std::vector<Request> &to)
{
    const bool identifies = phase == Phase::Identify;
    if (identifies)
        to.push_back(readRequest(reg::packConfiguration));
    to.push_back(readRequest(reg::voltage));
    // Until the first reply it is not known how many there are; where the chip has fewer, it may keep silent.
    const int certain = identifies ? leastCells : m_cells.value_or(leastCells);
    for (int i = 0; i < (identifies ? maxCells : certain); ++i) {
        const auto number = static_cast<quint8>(reg::firstCell.number + i);
        const Request cell = readRequest({number, reg::firstCell.size});
        to.push_back(i < certain ? cell : optional(cell));
    }
    for (const Register each : {reg::current, reg::soc, reg::packStatus, reg::batteryStatus})
        to.push_back(identifies ? optional(readRequest(each)) : readRequest(each));
    to.push_back(optional(readRequest(reg::remaining)));
    to.push_back(optional(readRequest(reg::temperature1)));
    if (identifies || m_hasSecondSensor)
        to.push_back(optional(readRequest(reg::temperature2)));
    for (const Register each : {reg::capacity, reg::cycles})
        to.push_back(identifies ? optional(readRequest(each)) : rarely(readRequest(each)));
}

void SinowealthDriver::begin(const Request &)
{
    m_counters.noiseBytes += m_heard.size();
    m_heard.clear();
    m_missing = 0;
    m_judged = false;
}

SinowealthDriver::Verdict SinowealthDriver::judge(Bytes request, size_t skipped) const
{
    const size_t size = request[2];
    const size_t whole = skipped + size + checksumBytes;
    if (m_heard.size() < whole)
        return Verdict::Incomplete;
    if (m_heard.size() > whole)
        return Verdict::Bad; // noise before or behind: one of 256 such bytes would make a good checksum
    const Bytes data = Bytes(m_heard).subspan(skipped, size);
    return m_heard[skipped + size] == crcOf(request, data) ? Verdict::Good : Verdict::Bad;
}

Reply SinowealthDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    if (!pending || m_judged) {
        m_counters.noiseBytes += bytes.size();
        return {};
    }
    m_heard.insert(m_heard.end(), bytes.begin(), bytes.end());
    const Bytes request = bytesOf(pending->bytes);
    const size_t compared = std::min(m_heard.size(), request.size());
    const bool mayBeEcho =
        std::equal(request.begin(), request.begin() + static_cast<qsizetype>(compared), m_heard.begin());
    size_t skipped = 0;
    Verdict verdict = judge(request, skipped);
    if (verdict == Verdict::Bad && mayBeEcho) {
        skipped = request.size();
        verdict = judge(request, skipped);
    }
    const size_t whole = skipped + request[2] + checksumBytes;
    m_missing = verdict == Verdict::Incomplete ? static_cast<int>(whole - m_heard.size()) : 0;
    if (verdict == Verdict::Incomplete)
        return {};
    m_judged = true;
    if (verdict == Verdict::Bad) {
        ++m_counters.badChecksums;
        return {};
    }
    ++m_counters.frames;
    m_counters.echoes += skipped > 0 ? 1 : 0;
    const std::vector<quint8> heard = std::exchange(m_heard, {});
    if (decode(request[1], Bytes(heard).subspan(skipped, request[2]), update.values))
        return {ReplyState::Complete, 0};
    ++m_counters.malformed;
    return {};
}

Reply SinowealthDriver::lineSilent(const Request *, Update &)
{
    m_missing = 0;
    return {};
}

bool SinowealthDriver::decode(quint8 number, Bytes data, BatteryState &to)
{
    if (number < reg::firstCell.number + maxCells)
        return takeCell(number - reg::firstCell.number, data, to);
    const qint64 word = readInteger(data, 0, Wire::U16BE).value_or(0);
    switch (number) {
    case reg::packConfiguration.number:
        m_cells = leastCells + static_cast<int>(word & cellsMask);
        m_hasSecondSensor = ((word >> secondSensorBit) & 1) != 0;
        to.cellCount = m_cells;
        return true;
    case reg::packStatus.number:
        decodeFlags(statusFlags, data, to);
        return true;
    case reg::batteryStatus.number:
        to.alarms = {};
        decodeAlarms(alarmRows, static_cast<quint64>(word), to.alarms);
        to.problemCode = word;
        return true;
    case reg::temperature1.number:
    case reg::temperature2.number: {
        const size_t index = number - reg::temperature1.number;
        if (index > 0 && !m_hasSecondSensor)
            return true;
        const double celsius = std::round(deciKelvin.apply(static_cast<double>(word)) * 10) / 10;
        if (to.temperatures.size() <= index)
            to.temperatures.resize(index + 1);
        to.temperatures[index] = celsius >= coldest && celsius <= hottest ? Number(celsius) : std::nullopt;
        return true;
    }
    default:
        break;
    }
    for (const ValueRow &value : values) {
        if (value.number == number) {
            if (number == reg::soc.number && static_cast<double>(word) > mostSoc)
                return false;
            decodeFields(std::span(&value.row, 1), data, to);
            return true;
        }
    }
    return false;
}

bool SinowealthDriver::takeCell(int index, Bytes data, BatteryState &to) const
{
    const double volts = static_cast<double>(readInteger(data, 0, Wire::U16BE).value_or(0)) / 1000;
    if (volts == 0 || (m_cells && index >= *m_cells))
        return true; // behind the last one
    const auto at = static_cast<size_t>(index);
    // As long as their number is not known, a cell has its place only next to the one before it.
    if (!m_cells && to.cellVoltages.size() != at)
        return false;
    if (to.cellVoltages.size() <= at)
        to.cellVoltages.resize(at + 1);
    to.cellVoltages[at] = volts;
    return true;
}

Recognition SinowealthDriver::recognise(const BatteryState &read) const
{
    if (!read.cellCount || !read.voltage)
        return Recognition::No;
    const auto cells = static_cast<size_t>(*read.cellCount);
    if (read.cellVoltages.size() == cells)
        return cellsMakeUp(read, sumTolerance, lowestCell, highestCell) ? Recognition::Yes : Recognition::No;
    // A hasty search asks for no more than every chip must have.
    if (read.cellVoltages.size() != leastCells)
        return Recognition::No;
    BatteryState whole;
    whole.voltage = *read.voltage * leastCells / static_cast<double>(cells);
    whole.cellVoltages = read.cellVoltages;
    return cellsMakeUp(whole, firstCellsTolerance, lowestCell, highestCell) ? Recognition::Yes
                                                                            : Recognition::No;
}

QString SinowealthDriver::objection(const BatteryState &read) const
{
    // There the cells go on where the others have the voltage of the pack.
    const bool isCell = read.voltage && *read.voltage >= lowestCell && *read.voltage <= highestCell;
    if (!isCell || read.cellVoltages.size() < leastCells || sumOf(read.cellVoltages) <= 1.5 * *read.voltage)
        return {};
    return Words::tr(
        "this Sinowealth chip is one for more than 10 cells, which is not supported: its register "
        "of the pack voltage holds that of a cell");
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<SinowealthDriver>(config);
            }};
}

} // namespace sb::sinowealth
