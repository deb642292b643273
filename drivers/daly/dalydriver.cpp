// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daly/dalydriver.h"

#include "bms/fieldtable.h"
#include "drivers/modbus/settings.h"

#include <QCoreApplication>
#include <QDateTime>
#include <cmath>
#include <numeric>

namespace sb::daly {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Daly)
};

constexpr quint8 head = 0xA5;
constexpr quint8 dataSize = 8;
constexpr size_t dataAt = 4;
constexpr quint16 frameSize = 13;
constexpr quint8 firstBoard = 0x40;
constexpr quint8 otherHost = 0x80;
constexpr quint8 boards = 16;

constexpr int maxCells = 48;
constexpr int maxSensors = 16;
constexpr size_t cellsPerFrame = 3;
constexpr size_t sensorsPerFrame = 7;
constexpr size_t codeFrames = 5;
constexpr double zeroCelsius = 40;
constexpr double leastVoltage = 5; ///< V; outside of these the frame is damaged or not Daly's
constexpr double mostVoltage = 250;
constexpr double mostCurrent = 1000; ///< A
constexpr double sumTolerance = 0.05;
constexpr int rareMs = 60000;

constexpr FrameRule makeRule()
{
    FrameRule rule;
    rule.header = {head};
    rule.headerSize = 1;
    rule.length = FrameRule::Length::U8;
    rule.lengthOffset = 3;
    rule.lengthPlus = frameSize - dataSize;
    rule.minimum = rule.maximum = frameSize;
    rule.checksum = Checksum::Sum8;
    rule.checksumFrom = 0;
    rule.checksumAtEnd = 1;
    return rule;
}

constexpr std::array totals{
    FieldRow{0, Wire::U16BE, &BatteryState::voltage, 0.1},
    FieldRow{4, Wire::U16BE, &BatteryState::current, {-0.1, 3000}},
    FieldRow{6, Wire::U16BE, &BatteryState::soc, 0.1},
};
constexpr std::array state{FieldRow{4, Wire::U32BE, &BatteryState::remainingAh, 0.001}};
constexpr std::array stateFlags{
    FlagRow{1, Wire::U8, 0, &BatteryState::chargeAllowed},
    FlagRow{2, Wire::U8, 0, &BatteryState::dischargeAllowed},
};
constexpr std::array rated{FieldRow{0, Wire::U32BE, &BatteryState::capacityAh, 0.001}};

