// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/dpwrcore/dpwrcoredriver.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"

#include <QCoreApplication>

namespace sb::dpwrcore {
namespace {

using namespace frames;

enum Command : quint8 {
    Accepted = 0x32,
    Rejected = 0x33,
    State = 0x60,
    Counters = 0x61,
    Cells = 0x62,
    Unlock = 0x64,
    Unlocked = 0x65,
};

// 3A 05 03 command length(2) data sum(2) 0D 0A.
constexpr FrameRule rule{.header = {0x3A, 0x05, 0x03},
                         .headerSize = 3,
                         .length = FrameRule::Length::U16BE,
                         .lengthOffset = 4,
                         .lengthPlus = 10,
                         .minimum = 10,
                         .maximum = 15 * 18,
                         .checksum = Checksum::Sum16,
                         .checksumFrom = 1,
                         .checksumAtEnd = 4,
                         .tail = {0x0D, 0x0A},
                         .tailSize = 2};
constexpr size_t commandAt = 3;
constexpr size_t lengthAt = 4;
constexpr size_t behindData = 4;

// size, number and count (four bits each), 18 bytes of a message or of rubbish.
constexpr size_t pageSize = 20;
constexpr size_t pageHead = 2;
constexpr quint8 acknowledges = 0x80; ///< in the size
constexpr int numberShift = 4;
constexpr quint8 countMask = 0x0F;

// In pages of the host the size counts the head, too.
constexpr std::array asks{
    Ask{State, "0c113a030560000000680d0a0000000000000000"},
    Ask{Counters, "0c113a030561000000690d0a0000000000000000"},
    Ask{Cells, "0c113a0305620000006a0d0a0000000000000000"},
};
constexpr int unlockMs = 500; ///< not all boards answer

constexpr std::array stateFields{
    FieldRow{6, Wire::U16BE, &BatteryState::voltage, 0.1},
    FieldRow{8, Wire::S16BE, &BatteryState::current, 0.1},
    FieldRow{12, Wire::U16BE, &BatteryState::remainingAh, 0.001},
    FieldRow{14, Wire::U8, &BatteryState::soc},
};
constexpr size_t problemAt = 15;
constexpr qint64 stateLength = 10;
constexpr FieldRow cycles{8, Wire::U16BE, &BatteryState::cycles};
constexpr size_t temperatureAt = 12;
constexpr Scale decikelvin{0.1, -273.15};
constexpr qint64 countersLength = 8;
constexpr size_t cellCountAt = 6;
constexpr ListRow cells{7, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
constexpr qint64 mostCells = 32;
constexpr double sumTolerance = 0.05;

constexpr auto lockedName = QLatin1String("DXB-");
constexpr qsizetype keyDigits = 4;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("dpwrcore");
    info.names = {QStringLiteral("D-powercore"), QStringLiteral("Fliteboard")};
    info.bmsTypes = {QStringLiteral("aiobmsble_dpwrcore_bms")};
    info.typeName = QStringLiteral("D-powercore");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF4)},
                                .write = bluetoothUuid(0xFFF3)}};
    info.bluetooth.advertisements = {{.name = "DXB-*"}, {.name = "TBA-*"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 15;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Pages, acknowledges and all three messages: recorded from a 14-cell battery at rest.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "The unit of the current, the answers to unlocking. What its problem "
                                      "code means is not known: any is shown as an internal failure.");
    info.reads = {Field::uniqueId,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
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

DpwrcoreDriver::DpwrcoreDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{
    const QString name = config.options.value(QStringLiteral("localName")).toString().trimmed();
    if (name.isEmpty())
        return;
    m_name = name;
    bool isKey = false;
    const quint16 key = name.right(keyDigits).toUShort(&isKey, 16);
    // Not by a name that may be any device's: the key is a write.
    if (isKey && name.startsWith(lockedName) && name.size() >= lockedName.size() + keyDigits)
        m_key = key;
}

const DriverInfo &DpwrcoreDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void DpwrcoreDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify && m_key) {
        Request unlock;
        unlock.id = Unlock;
        unlock.bytes = QByteArray::fromHex("0e113a0305640000");
        appendInteger(unlock.bytes, *m_key, Wire::U16BE);
        const quint32 sum =
            checksum(Checksum::Sum16, bytesOf(unlock.bytes).subspan(pageHead + rule.checksumFrom));
        appendInteger(unlock.bytes, sum, Wire::U16BE);
        unlock.bytes.append("\r\n");
        unlock.bytes.resize(pageSize, '\0');
        unlock.timeoutMs = unlockMs;
        unlock.tries = 1;
        unlock.optional = true;
        unlock.absentEveryMs = 1; // a board that says nothing to it wants it all the same
        to.push_back(unlock);
    }
    FrameDriver::requests(phase, to);
}

