// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/tdt/tdtdriver.h"

#include "bms/cells.h"
#include "drivers/modbus/registers.h"

namespace sb::tdt {
namespace {

using namespace frames;

enum Point : quint8 { Analog = 0x8C, Warnings = 0x8D, Product = 0x92 };
/// Ids of what is no data point.
enum Unlocking : quint16 { WriteKey = 0x100, ReadKey = 0x101 };

// 7E version address function status point L L data.. sum sum 0D
constexpr FrameRule rule{.header = {0x7E},
                         .headerSize = 1,
                         .length = FrameRule::Length::U16BE,
                         .lengthOffset = 6,
                         .lengthPlus = 11,
                         .minimum = 11,
                         .maximum = 11 + 512,
                         .checksum = Checksum::Crc16Modbus,
                         .checksumAtEnd = 3,
                         .tail = {0x0D},
                         .tailSize = 1};
constexpr size_t versionAt = 1;
constexpr size_t functionAt = 3;
constexpr size_t statusAt = 4;
constexpr size_t pointAt = 5;
constexpr size_t dataAt = 8;
constexpr size_t afterData = 3;
constexpr quint8 reading = 0x03;
constexpr quint8 errorBit = 0x80;
constexpr std::array<quint8, 2> versions{0x00, 0x04};

constexpr quint8 usualHead = 0x7E;
constexpr quint8 otherHead = 0x1E; ///< of questions only: answers begin with the usual one

constexpr std::array asks{
    Ask{Product, "7e000103009200009f220d", Asked::AtStart, true, 0, 2000, 2},
    Ask{Analog, "7e000103008c000099420d", Asked::Always, false, 0, 2000},
    Ask{Warnings, "7e000103008d000059130d", Asked::Always, false, 0, 2000},
};

constexpr quint16 keyCharacteristic = 0xFFFA;
constexpr int keyWrittenMs = 200; ///< nothing answers the write

constexpr size_t maxCells = 32;
constexpr size_t maxSensors = 16;
constexpr Scale kelvinTenth(0.1, -273.1);

/// Offsets from behind the sensors.
constexpr std::array fields{
    FieldRow{2, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{4, Wire::U16BE, &BatteryState::remainingAh, 0.1},
    FieldRow{6, Wire::U16BE, &BatteryState::capacityAh, 0.1},
    FieldRow{8, Wire::U16BE, &BatteryState::cycles},
    FieldRow{12, Wire::U16BE, &BatteryState::soc},
};
constexpr size_t currentAt = 0;
constexpr size_t leastFields = 14;
// The extension that not all units send.
constexpr FieldRow soh{14, Wire::U16BE, &BatteryState::soh};
constexpr size_t balanceCurrentAt = 30;
constexpr size_t allFields = 32;
constexpr double mostSoc = 100;

// Offsets from behind the states of cells and sensors.
constexpr size_t protectionAt = 4;
constexpr size_t temperatureProtectionAt = 5;
constexpr size_t switchesAt = 6;
constexpr size_t faultsAt = 8;
constexpr size_t warningAt = 11;
constexpr size_t temperatureWarningAt = 12;
constexpr size_t balancingAt = 13;
constexpr quint8 dischargeOn = 0x02;
constexpr quint8 chargeOn = 0x04;

using enum AlarmName;
struct Bits
{
    size_t at;
    std::span<const AlarmRow> rows;
};
constexpr auto protections = std::to_array<AlarmRow>({
    {0, HighCellVoltage, AlarmLevel::Alarm},
    {1, LowCellVoltage, AlarmLevel::Alarm},
    {2, HighVoltage, AlarmLevel::Alarm},
    {3, LowVoltage, AlarmLevel::Alarm},
    {4, HighChargeCurrent, AlarmLevel::Alarm},
    {5, HighDischargeCurrent, AlarmLevel::Alarm},
    {6, InternalFailure, AlarmLevel::Alarm},
    {7, HighVoltage, AlarmLevel::Warning}, // of the charger
});
constexpr auto temperatureProtections = std::to_array<AlarmRow>({
    {0, HighChargeTemperature, AlarmLevel::Alarm},
    {1, HighTemperature, AlarmLevel::Alarm},
    {2, LowChargeTemperature, AlarmLevel::Alarm},
    {3, LowTemperature, AlarmLevel::Alarm},
    {4, HighInternalTemperature, AlarmLevel::Alarm},
    {5, HighTemperature, AlarmLevel::Warning}, // of the surroundings
    {6, LowTemperature, AlarmLevel::Warning},
});
constexpr auto faults = std::to_array<AlarmRow>({
    {0, InternalFailure, AlarmLevel::Alarm}, // cell
    {1, InternalFailure, AlarmLevel::Alarm}, // charge FET
    {2, InternalFailure, AlarmLevel::Alarm}, // discharge FET
    {3, InternalFailure, AlarmLevel::Alarm}, // sensor
});
constexpr auto warnings = std::to_array<AlarmRow>({
    {0, HighCellVoltage, AlarmLevel::Warning},
    {1, LowCellVoltage, AlarmLevel::Warning},
    {2, HighVoltage, AlarmLevel::Warning},
    {3, LowVoltage, AlarmLevel::Warning},
    {4, HighChargeCurrent, AlarmLevel::Warning},
    {5, HighDischargeCurrent, AlarmLevel::Warning},
});
constexpr auto temperatureWarnings = std::to_array<AlarmRow>({
    {0, HighChargeTemperature, AlarmLevel::Warning},
    {1, HighTemperature, AlarmLevel::Warning},
    {2, LowChargeTemperature, AlarmLevel::Warning},
    {3, LowTemperature, AlarmLevel::Warning},
    {4, HighInternalTemperature, AlarmLevel::Warning},
    {5, HighTemperature, AlarmLevel::Warning},
    {6, LowTemperature, AlarmLevel::Warning},
});
constexpr std::array alarmBits{
    Bits{protectionAt, protections},
    Bits{temperatureProtectionAt, temperatureProtections},
    Bits{faultsAt, faults},
    Bits{warningAt, warnings},
    Bits{temperatureWarningAt, temperatureWarnings},
};

constexpr size_t textSize = 20;
constexpr double sumTolerance = 0.05;

/// Bit 15: goes out; bit 14: in tenths.
Number currentOf(Bytes bytes, size_t at)
{
    const auto raw = readInteger(bytes, at, Wire::U16BE);
    if (!raw)
        return std::nullopt;
    const auto size = static_cast<double>(*raw & 0x3FFF);
    const double amperes = (*raw & 0x4000) != 0 ? size / 10 : size;
    return (*raw & 0x8000) != 0 ? 0.0 - amperes : amperes;
}

bool decodeAnalog(Bytes data, BatteryState &to)
{
    if (data.empty())
        return false;
    const size_t cells = data[0];
    const size_t sensorCountAt = 1 + 2 * cells;
    if (cells < 1 || cells > maxCells || data.size() <= sensorCountAt)
        return false;
    const size_t sensors = data[sensorCountAt];
    const size_t behindAt = sensorCountAt + 1 + 2 * sensors;
    if (sensors > maxSensors || data.size() < behindAt + leastFields)
        return false;
    const Bytes behind = data.subspan(behindAt);
    BatteryState read;
    decodeFields(fields, behind, read);
    if (*read.soc > mostSoc)
        return false;
    to.voltage = read.voltage;
    to.remainingAh = read.remainingAh;
    to.capacityAh = read.capacityAh;
    to.cycles = read.cycles;
    to.soc = read.soc;
    to.current = currentOf(behind, currentAt);
    to.cellCount = static_cast<qint64>(cells);
    decodeList({1, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001}, static_cast<int>(cells), data, to);
    decodeList(
        {static_cast<quint16>(sensorCountAt + 1), Wire::U16BE, 2, &BatteryState::temperatures, kelvinTenth},
        static_cast<int>(sensors), data, to);
    to.mosfetTemperature.reset();
    if (to.temperatures.size() > 1) {
        to.mosfetTemperature = to.temperatures[1];
        to.temperatures.erase(to.temperatures.begin() + 1);
    }
    if (behind.size() >= allFields) {
        decodeFields({&soh, 1}, behind, to);
        to.balanceCurrent = currentOf(behind, balanceCurrentAt);
    }
    return true;
}

bool decodeWarnings(Bytes data, BatteryState &to)
{
    if (data.empty())
        return false;
    const size_t cells = data[0];
    const size_t sensorCountAt = 1 + cells;
    if (cells < 1 || cells > maxCells || data.size() <= sensorCountAt)
        return false;
    const size_t behindAt = sensorCountAt + 1 + data[sensorCountAt];
    if (data[sensorCountAt] > maxSensors || data.size() < behindAt + balancingAt + (cells + 7) / 8)
        return false;
    const Bytes behind = data.subspan(behindAt);
    // Not from the mode beside them, which tells what flows.
    to.chargeAllowed = (behind[switchesAt] & chargeOn) != 0;
    to.dischargeAllowed = (behind[switchesAt] & dischargeOn) != 0;
    to.problemCode = behind[protectionAt] << 8 | behind[temperatureProtectionAt];
    to.alarms = {};
    for (const Bits &bits : alarmBits)
        decodeAlarms(bits.rows, behind[bits.at], to.alarms);
    to.cellBalancing.clear();
    for (size_t i = 0; i < cells; ++i)
        to.cellBalancing.push_back((behind[balancingAt + i / 8] >> (i % 8) & 1) != 0);
    return true;
}

bool decodeProduct(Bytes data, BatteryState &to)
{
    if (data.size() < 3 * textSize)
        return false;
    to.firmwareVersion = decodeText(data.first(textSize));
    to.manufacturer = decodeText(data.subspan(textSize, textSize));
    to.serialNumber = to.uniqueId = decodeText(data.subspan(2 * textSize, textSize));
    return true;
}

QByteArray withHead(const QByteArray &question, quint8 head)
{
    QByteArray bytes = question.chopped(static_cast<qsizetype>(afterData));
    bytes[0] = static_cast<char>(head);
    appendInteger(bytes, checksum(Checksum::Crc16Modbus, bytesOf(bytes)), Wire::U16BE);
    return bytes + question.back();
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("tdt");
    info.names = {QStringLiteral("TDT"), QStringLiteral("WattCycle"), QStringLiteral("XDZN")};
    info.bmsTypes = {QStringLiteral("Xdzn_Ble"), QStringLiteral("aiobmsble_tdt_bms")};
    info.typeName = QStringLiteral("TDT");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF1)},
                                .write = bluetoothUuid(0xFFF2),
                                .mode = GattProfile::Write::WithoutResponse}};
    info.bluetooth.advertisements = {{.maker = 0xD6C0}, {.name = "XDZN*"}, {.name = "WT*"}};
    info.bluetooth.probes = false; // the key is written to every device that is asked
    info.bluetooth.settleMs = 500;
    info.pollIntervalMs = 2000;
    info.detectionRank = 20;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Measurements, states and product information: recorded frames of 4 and 16 cell blocks.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "State of health and balance current, single protections and warnings, "
                                      "currents above 1638 A; which sensor is that of the FETs. Nothing is "
                                      "written but the key that opens the connection.");
    info.reads = {Field::manufacturer,
                  Field::uniqueId,
                  Field::serialNumber,
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
                  Field::balanceCurrent,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

TdtDriver::TdtDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &TdtDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void TdtDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify) {
        // The module drops who does not give the key; whether it liked it is not said by all of them.
        Request key;
        key.id = WriteKey;
        key.bytes = QByteArrayLiteral("HiLink");
        key.characteristic = bluetoothUuid(keyCharacteristic);
        key.timeoutMs = keyWrittenMs;
        key.tries = 1;
        key.optional = true;
        key.absentEveryMs = 1; // no answer is no reason to leave it out
        to.push_back(key);
        Request verdict;
        verdict.id = ReadKey;
        verdict.characteristic = key.characteristic;
        verdict.reads = true;
        verdict.tries = 1;
        verdict.optional = true;
        to.push_back(verdict);
    }
    const size_t first = to.size();
    FrameDriver::requests(phase, to);
    for (size_t i = first; i < to.size(); ++i) {
        const QByteArray other = withHead(to[i].bytes, otherHead);
        const bool usual = m_head.value_or(usualHead) == usualHead;
        if (!m_head || phase == Phase::Identify) {
            to[i].otherForms = {usual ? other : to[i].bytes};
            to[i].eachForm = true;
        }
        if (!usual)
            to[i].bytes = other;
    }
}