constexpr quint8 bitOf(int byte, int bit) { return static_cast<quint8>(8 * byte + bit); }
using enum AlarmName;
constexpr AlarmLevel warning = AlarmLevel::Warning;
constexpr AlarmLevel alarm = AlarmLevel::Alarm;
constexpr std::array alarmRows{
    AlarmRow{bitOf(0, 0), HighCellVoltage, warning},
    AlarmRow{bitOf(0, 1), HighCellVoltage, alarm},
    AlarmRow{bitOf(0, 2), LowCellVoltage, warning},
    AlarmRow{bitOf(0, 3), LowCellVoltage, alarm},
    AlarmRow{bitOf(0, 4), HighVoltage, warning},
    AlarmRow{bitOf(0, 5), HighVoltage, alarm},
    AlarmRow{bitOf(0, 6), LowVoltage, warning},
    AlarmRow{bitOf(0, 7), LowVoltage, alarm},
    AlarmRow{bitOf(1, 0), HighChargeTemperature, warning},
    AlarmRow{bitOf(1, 1), HighChargeTemperature, alarm},
    AlarmRow{bitOf(1, 2), LowChargeTemperature, warning},
    AlarmRow{bitOf(1, 3), LowChargeTemperature, alarm},
    AlarmRow{bitOf(1, 4), HighTemperature, warning},
    AlarmRow{bitOf(1, 5), HighTemperature, alarm},
    AlarmRow{bitOf(1, 6), LowTemperature, warning},
    AlarmRow{bitOf(1, 7), LowTemperature, alarm},
    AlarmRow{bitOf(2, 0), HighChargeCurrent, warning},
    AlarmRow{bitOf(2, 1), HighChargeCurrent, alarm},
    AlarmRow{bitOf(2, 2), HighDischargeCurrent, warning},
    AlarmRow{bitOf(2, 3), HighDischargeCurrent, alarm},
    AlarmRow{bitOf(2, 6), LowSoc, warning},
    AlarmRow{bitOf(2, 7), LowSoc, alarm},
    AlarmRow{bitOf(3, 0), CellImbalance, warning},
    AlarmRow{bitOf(3, 1), CellImbalance, alarm},
    AlarmRow{bitOf(3, 2), CellImbalance, warning}, // temperatures
    AlarmRow{bitOf(3, 3), CellImbalance, warning},
    AlarmRow{bitOf(4, 0), HighInternalTemperature, warning}, // charge FET
    AlarmRow{bitOf(4, 1), HighInternalTemperature, warning}, // discharge FET
    AlarmRow{bitOf(4, 2), InternalFailure, warning},         // FET sensors
    AlarmRow{bitOf(4, 3), InternalFailure, warning},
    AlarmRow{bitOf(4, 4), InternalFailure, alarm}, // FET stuck or open
    AlarmRow{bitOf(4, 5), InternalFailure, alarm},
    AlarmRow{bitOf(4, 6), InternalFailure, alarm},
    AlarmRow{bitOf(4, 7), InternalFailure, alarm},
    AlarmRow{bitOf(5, 0), InternalFailure, alarm},      // front end
    AlarmRow{bitOf(5, 1), InternalFailure, alarm},      // cell wire
    AlarmRow{bitOf(5, 2), InternalFailure, warning},    // sensor
    AlarmRow{bitOf(5, 3), InternalFailure, alarm},      // EEPROM
    AlarmRow{bitOf(5, 4), InternalFailure, warning},    // clock
    AlarmRow{bitOf(5, 5), InternalFailure, warning},    // precharge
    AlarmRow{bitOf(5, 6), InternalFailure, warning},    // external bus
    AlarmRow{bitOf(5, 7), InternalFailure, alarm},      // internal bus
    AlarmRow{bitOf(6, 0), InternalFailure, alarm},      // current measuring
    AlarmRow{bitOf(6, 1), InternalFailure, alarm},      // voltage measuring
    AlarmRow{bitOf(6, 2), HighDischargeCurrent, alarm}, // short circuit
    AlarmRow{bitOf(6, 3), LowVoltage, alarm},           // too low to charge
};
constexpr int faultCodeBits = 8; ///< the last byte is no bits

QString refusalText(int code) { return Words::tr("code 0x%1").arg(code, 2, 16, QLatin1Char('0')); }

Request optional(Request request)
{
    request.optional = true;
    return request;
}

void swapAlarms(AlarmSet &alarms, AlarmName one, AlarmName other)
{
    const auto kept = alarms.level(one);
    alarms.set(one, alarms.level(other));
    alarms.set(other, kept);
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("daly");
    info.names = {QStringLiteral("Daly")};
    info.bmsTypes = {QStringLiteral("Daly")};
    info.typeName = QStringLiteral("Daly");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {9600};
    // Boards send more frames than were asked for: they are to be over before the next request.
    info.serial.gapMs = 40;
    info.addresses = {firstBoard, otherHost};
    for (int board = 1; board < boards; ++board)
        info.packAddresses.push_back(firstBoard + board);
    info.detectionRank = 20;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Status, cells, temperatures, FET state and capacities (90 to 95, 97 and 98): "
                    "captures of boards with 14 and 16 cells.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The readings 50, 53, 57 and 96, the commands for the FETs and the state of charge, "
                    "board numbers above 1, the byte order of 97.");
    info.reads = {Field::manufacturer,
                  Field::uniqueId,
                  Field::serialNumber,
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
                  Field::problemCode,
                  Field::alarms};
    info.writes = {Control::Charge, Control::Discharge, Control::StateOfCharge};
    info.resetsSocWhenFull = true;
    return info;
}

