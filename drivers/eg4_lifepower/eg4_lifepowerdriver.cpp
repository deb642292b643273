// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/eg4_lifepower/eg4_lifepowerdriver.h"

#include "bms/cells.h"
#include "bms/fieldtable.h"
#include "drivers/modbus/registers.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace sb::eg4_lifepower {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Eg4Lifepower)
};

constexpr quint8 usualAddress = 1;
constexpr quint8 addresses = 16; ///< DIP switches

// ---- Frame: start, address, command, length of the payload, payload, checksum, end ----
constexpr quint8 endByte = 0x0D;
constexpr quint16 payloadAt = 4;
constexpr quint16 frameOverhead = 6;
constexpr quint16 checksumAtEnd = 2;

// ---- Groups of the data reply: id, count, elements ----
enum Group : quint8 {
    Cells = 0x01,
    Current = 0x02,
    Soc = 0x03,
    Capacity = 0x04,
    Temperatures = 0x05,
    Status = 0x06,
    Cycles = 0x07,
    Voltage = 0x08,
    Soh = 0x09,
    FirstLong = 0x0B, ///< 32 bits each; counters that nobody knows
    LastLong = 0x10,
    Last = 0x11,
};
constexpr size_t groupHead = 2;
constexpr qint64 minCells = 4;
constexpr qint64 maxCells = 24;
constexpr size_t maxSensors = 16;

constexpr qint64 cellMask = 0x3FFF; ///< mV
constexpr qint64 balancingBit = 1 << 15;
constexpr qint64 cellHighBit = 1 << 14;
constexpr Scale millivolts(0.001);

constexpr qint64 zeroCurrent = 30000;
constexpr double currentUnits = 100; ///< per A; positive = discharging on the wire

constexpr qint64 zeroCelsius = 50;
enum SensorKind : quint8 { Cell = 0x00, Environment = 0x20, Mosfet = 0x40, Mosfet2 = 0x80 };

/// Groups of one number.
struct NumberRow
{
    Group group;
    FieldRow field;
};
constexpr std::array numbers{
    NumberRow{Soc, {0, Wire::U16BE, &BatteryState::soc, 0.01}},
    NumberRow{Capacity, {0, Wire::U16BE, &BatteryState::capacityAh, 0.01}},
    NumberRow{Cycles, {0, Wire::U16BE, &BatteryState::cycles}},
    NumberRow{Voltage, {0, Wire::U16BE, &BatteryState::voltage, 0.01}},
    NumberRow{Soh, {0, Wire::U16BE, &BatteryState::soh, 0.01}},
};

// ---- The second word of the status group; the others are not known ----
constexpr size_t protectionAt = 2;
constexpr qint64 chargingBit = 1 << 0;
constexpr qint64 dischargingBit = 1 << 1;
constexpr int overcurrentBit = 3;
using enum AlarmName;
constexpr AlarmLevel alarm = AlarmLevel::Alarm;
constexpr std::array protections{
    AlarmRow{2, HighDischargeCurrent, alarm}, // short circuit
    AlarmRow{4, HighVoltage, alarm},
    AlarmRow{5, LowVoltage, alarm},
    AlarmRow{6, HighChargeTemperature, alarm},
    AlarmRow{7, LowChargeTemperature, alarm},
    AlarmRow{8, LowTemperature, alarm},          // environment
    AlarmRow{9, HighInternalTemperature, alarm}, // environment
    AlarmRow{10, InternalFailure, alarm},
};
constexpr std::array chargeOvercurrent{AlarmRow{overcurrentBit, HighChargeCurrent, alarm}};
constexpr std::array dischargeOvercurrent{AlarmRow{overcurrentBit, HighDischargeCurrent, alarm}};
// Boards don't tell their FETs: what must have opened them.
constexpr qint64 stopsCharge = 1 << 4 | 1 << 6 | 1 << 7;
constexpr qint64 stopsDischarge = 1 << 2 | 1 << 5;

constexpr double sumTolerance = 0.03;

FrameRule replyRule(const Request &request)
{
    FrameRule rule;
    rule.headerSize = 3; // start, address and command are those of the request
    for (size_t i = 0; i < rule.headerSize; ++i)
        rule.header[i] = static_cast<quint8>(request.bytes.at(static_cast<qsizetype>(i)));
    rule.length = FrameRule::Length::U8;
    rule.lengthOffset = 3;
    rule.lengthPlus = frameOverhead;
    rule.minimum = frameOverhead;
    rule.maximum = frameOverhead + 0xFF;
    rule.checksum = Checksum::XorSum8;
    rule.checksumFrom = 0;
    rule.checksumAtEnd = checksumAtEnd;
    rule.tail = {endByte};
    rule.tailSize = 1;
    return rule;
}

constexpr qsizetype longestText = 40; ///< those that are known have up to 22 characters

