// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd_up16s/jbd_up16sprotocol.h"

#include "bms/parameter.h"

#include <array>

namespace sb::jbd_up16s {
namespace {

// address, function, start, end, length, data, CRC
constexpr quint16 frameOverhead = 10;
constexpr quint16 lengthOffset = 6;
constexpr quint16 maxData = 512;
constexpr int timeoutMs = 1500;

constexpr std::array<quint8, 4> writeKey{0x11, 0x4A, 0x42, 0x44};

// ---- Status, 1000 ----

/// 0.1 degC from -50.
constexpr Scale temperature(0.1, -50);

constexpr std::array statusFields{
    FieldRow{0, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{8, Wire::U16BE, &BatteryState::soc, 0.01},
    FieldRow{10, Wire::U16BE, &BatteryState::remainingAh, 0.01},
    FieldRow{12, Wire::U16BE, &BatteryState::capacityAh, 0.01},
    FieldRow{16, Wire::U16BE, &BatteryState::mosfetTemperature, temperature},
    FieldRow{22, Wire::U16BE, &BatteryState::soh},
    FieldRow{24, Wire::U32BE, &BatteryState::problemCode},
    FieldRow{36, Wire::U16BE, &BatteryState::cycles},
    FieldRow{58, Wire::U16BE, &BatteryState::maxVoltage, 0.1},
    FieldRow{60, Wire::U16BE, &BatteryState::maxChargeCurrent, 0.1},
    FieldRow{62, Wire::U16BE, &BatteryState::minVoltage, 0.1},
    FieldRow{64, Wire::U16BE, &BatteryState::maxDischargeCurrent, 0.1},
    FieldRow{66, Wire::U16BE, &BatteryState::cellCount},
};
constexpr std::array statusFlags{
    FlagRow{32, Wire::U16BE, 0, &BatteryState::dischargeAllowed},
    FlagRow{32, Wire::U16BE, 1, &BatteryState::chargeAllowed},
    FlagRow{32, Wire::U16BE, 3, &BatteryState::heating},
};
constexpr size_t currentAt = 4;
constexpr qint64 zeroCurrent = 300000; ///< 0.01 A, positive = charging
constexpr size_t ratedAt = 14;
constexpr size_t faultsAt = 24;
constexpr size_t warningsAt = 28;
constexpr size_t switchesAt = 32;
constexpr size_t cellCountAt = 66;
constexpr ListRow cells{68, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};

// Behind the lists, from the end of the sensors.
constexpr size_t balancingAt = 2;
constexpr size_t firmwareAt = 4;
constexpr size_t packCodeAt = 6;
constexpr size_t packCodeSize = 30;

constexpr qint64 maxCells = 32;
constexpr qint64 maxSensors = 16;
constexpr qint64 balancingBits = 16;

// A full pack raises fault 25 and warning 18 every day: a state, no alarm.
constexpr std::array faultAlarms{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{7, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{8, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{9, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{10, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{11, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{12, AlarmName::HighInternalTemperature, AlarmLevel::Alarm},
    AlarmRow{13, AlarmName::HighTemperature, AlarmLevel::Alarm}, // ambient
    AlarmRow{14, AlarmName::LowTemperature, AlarmLevel::Alarm},  // ambient
    AlarmRow{15, AlarmName::CellImbalance, AlarmLevel::Alarm},
    AlarmRow{16, AlarmName::CellImbalance, AlarmLevel::Alarm}, // of temperature
    AlarmRow{17, AlarmName::LowSoc, AlarmLevel::Alarm},
    AlarmRow{18, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{19, AlarmName::InternalFailure, AlarmLevel::Alarm},      // cell offline
    AlarmRow{20, AlarmName::InternalFailure, AlarmLevel::Alarm},      // sensor
    AlarmRow{21, AlarmName::InternalFailure, AlarmLevel::Alarm},      // charge FET
    AlarmRow{22, AlarmName::InternalFailure, AlarmLevel::Alarm},      // discharge FET
    AlarmRow{23, AlarmName::InternalFailure, AlarmLevel::Alarm},      // current limiter
    AlarmRow{24, AlarmName::InternalFailure, AlarmLevel::Alarm},      // aerosol
    AlarmRow{26, AlarmName::InternalFailure, AlarmLevel::Alarm},      // front end
    AlarmRow{27, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // reverse connection
};
constexpr std::array warningAlarms{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Warning},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Warning},
    AlarmRow{2, AlarmName::HighVoltage, AlarmLevel::Warning},
    AlarmRow{3, AlarmName::LowVoltage, AlarmLevel::Warning},
    AlarmRow{4, AlarmName::HighChargeCurrent, AlarmLevel::Warning},
    AlarmRow{5, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    AlarmRow{6, AlarmName::HighChargeTemperature, AlarmLevel::Warning},
    AlarmRow{7, AlarmName::LowChargeTemperature, AlarmLevel::Warning},
    AlarmRow{8, AlarmName::HighTemperature, AlarmLevel::Warning},
    AlarmRow{9, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{10, AlarmName::HighInternalTemperature, AlarmLevel::Warning},
    AlarmRow{11, AlarmName::HighTemperature, AlarmLevel::Warning}, // ambient
    AlarmRow{12, AlarmName::LowTemperature, AlarmLevel::Warning},  // ambient
    AlarmRow{13, AlarmName::CellImbalance, AlarmLevel::Warning},
    AlarmRow{14, AlarmName::CellImbalance, AlarmLevel::Warning}, // of temperature
    AlarmRow{15, AlarmName::LowSoc, AlarmLevel::Warning},
    AlarmRow{16, AlarmName::InternalFailure, AlarmLevel::Alarm}, // EEPROM
    AlarmRow{17, AlarmName::InternalFailure, AlarmLevel::Alarm}, // clock
};

// ---- Settings: 1C00, and the thresholds at 1800 (inferred from one capture: read only) ----

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *soc = NAME("State of charge");
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *balancing = NAME("Balancing");
constexpr const char *heater = NAME("Heater");
constexpr const char *functions = NAME("Functions");
// clang-format off
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {0x1C04, "balanceStart", NAME("Balance start voltage"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 5},
    {0x1C06, "balanceWindow", NAME("Balance window"), balancing, "V", Wire::U16BE, 0.001, 3, 0, 5},
    {0x1C7C, "balanceMode", NAME("Balance also while not charging"), balancing, "", Wire::U16BE, 1, 0, 0, 1, true},
    {0x1C08, "heaterOn", NAME("Heater on below"), heater, "degC", Wire::U16BE, {0.1, -50}, 1, -50, 150},
    {0x1C0A, "heaterOff", NAME("Heater off above"), heater, "degC", Wire::U16BE, {0.1, -50}, 1, -50, 150},
    {0x1C0C, "fullChargeVoltage", NAME("Full charge voltage"), soc, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {0x1C0E, "fullChargeCurrent", NAME("Full charge current"), soc, "A", Wire::U16BE, 0.01, 2, 0, 655.35},
    {0x1C78, "sleepVoltage", NAME("Sleep voltage"), functions, "V", Wire::U16BE, 0.001, 3, 0, 5},
    {0x1C7A, "sleepDelay", NAME("Sleep delay"), functions, "min", Wire::U16BE, 1, 0, 0, 65535},
    {0x1806, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5},
    {0x1808, "cellOvervoltageRelease", NAME("Cell overvoltage release"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5},
    {0x1812, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5},
    {0x1814, "cellUndervoltageRelease", NAME("Cell undervoltage release"), voltage, "V", Wire::U16BE, 0.001, 3, 0, 5},
    {0x181E, "packOvervoltage", NAME("Pack overvoltage"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {0x1820, "packOvervoltageRelease", NAME("Pack overvoltage release"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {0x182A, "packUndervoltage", NAME("Pack undervoltage"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
    {0x182C, "packUndervoltageRelease", NAME("Pack undervoltage release"), voltage, "V", Wire::U16BE, 0.01, 2, 0, 655.35},
});
// clang-format on
#undef NAME

Request request(quint8 address, const Block &block, const QByteArray &data)
{
    Request request;
    request.id = block.function << 16 | block.start;
    request.timeoutMs = timeoutMs;
    QByteArray &bytes = request.bytes;
    appendInteger(bytes, address, Wire::U8);
    appendInteger(bytes, block.function, Wire::U8);
    appendInteger(bytes, block.start, Wire::U16BE);
    appendInteger(bytes, block.end, Wire::U16BE);
    appendInteger(bytes, data.size(), Wire::U16BE);
    bytes.append(data);
    appendInteger(bytes, checksum(Checksum::Crc16Modbus, bytesOf(bytes)), Wire::U16LE);
    return request;
}

} // namespace

Request readRequest(quint8 address, const Block &block) { return request(address, block, {}); }

Request writeRequest(quint8 address, quint16 start, const QByteArray &data)
{
    const Block block{Write, start, static_cast<quint16>(start + data.size())};
    return request(address, block, viewOf(writeKey).toByteArray() + data);
}

FrameRule replyRule(const Request &request)
{
    FrameRule rule;
    rule.headerSize = static_cast<quint8>(rule.header.size());
    for (size_t i = 0; i < rule.header.size(); ++i)
        rule.header[i] = static_cast<quint8>(request.bytes.at(static_cast<qsizetype>(i)));
    rule.length = FrameRule::Length::U16BE;
    rule.lengthOffset = lengthOffset;
    rule.lengthPlus = frameOverhead;
    rule.minimum = frameOverhead;
    rule.maximum = frameOverhead + maxData;
    rule.checksum = Checksum::Crc16Modbus;
    rule.checksumOrder = FrameRule::Order::LittleEndian;
    rule.checksumFrom = 0;
    rule.checksumAtEnd = 2;
    return rule;
}

bool decodeStatus(Bytes data, BatteryState &to, Status &status)
{
    const qint64 cellCount = readInteger(data, cellCountAt, Wire::U16BE).value_or(0);
    if (cellCount < 1 || cellCount > maxCells)
        return false;
    const size_t sensorCountAt = cells.offset + static_cast<size_t>(2 * cellCount);
    const auto sensorCount = readInteger(data, sensorCountAt, Wire::U16BE);
    if (!sensorCount || *sensorCount > maxSensors)
        return false;
    const size_t tailAt = sensorCountAt + 2 + static_cast<size_t>(2 * *sensorCount);
    if (data.size() < tailAt + packCodeAt + packCodeSize)
        return false;

    decodeFields(statusFields, data, to);
    decodeFlags(statusFlags, data, to);
    to.current =
        static_cast<double>(readInteger(data, currentAt, Wire::U32BE).value_or(0) - zeroCurrent) / 100;
    decodeList(cells, static_cast<int>(cellCount), data, to);
    const ListRow sensors{static_cast<quint16>(sensorCountAt + 2), Wire::U16BE, 2,
                          &BatteryState::temperatures, temperature};
    decodeList(sensors, static_cast<int>(*sensorCount), data, to);

    to.alarms = {};
    const auto bits = [data](size_t at) {
        return static_cast<quint64>(readInteger(data, at, Wire::U32BE).value_or(0));
    };
    decodeAlarms(faultAlarms, bits(faultsAt), to.alarms);
    decodeAlarms(warningAlarms, bits(warningsAt), to.alarms);

    const Bytes tail = data.subspan(tailAt);
    to.cellBalancing.clear();
    const qint64 balancing = readInteger(tail, balancingAt, Wire::U16BE).value_or(0);
    if (cellCount <= balancingBits) {
        for (qint64 cell = 0; cell < cellCount; ++cell)
            to.cellBalancing.push_back((balancing >> cell) & 1);
    } else {
        to.balancing = balancing != 0; // and nobody knows what the others do
    }
    // A frame that the master forwards has the minor number only.
    if (const qint64 firmware = readInteger(tail, firmwareAt, Wire::U16BE).value_or(0); firmware > 0xFF)
        to.firmwareVersion = QStringLiteral("%1.%2").arg(firmware >> 8).arg(firmware & 0xFF);
    status.switches = static_cast<quint16>(readInteger(data, switchesAt, Wire::U16BE).value_or(0));
    status.ratedAh = static_cast<double>(readInteger(data, ratedAt, Wire::U16BE).value_or(0)) / 100;
    status.packCode = decodeText(tail.subspan(packCodeAt, packCodeSize)).value_or(QString());
    return true;
}

std::span<const modbus::SettingRow> settingRows() { return rows; }

} // namespace sb::jbd_up16s