QByteArray clockAndSoc(double soc)
{
    const QDateTime now = QDateTime::currentDateTime();
    const QDate date = now.date();
    const QTime time = now.time();
    QByteArray data;
    for (const int part :
         {date.year() % 100, date.month(), date.day(), time.hour(), time.minute(), time.second()})
        appendInteger(data, part, Wire::U8);
    appendInteger(data, std::llround(soc * 10), Wire::U16BE);
    return data;
}

} // namespace

Request request(quint8 address, Command command, const QByteArray &data)
{
    Request request;
    request.id = command;
    request.bytes.append(static_cast<char>(head));
    for (const quint8 byte : {address, static_cast<quint8>(command), dataSize})
        appendInteger(request.bytes, byte, Wire::U8);
    request.bytes.append(data.leftJustified(dataSize, '\0', true));
    appendInteger(request.bytes, checksum(Checksum::Sum8, bytesOf(request.bytes)), Wire::U8);
    return request;
}

DalyDriver::DalyDriver(const DriverConfig &config)
    : Driver(config)
    , m_address(static_cast<quint8>(config.address.value_or(firstBoard)))
    , m_invert(config.options.value(QStringLiteral("invertCurrent")).toBool())
    , m_splitter(makeRule())
{}

const DriverInfo &DalyDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void DalyDriver::requests(Phase phase, std::vector<Request> &to)
{
    to.push_back(request(m_address, Counts));
    if (phase == Phase::Poll)
        to.back().everyMs = rareMs;
    to.push_back(request(m_address, Totals));
    if (phase == Phase::Identify) {
        to.push_back(optional(request(m_address, Code)));
        to.push_back(optional(request(m_address, Rated)));
        to.push_back(optional(request(m_address, Product)));
    }
    to.push_back(optional(request(m_address, State)));
    to.push_back(optional(request(m_address, Alarms)));
    if (!m_sensorsTold)
        to.push_back(optional(request(m_address, ExtremeTemperatures)));
    to.push_back(optional(request(m_address, Temperatures)));
    to.push_back(optional(request(m_address, Balancing)));
    to.push_back(request(m_address, Cells));
}

void DalyDriver::begin(const Request &)
{
    m_splitter.clear();
    m_parts.clear();
}

Reply DalyDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_splitter.feed(bytes);
    return takeFrames(pending, update);
}

Reply DalyDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    return takeFrames(pending, update);
}

bool DalyDriver::isFromBoard(quint8 address) const
{
    if (m_address >= firstBoard && m_address < firstBoard + boards)
        return address == m_address - firstBoard + 1;
    return address >= 1 && address <= boards;
}

Reply DalyDriver::takeFrames(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
        if (frame[1] == m_address) {
            ++m_counters.echoes;
            continue;
        }
        if (!pending || !isFromBoard(frame[1]) || frame[2] != pending->id) {
            ++m_counters.foreignFrames;
            continue;
        }
        const Reply reply = decode(pending->id, frame.subspan(dataAt, dataSize), update.values);
        if (reply.state != ReplyState::Waiting)
            return reply;
    }
    return {};
}

Reply DalyDriver::decode(int command, Bytes data, BatteryState &to)
{
    const Reply complete{ReplyState::Complete, 0};
    bool good = true;
    switch (command) {
    case Counts:
        good = takeCounts(data, to);
        break;
    case Totals:
        good = takeTotals(data, to);
        break;
    case ExtremeTemperatures:
        good = takeExtremes(data, to);
        break;
    case State:
        decodeFields(state, data, to);
        decodeFlags(stateFlags, data, to);
        break;
    case Balancing:
        takeBalancing(data, to);
        break;
    case Alarms:
        takeAlarms(data, to);
        break;
    case Rated:
        decodeFields(rated, data, to);
        m_capacity = to.capacityAh;
        break;
    case Product:
        takeProduct(data, to);
        break;
    case SetSoc:
        return data[0] == 1 ? complete : Reply{ReplyState::Refused, data[0]};
    case SwitchCharge:
    case SwitchDischarge:
        break;
    default:
        if (!collect(data, framesOf(command)))
            return {};
        takeParts(command, to);
        return complete;
    }
    if (good)
        return complete;
    ++m_counters.malformed;
    return {};
}

