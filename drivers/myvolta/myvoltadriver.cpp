// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/myvolta/myvoltadriver.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"

#include <algorithm>

namespace sb::myvolta {
namespace {

using namespace frames;

// ---- The line ----
constexpr quint8 escape = 0x05;
constexpr quint8 startMark = 0x55;
constexpr quint8 endMark = 0x04;
[[nodiscard]] bool isControl(quint8 byte) { return byte == escape || byte == startMark || byte == endMark; }
constexpr size_t messageSize = 16;
constexpr size_t longestMessage = 1024;

// 01 type 02 id id extended 08 content[8] sum: its complement, without the first byte, as if that were one
// more.
constexpr FrameRule rule{.header = {0x01},
                         .headerSize = 1,
                         .lengthPlus = messageSize,
                         .minimum = messageSize,
                         .maximum = messageSize,
                         .checksum = Checksum::Sum8Complement,
                         .checksumAtEnd = 1};
constexpr size_t typeAt = 1;
constexpr size_t packAt = 2;
constexpr quint8 pack = 2;
constexpr size_t sizeAt = 6;
constexpr quint8 contentSize = 8;
constexpr size_t contentAt = 7;

constexpr int stream = 1;
constexpr std::array asks{Ask{stream, "", Asked::Always, false, 0, 5000, 1}};

// ---- Content ----
enum Type : quint8 {
    Pack = 0x00,
    State = 0x01,
    Cells1 = 0x11,
    Cells2 = 0x12,
    Cells3 = 0x13,
    Cells4 = 0x14,
    Sensors1 = 0x24,
    Sensors2 = 0x25,
    Sensors3 = 0x26,
};
constexpr std::array needed{Pack, State, Cells1, Cells2, Cells3, Cells4, Sensors1, Sensors2, Sensors3};
constexpr std::array fields{
    FieldRow{0, Wire::U16LE, &BatteryState::voltage, 0.001},
    FieldRow{2, Wire::S16LE, &BatteryState::current, 0.01},
    FieldRow{6, Wire::U16LE, &BatteryState::soc, 0.1},
};
constexpr size_t problemAt = 1;
constexpr qint64 problemMask = 0xFF00FFFF; ///< the third byte holds states
constexpr size_t heaterAt = 3;
constexpr quint8 heaterBit = 0x80;
constexpr int mostCells = 16;
constexpr double notFitted = 0.1;
constexpr double lowestCell = 0.5; ///< of a pack that is taken for one
constexpr double highestCell = 5;
constexpr qint64 noSensor = -32768;

using enum AlarmName;
constexpr AlarmLevel alarm = AlarmLevel::Alarm;
constexpr AlarmLevel warning = AlarmLevel::Warning;
constexpr std::array alarmRows{
    AlarmRow{0, HighVoltage, alarm},          AlarmRow{1, LowVoltage, alarm},
    AlarmRow{2, HighCellVoltage, alarm},      AlarmRow{3, LowCellVoltage, alarm},
    AlarmRow{4, HighDischargeCurrent, alarm}, AlarmRow{5, HighChargeCurrent, alarm},
    AlarmRow{6, HighTemperature, alarm},      AlarmRow{7, LowTemperature, alarm},
    AlarmRow{8, InternalFailure, warning},  // precharge
    AlarmRow{9, InternalFailure, alarm},    // wire of a cell
    AlarmRow{10, InternalFailure, warning}, // AC detected
    AlarmRow{11, InternalFailure, alarm},   // thermistor
    AlarmRow{12, InternalFailure, alarm},   // calibration
    AlarmRow{13, InternalFailure, alarm},   // front end
    AlarmRow{14, InternalFailure, alarm},   // parameter
    AlarmRow{15, InternalFailure, alarm},   // flash
    AlarmRow{24, InternalFailure, alarm},   // memory
    AlarmRow{25, InternalFailure, alarm},   // EEPROM
    AlarmRow{26, InternalFailure, alarm},   // start of the front end
};

constexpr double sumTolerance = 0.05;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("myvolta");
    info.names = {QStringLiteral("Volta Power Systems"), QStringLiteral("myVolta")};
    info.bmsTypes = {QStringLiteral("aiobmsble_myvolta_bms")};
    info.typeName = QStringLiteral("myVolta");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {
        {.service = bluetoothUuid(QStringLiteral("00035b03-58e6-07dd-021a-08123a000300")),
         .notify = {bluetoothUuid(QStringLiteral("00035b03-58e6-07dd-021a-08123a000301"))}}};
    info.bluetooth.advertisements = {{.name = "VPS-*", .service = "00035b03-58e6-07dd-021a-08123a000300"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 25;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "Values: a recorded stream of a 14-cell pack.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "The fault bits.");
    info.reads = {Field::voltage,      Field::current,
                  Field::power,        Field::soc,
                  Field::cellCount,    Field::cellVoltages,
                  Field::temperatures, Field::minCellTemperature,
                  Field::heating,      Field::maxCellTemperature,
                  Field::problemCode,  Field::alarms};
    return info;
}

} // namespace

MyvoltaDriver::MyvoltaDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &MyvoltaDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void MyvoltaDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    m_contents.clear();
}

Reply MyvoltaDriver::lineSilent(const Request *pending, Update &update)
{
    m_inside = m_control = false;
    m_message.clear();
    return FrameDriver::lineSilent(pending, update);
}

Bytes MyvoltaDriver::cleaned(Bytes bytes)
{
    m_messages.clear();
    for (const quint8 byte : bytes)
        unescape(byte);
    return m_messages;
}

void MyvoltaDriver::unescape(quint8 byte)
{
    if (!m_control) {
        // A start mark inside a message is a byte as any other.
        m_control = m_inside ? byte == escape || byte == endMark : isControl(byte);
        m_last = byte;
        if (m_inside && !m_control)
            m_message.push_back(byte);
    } else if (!m_inside) {
        m_inside = byte == startMark;
        m_control = !m_inside && isControl(byte);
        m_message.clear();
    } else {
        m_control = false;
        if (byte == endMark && m_last == endMark) {
            if (m_message.size() == messageSize)
                m_messages.insert(m_messages.end(), m_message.begin(), m_message.end());
            m_inside = false;
        } else if (isControl(byte)) {
            m_message.push_back(byte);
        }
    }
    if (m_message.size() > longestMessage)
        m_inside = m_control = false;
}

std::optional<int> MyvoltaDriver::idOf(Bytes) const { return stream; }

FrameDriver::Taken MyvoltaDriver::decode(Bytes frame, const Request &, Update &update)
{
    if (frame[packAt] != pack || frame[sizeAt] != contentSize)
        return Taken::Foreign;
    m_contents[frame[typeAt]] = viewOf(frame.subspan(contentAt, contentSize)).toByteArray();
    if (!std::all_of(needed.begin(), needed.end(), [this](Type type) { return m_contents.contains(type); }))
        return Taken::Partly;
    const bool good = decodeAll(update.values);
    m_contents.clear();
    return good ? Taken::Done : Taken::Impossible;
}

bool MyvoltaDriver::decodeAll(BatteryState &to) const
{
    BatteryState read;
    const QByteArray cells =
        m_contents.at(Cells1) + m_contents.at(Cells2) + m_contents.at(Cells3) + m_contents.at(Cells4);
    decodeList({0, Wire::U16LE, 2, &BatteryState::cellVoltages, 0.001}, mostCells, bytesOf(cells), read);
    while (!read.cellVoltages.empty() && *read.cellVoltages.back() < notFitted)
        read.cellVoltages.pop_back();
    decodeFields(fields, bytesOf(m_contents.at(Pack)), read);
    const bool possible = !read.cellVoltages.empty() && *read.soc <= 100 &&
                          std::all_of(read.cellVoltages.begin(), read.cellVoltages.end(),
                                      [](const Number &cell) { return *cell <= highestCell; });
    if (!possible)
        return false;
    to.voltage = read.voltage;
    to.current = read.current;
    to.soc = read.soc;
    to.cellVoltages = read.cellVoltages;
    to.cellCount = static_cast<qint64>(read.cellVoltages.size());
    for (Number &cell : to.cellVoltages) {
        if (*cell < notFitted)
            cell.reset(); // its place stays
    }
    to.temperatures.clear();
    for (const Type type : {Sensors1, Sensors2, Sensors3}) {
        const Bytes content = bytesOf(m_contents.at(type));
        for (size_t i = 0; i < 4; ++i) {
            const auto raw = readInteger(content, 2 * i, Wire::S16LE).value_or(noSensor);
            to.temperatures.push_back(raw == noSensor ? std::nullopt : Number(static_cast<double>(raw) / 10));
        }
    }
    while (!to.temperatures.empty() && !to.temperatures.back())
        to.temperatures.pop_back();
    const Bytes state = bytesOf(m_contents.at(State));
    to.heating = (state[heaterAt] & heaterBit) != 0;
    to.problemCode = readInteger(state, problemAt, Wire::U32LE).value_or(0) & problemMask;
    to.alarms = {};
    decodeAlarms(alarmRows, static_cast<quint64>(*to.problemCode), to.alarms);
    return true;
}

Recognition MyvoltaDriver::recognise(const BatteryState &read) const
{
    const bool fits = cellsMakeUp(read, sumTolerance, lowestCell, highestCell);
    return fits ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<MyvoltaDriver>(config);
            }};
}

} // namespace sb::myvolta