/// Texts hold more than letters: what is no part of a name goes.
Text cleanText(Bytes payload)
{
    QString text;
    for (const quint8 byte : payload) {
        const QLatin1Char c(static_cast<char>(byte));
        const bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        if (letter || (byte >= '0' && byte <= '9') || QLatin1String("-._ ").contains(c))
            text.append(c);
    }
    text = text.trimmed();
    return text.isEmpty() ? std::nullopt : Text(text.left(longestText));
}

void takeCells(Bytes elements, BatteryState &to)
{
    to.cellVoltages.clear();
    to.cellBalancing.clear();
    to.cellCount = static_cast<qint64>(elements.size() / 2);
    to.alarms.support(HighCellVoltage);
    for (size_t at = 0; at < elements.size(); at += 2) {
        const qint64 raw = readInteger(elements, at, Wire::U16BE).value_or(0);
        to.cellVoltages.emplace_back(millivolts.apply(static_cast<double>(raw & cellMask)));
        to.cellBalancing.push_back((raw & balancingBit) != 0);
        if ((raw & cellHighBit) != 0)
            to.alarms.raise(HighCellVoltage, AlarmLevel::Warning);
    }
}

void takeTemperatures(Bytes elements, BatteryState &to)
{
    to.temperatures.clear();
    to.temperatureNames.clear();
    to.minCellTemperature = to.maxCellTemperature = std::nullopt;
    for (size_t at = 0; at < elements.size() && at < 2 * maxSensors; at += 2) {
        const double celsius = static_cast<double>(elements[at + 1] - zeroCelsius);
        switch (elements[at]) {
        case Mosfet:
        case Mosfet2:
            to.mosfetTemperature = celsius;
            continue;
        case Environment:
            to.temperatureNames.append(Words::tr("Environment"));
            break;
        default:
            to.temperatureNames.append(Words::tr("Cells %1").arg(to.temperatures.size() + 1));
            to.minCellTemperature = std::min(to.minCellTemperature.value_or(celsius), celsius);
            to.maxCellTemperature = std::max(to.maxCellTemperature.value_or(celsius), celsius);
            break;
        }
        to.temperatures.emplace_back(celsius);
    }
}

void takeProtections(qint64 word, BatteryState &to)
{
    to.problemCode = word & ~(chargingBit | dischargingBit);
    decodeAlarms(protections, static_cast<quint64>(word), to.alarms);
    // Which of the two the board does not say.
    const bool charging = to.current.value_or(0) >= 0;
    decodeAlarms(chargeOvercurrent, static_cast<quint64>(charging ? word : 0), to.alarms);
    decodeAlarms(dischargeOvercurrent, static_cast<quint64>(charging ? 0 : word), to.alarms);
    to.chargeAllowed = (word & stopsCharge) == 0;
    to.dischargeAllowed = (word & stopsDischarge) == 0;
}

/// False where the groups are not those of a battery, and \a to has changed in parts.
bool decodeData(Bytes payload, BatteryState &to)
{
    to.alarms = {};
    std::optional<qint64> protectionWord;
    bool first = true;
    while (payload.size() >= groupHead) {
        const quint8 id = payload[0];
        const size_t count = payload[1];
        if (id < Cells || id > Last)
            break; // of newer firmware: nobody knows how long it is
        const size_t size = count * (id >= FirstLong && id <= LastLong ? 4U : 2U);
        if (payload.size() < groupHead + size)
            return false;
        const Bytes elements = payload.subspan(groupHead, size);
        payload = payload.subspan(groupHead + size);
        const auto cells = static_cast<qint64>(count);
        if (std::exchange(first, false) && (id != Cells || cells < minCells || cells > maxCells))
            return false;
        const auto raw = readInteger(elements, 0, Wire::U16BE);
        for (const NumberRow &row : numbers) {
            if (row.group == id)
                decodeFields({&row.field, 1}, elements, to);
        }
        if (id == Cells && cells >= minCells && cells <= maxCells)
            takeCells(elements, to);
        else if (id == Current && raw)
            to.current = static_cast<double>(zeroCurrent - *raw) / currentUnits;
        else if (id == Temperatures)
            takeTemperatures(elements, to);
        else if (id == Status)
            protectionWord = readInteger(elements, protectionAt, Wire::U16BE);
    }
    if (first || !to.voltage)
        return false;
    if (protectionWord)
        takeProtections(*protectionWord, to);
    if (to.soc && to.capacityAh)
        to.remainingAh = *to.soc * *to.capacityAh / 100;
    return true;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("eg4_lifepower");
    info.names = {QStringLiteral("EG4 LifePower4"), QStringLiteral("Tian Power"), QStringLiteral("Narada"),
                  QStringLiteral("Revov")};
    info.bmsTypes = {QStringLiteral("EG4_Lifepower"), QStringLiteral("Lifepower"), QStringLiteral("Revov")};
    info.typeName = QStringLiteral("EG4 Lifepower");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {9600};
    info.addresses = {usualAddress};
    for (int address = 0; address < addresses; ++address) {
        if (address != usualAddress)
            info.packAddresses.push_back(address);
    }
    info.pollIntervalMs = 2000; // each second made errors
    info.detectionRank = 10;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "The frame and its checksum on all published requests, two complete replies (EG4 "
                    "LifePower with start byte 7E, Narada with 7C).");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "Revov packs, the alarm bits, the flags that boards put into the cell voltages, the "
                    "counters behind the temperatures.");
    info.reads = {Field::productName,
                  Field::uniqueId,
                  Field::hardwareVersion,
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
                  Field::temperatureNames,
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

Start startOf(const DriverConfig &config)
{
    const QString type = config.options.value(QStringLiteral("bmsType")).toString();
    return type.compare(QLatin1String("Revov"), Qt::CaseInsensitive) == 0 ? Revov : Usual;
}

} // namespace