bool DalyDriver::takeCounts(Bytes data, BatteryState &to)
{
    // Just woken boards tell zero cells.
    if (data[0] < 1 || data[0] > maxCells || data[1] > maxSensors)
        return false;
    m_cells = data[0];
    m_sensors = data[1];
    to.cellCount = m_cells;
    // The document has the cycles behind the digital lines. A recorded board counts where those should be.
    to.cycles = readInteger(data, 5, Wire::U16BE);
    if (to.cycles == 0)
        to.cycles = readInteger(data, 4, Wire::U8);
    to.manufacturer = QStringLiteral("Daly");
    return true;
}

bool DalyDriver::takeTotals(Bytes data, BatteryState &to) const
{
    BatteryState read;
    decodeFields(totals, data, read);
    if (*read.voltage < leastVoltage || *read.voltage > mostVoltage ||
        std::abs(*read.current) >= mostCurrent || *read.soc > 100)
        return false;
    to.voltage = read.voltage;
    // Whole tenths again: 3000 - 3006.3 is not quite -6.3.
    to.current = std::round(*read.current * 10) / 10 * (m_invert ? -1 : 1) + 0.0;
    to.soc = read.soc;
    return true;
}

bool DalyDriver::takeExtremes(Bytes data, BatteryState &to) const
{
    const double highest = data[0] - zeroCelsius;
    const double lowest = data[2] - zeroCelsius;
    if (highest < lowest)
        return false;
    if (m_sensors == 0)
        return true;
    to.temperatures.assign(1, lowest);
    if (m_sensors != 1)
        to.temperatures.push_back(highest);
    return true;
}

void DalyDriver::takeBalancing(Bytes data, BatteryState &to) const
{
    to.cellBalancing.clear();
    for (size_t cell = 0; cell < static_cast<size_t>(m_cells); ++cell)
        to.cellBalancing.push_back(((data[cell / 8] >> (cell % 8)) & 1) != 0);
}

void DalyDriver::takeAlarms(Bytes data, BatteryState &to) const
{
    const auto low = readInteger(data, 0, Wire::U32LE).value_or(0);
    const auto high = readInteger(data, 4, Wire::U32LE).value_or(0);
    const quint64 word = static_cast<quint64>(high) << 32 | static_cast<quint64>(low);
    to.problemCode = static_cast<qint64>(word << faultCodeBits >> faultCodeBits);
    to.alarms = {};
    decodeAlarms(alarmRows, word, to.alarms);
    if (m_invert) {
        swapAlarms(to.alarms, HighChargeCurrent, HighDischargeCurrent);
        swapAlarms(to.alarms, HighChargeTemperature, HighTemperature);
        swapAlarms(to.alarms, LowChargeTemperature, LowTemperature);
    }
}

void DalyDriver::takeProduct(Bytes data, BatteryState &to)
{
    const QDate date(2000 + data[2], data[3], data[4]);
    if (!date.isValid())
        return;
    to.productionDate = date;
    if (m_code.isEmpty() && m_capacity)
        to.uniqueId = QStringLiteral("%1_%2")
                          .arg(date.toString(QStringLiteral("yyyyMMdd")))
                          .arg(*m_capacity, 0, 'f', 1);
}

size_t DalyDriver::framesOf(int command) const
{
    const auto parts = [](int count, size_t each) { return (static_cast<size_t>(count) + each - 1) / each; };
    switch (command) {
    case Cells:
        return parts(m_cells, cellsPerFrame);
    case Temperatures:
        return parts(std::max(m_sensors, 0), sensorsPerFrame);
    case Code:
        return codeFrames;
    default:
        return 0;
    }
}

bool DalyDriver::collect(Bytes data, size_t frames)
{
    const size_t number = data[0]; // from 1, in any order
    if (frames == 0 || number < 1 || number > frames)
        return false;
    m_parts.resize(frames);
    m_parts[number - 1] = viewOf(data.subspan(1)).toByteArray();
    return std::none_of(m_parts.begin(), m_parts.end(),
                        [](const QByteArray &part) { return part.isEmpty(); });
}