Reply TdtDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    if (pending && pending->reads)
        return {ReplyState::Complete, 0}; // units work whatever it says
    return FrameDriver::receive(bytes, pending, update);
}

std::optional<int> TdtDriver::idOf(Bytes frame) const
{
    if (std::find(versions.begin(), versions.end(), frame[versionAt]) == versions.end() ||
        (frame[functionAt] & ~errorBit) != reading)
        return std::nullopt;
    return frame[pointAt];
}

FrameDriver::Taken TdtDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    if (frame[statusAt] != 0 || (frame[functionAt] & errorBit) != 0) {
        m_refusal = frame[statusAt];
        return Taken::Refused;
    }
    const Bytes data = frame.subspan(dataAt, frame.size() - dataAt - afterData);
    const bool good = pending.id == Analog     ? decodeAnalog(data, update.values)
                      : pending.id == Warnings ? decodeWarnings(data, update.values)
                                               : decodeProduct(data, update.values);
    if (!good)
        return Taken::Impossible;
    m_head = static_cast<quint8>(pending.bytes.front());
    return Taken::Done;
}

Recognition TdtDriver::recognise(const BatteryState &read) const
{
    return read.soc && read.chargeAllowed && cellsMakeUp(read, sumTolerance) ? Recognition::Yes
                                                                             : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<TdtDriver>(config);
            }};
}

} // namespace sb::tdt