void DpwrcoreDriver::begin(const Request &request)
{
    m_message.clear();
    m_lastPage = 0;
    FrameDriver::begin(request);
}

Reply DpwrcoreDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_answer.clear();
    Reply reply = FrameDriver::receive(bytes, pending, update);
    reply.answer = m_answer;
    return reply;
}

Bytes DpwrcoreDriver::cleaned(Bytes bytes)
{
    if (bytes.size() != pageSize || (bytes[0] & acknowledges) != 0)
        return {};
    m_answer = viewOf(bytes).toByteArray();
    m_answer[0] = static_cast<char>(bytes[0] | acknowledges);

    const size_t size = bytes[0];
    const quint8 page = bytes[1];
    const int number = page >> numberShift;
    const int count = page & countMask;
    if (page != 0 && page == m_lastPage)
        return {}; // once more: the acknowledge was lost
    const bool follows = number == 1 || (m_lastPage != 0 && number == (m_lastPage >> numberShift) + 1 &&
                                         count == (m_lastPage & countMask));
    if (size == 0 || size > pageSize - pageHead || number == 0 || number > count || !follows) {
        m_message.clear();
        m_lastPage = 0;
        return {};
    }
    if (number == 1)
        m_message.clear();
    const Bytes part = bytes.subspan(pageHead, size);
    m_message.insert(m_message.end(), part.begin(), part.end());
    m_lastPage = page;
    return number == count ? Bytes(m_message) : Bytes();
}

std::optional<int> DpwrcoreDriver::idOf(Bytes frame) const
{
    switch (frame[commandAt]) {
    case Accepted:
    case Rejected:
    case Unlocked:
        return Unlock;
    default:
        return frame[commandAt];
    }
}

FrameDriver::Taken DpwrcoreDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    BatteryState &to = update.values;
    const Bytes data = frame.first(frame.size() - behindData);
    const qint64 length = readInteger(frame, lengthAt, Wire::U16BE).value_or(0);
    switch (pending.id) {
    case State: {
        if (length < stateLength)
            return Taken::Impossible;
        BatteryState read;
        decodeFields(stateFields, data, read);
        to.uniqueId = m_name;
        to.voltage = read.voltage;
        to.current = read.current;
        to.remainingAh = read.remainingAh;
        to.soc = read.soc;
        to.problemCode = data[problemAt];
        to.alarms = {};
        to.alarms.support(AlarmName::InternalFailure);
        if (to.problemCode != 0)
            to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
        return Taken::Done;
    }
    case Counters: {
        const auto temperature = readNumber(data, temperatureAt, Wire::U16BE);
        if (length < countersLength || !temperature)
            return Taken::Impossible;
        decodeFields({&cycles, 1}, data, to);
        to.temperatures.assign(1, decikelvin.apply(*temperature));
        return Taken::Done;
    }
    case Cells: {
        const auto count = readInteger(data, cellCountAt, Wire::U8);
        if (!count || *count == 0 || *count > mostCells || length < 1 + 2 * *count)
            return Taken::Impossible;
        to.cellVoltages.clear();
        decodeList(cells, static_cast<int>(*count), data, to);
        to.cellCount = *count;
        return Taken::Done;
    }
    case Unlock:
        m_refusal = frame[commandAt];
        return frame[commandAt] == Rejected ? Taken::Refused : Taken::Done;
    default:
        return Taken::Foreign;
    }
}

Recognition DpwrcoreDriver::recognise(const BatteryState &read) const
{
    return read.soc && read.cellCount && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<DpwrcoreDriver>(config);
            }};
}

} // namespace sb::dpwrcore