void DalyDriver::takeParts(int command, BatteryState &to)
{
    if (command == Code) {
        takeCode(to);
    } else if (command == Temperatures) {
        m_sensorsTold = true;
        to.temperatures.clear();
        for (size_t i = 0; i < static_cast<size_t>(m_sensors); ++i) {
            const Bytes part = bytesOf(m_parts[i / sensorsPerFrame]);
            to.temperatures.emplace_back(part[i % sensorsPerFrame] - zeroCelsius);
        }
    } else {
        to.cellVoltages.clear();
        for (size_t i = 0; i < static_cast<size_t>(m_cells); ++i) {
            const Bytes part = bytesOf(m_parts[i / cellsPerFrame]);
            const auto millivolts = readInteger(part, 2 * (i % cellsPerFrame), Wire::U16BE).value_or(0);
            to.cellVoltages.emplace_back(static_cast<double>(millivolts) / 1000);
        }
    }
    m_parts.clear();
}

void DalyDriver::takeCode(BatteryState &to)
{
    QByteArray all;
    for (const QByteArray &part : m_parts)
        all += part;
    to.serialNumber = decodeText(bytesOf(all));
    if (!to.serialNumber)
        return;
    m_code = *to.serialNumber;
    m_code.replace(QLatin1Char(' '), QLatin1Char('_'));
    // A code that the factory gives to many.
    if (m_code.startsWith(QLatin1String("DL-")))
        m_code += QStringLiteral("_%1").arg(m_address >= otherHost ? 1 : m_address - firstBoard + 1);
    to.uniqueId = m_code;
}

Recognition DalyDriver::recognise(const BatteryState &read) const
{
    if (!read.voltage || !read.cellCount || read.cellVoltages.size() != static_cast<size_t>(*read.cellCount))
        return Recognition::No;
    const double sum = std::accumulate(read.cellVoltages.begin(), read.cellVoltages.end(), 0.0,
                                       [](double all, const Number &cell) { return all + cell.value_or(0); });
    return std::abs(sum - *read.voltage) <= sumTolerance * *read.voltage ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> DalyDriver::control(Control control, double value, const BatteryState &)
{
    const quint8 address = m_address;
    if (control == Control::StateOfCharge) {
        if (!(value >= 0 && value <= 100))
            return nullptr;
        return modbus::commandAndCheck(
            {[address, value] { return request(address, SetSoc, clockAndSoc(value)); },
             request(address, Totals),
             [value](const BatteryState &read) { return read.soc && std::abs(*read.soc - value) <= 1; },
             Words::tr("the state of charge was not set"),
             Words::tr("the BMS confirmed, but the state of charge did not change"), refusalText});
    }
    if (control != Control::Charge && control != Control::Discharge)
        return nullptr;
    const bool charge = control == Control::Charge;
    const bool on = value != 0;
    return modbus::commandAndCheck(
        {[address, charge, on] {
             return request(address, charge ? SwitchCharge : SwitchDischarge,
                            QByteArray(1, on ? '\1' : '\0'));
         },
         request(address, State),
         [charge, on](const BatteryState &read) {
             return (charge ? read.chargeAllowed : read.dischargeAllowed) == on;
         },
         charge ? Words::tr("the charge FET was not switched")
                : Words::tr("the discharge FET was not switched"),
         charge ? Words::tr("the BMS confirmed, but the charge FET did not change")
                : Words::tr("the BMS confirmed, but the discharge FET did not change"),
         refusalText});
}

LinkCounters DalyDriver::counters() const
{
    LinkCounters counters = m_counters;
    counters.frames = m_splitter.counters().frames;
    counters.badChecksums = m_splitter.counters().badChecksums;
    counters.noiseBytes = m_splitter.counters().noiseBytes;
    return counters;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<DalyDriver>(config);
            }};
}

} // namespace sb::daly