Request request(Start start, quint8 address, Command command)
{
    Request request;
    request.id = command;
    for (const quint8 byte : {static_cast<quint8>(start), address, static_cast<quint8>(command), quint8(0)})
        appendInteger(request.bytes, byte, Wire::U8);
    appendInteger(request.bytes, checksum(Checksum::XorSum8, bytesOf(request.bytes)), Wire::U8);
    appendInteger(request.bytes, endByte, Wire::U8);
    return request;
}

LifepowerDriver::LifepowerDriver(const DriverConfig &config)
    : Driver(config)
    , m_address(static_cast<quint8>(config.address.value_or(usualAddress)))
    , m_start(startOf(config))
    , m_splitter(replyRule(request(m_start, m_address, Data)))
{}

const DriverInfo &LifepowerDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

Request LifepowerDriver::ask(Command command, Phase phase) const
{
    Request asked = request(m_start, m_address, command);
    // Also where a start is known: another pack may have taken the place.
    if (phase == Phase::Identify && (command == Data || !m_startKnown)) {
        asked.otherForms = {request(m_start == Usual ? Revov : Usual, m_address, command).bytes};
        asked.eachForm = true;
    }
    return asked;
}

void LifepowerDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify) {
        m_capacity.reset();
        for (const Command text : {Hardware, Firmware}) {
            to.push_back(ask(text, phase));
            to.back().optional = true;
            to.back().tries = 2;
        }
    }
    to.push_back(ask(Data, phase));
}

void LifepowerDriver::count()
{
    const FrameCounters &counted = m_splitter.counters();
    m_counters.frames += counted.frames;
    m_counters.badChecksums += counted.badChecksums;
    m_counters.noiseBytes += counted.noiseBytes;
}

void LifepowerDriver::begin(const Request &request)
{
    m_splitter.clear();
    count();
    m_splitter = FrameSplitter(replyRule(request));
}

Reply LifepowerDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_splitter.feed(bytes);
    return takeFrames(pending, update);
}

Reply LifepowerDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    return takeFrames(pending, update);
}

Reply LifepowerDriver::takeFrames(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
        const Bytes payload = frame.subspan(payloadAt, frame.size() - frameOverhead);
        if (payload.empty()) {
            ++m_counters.echoes; // requests have no payload, and every reply has one
            continue;
        }
        if (!pending) {
            ++m_counters.foreignFrames;
            continue;
        }
        if (decode(pending->id, payload, update.values)) {
            m_start = static_cast<Start>(frame[0]);
            m_startKnown = true;
            return {ReplyState::Complete, 0};
        }
        ++m_counters.malformed;
    }
    return {};
}

bool LifepowerDriver::decode(int command, Bytes payload, BatteryState &to)
{
    if (command == Data) {
        BatteryState read = to;
        if (!decodeData(payload, read))
            return false;
        to = read;
        if (to.capacityAh && !m_capacity)
            m_capacity = std::llround(*to.capacityAh);
        name(to);
        return true;
    }
    const Text text = cleanText(payload);
    if (command == Hardware) {
        to.hardwareVersion = to.productName = text;
    } else {
        to.firmwareVersion = m_firmware = text;
        name(to);
    }
    return true;
}

/// There is no serial number.
void LifepowerDriver::name(BatteryState &to) const
{
    if (m_firmware && m_capacity)
        to.uniqueId = QStringLiteral("%1_%2_%3").arg(*m_firmware).arg(m_address).arg(*m_capacity);
}

Recognition LifepowerDriver::recognise(const BatteryState &read) const
{
    return cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

LinkCounters LifepowerDriver::counters() const
{
    LinkCounters counters = m_counters;
    counters.frames += m_splitter.counters().frames;
    counters.badChecksums += m_splitter.counters().badChecksums;
    counters.noiseBytes += m_splitter.counters().noiseBytes;
    return counters;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<LifepowerDriver>(config);
            }};
}

} // namespace sb::eg4_lifepower
