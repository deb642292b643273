// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_pb/jk_pbprotocol.h"

#include "bms/checksum.h"
#include "bms/fieldtable.h"

namespace sb::jk_pb {
namespace {

constexpr quint8 writeFunction = 0x10;
constexpr int longMs = 1000;
constexpr int statusMs = 500;
constexpr int tries = 2;

// ---- Status, little endian ----
constexpr std::array statusFields{
    FieldRow{150, Wire::U32LE, &BatteryState::voltage, 0.001},
    FieldRow{158, Wire::S32LE, &BatteryState::current, 0.001},
    FieldRow{170, Wire::S16LE, &BatteryState::balanceCurrent, 0.001},
    FieldRow{173, Wire::U8, &BatteryState::soc},
    FieldRow{174, Wire::S32LE, &BatteryState::remainingAh, 0.001},
    FieldRow{178, Wire::U32LE, &BatteryState::capacityAh, 0.001},
    FieldRow{182, Wire::U32LE, &BatteryState::cycles},
    FieldRow{190, Wire::U8, &BatteryState::soh},
    FieldRow{166, Wire::U32LE, &BatteryState::problemCode},
};
constexpr std::array statusFlags{
    FlagRow{198, Wire::U8, 0, &BatteryState::chargeAllowed},
    FlagRow{199, Wire::U8, 0, &BatteryState::dischargeAllowed},
    FlagRow{215, Wire::U8, 0, &BatteryState::heating},
};
constexpr size_t cellsAt = 6;
constexpr size_t presentAt = 70;
constexpr size_t resistancesAt = 80;
constexpr size_t maxCells = 32;
constexpr size_t alarmsAt = 166;
constexpr size_t balancingAt = 172;
constexpr size_t socAt = 173;
constexpr size_t sensorsPresentAt = 214;

struct SensorRow
{
    size_t offset;
    int bit; ///< of the sensors that are there
};
constexpr SensorRow mosfetSensor{144, 0};
/// T3, at 254, repeats that of the MOSFETs.
constexpr std::array sensors{SensorRow{162, 1}, SensorRow{164, 2}, SensorRow{256, 4}, SensorRow{258, 5}};
constexpr qint64 lowestSensor = -500; ///< 0.1 degC; -2000 is "none"
constexpr qint64 highestSensor = 1500;

using enum AlarmName;
constexpr AlarmLevel alarm = AlarmLevel::Alarm;
constexpr AlarmLevel warning = AlarmLevel::Warning;
constexpr std::array alarmRows{
    AlarmRow{0, CellImbalance, warning},                                              // resistance of a wire
    AlarmRow{1, HighInternalTemperature, alarm}, AlarmRow{2, InternalFailure, alarm}, // cell count
    AlarmRow{3, InternalFailure, alarm},                                              // current sensor
    AlarmRow{4, HighCellVoltage, alarm},         AlarmRow{5, HighVoltage, alarm},
    AlarmRow{6, HighChargeCurrent, alarm},       AlarmRow{7, HighChargeCurrent, alarm}, // short circuit
    AlarmRow{8, HighChargeTemperature, alarm},   AlarmRow{9, LowChargeTemperature, alarm},
    AlarmRow{10, InternalFailure, alarm}, // communication
    AlarmRow{11, LowCellVoltage, alarm},         AlarmRow{12, LowVoltage, alarm},
    AlarmRow{13, HighDischargeCurrent, alarm},   AlarmRow{14, HighDischargeCurrent, alarm}, // short circuit
    AlarmRow{15, HighTemperature, alarm},        AlarmRow{16, InternalFailure, alarm},      // charge FET
    AlarmRow{17, InternalFailure, alarm},                                                   // discharge FET
    AlarmRow{20, InternalFailure, alarm}, // discharge not switched on
    AlarmRow{21, HighTemperature, alarm},        AlarmRow{22, InternalFailure, warning}, // sensor
    AlarmRow{23, InternalFailure, warning},                                              // parallel module
};

// ---- Settings ----
constexpr quint16 settingsBase = 0x1000;
constexpr size_t contentAt = 6;
constexpr size_t cellUndervoltageAt = 10;
constexpr size_t chargeVoltageAt = 38;
constexpr size_t settingsCellsAt = 114;
constexpr size_t balancerAt = 126;
constexpr std::array limits{
    FieldRow{50, Wire::S32LE, &BatteryState::maxChargeCurrent, 0.001},
    FieldRow{62, Wire::S32LE, &BatteryState::maxDischargeCurrent, 0.001},
};

// ---- Information: between these lie passcodes, which nobody reads ----
struct TextRow
{
    size_t offset;
    size_t size;
    Text BatteryState::*target;
};
constexpr std::array texts{
    TextRow{6, 16, &BatteryState::productName},     TextRow{22, 8, &BatteryState::hardwareVersion},
    TextRow{30, 8, &BatteryState::firmwareVersion}, TextRow{46, 16, &BatteryState::deviceName},
    TextRow{86, 11, &BatteryState::serialNumber},
};
constexpr size_t dateAt = 78;
constexpr size_t dateSize = 8;

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *current = NAME("Current protection");
constexpr const char *temperature = NAME("Temperature protection");
constexpr const char *balancing = NAME("Balancing");
constexpr const char *functions = NAME("Functions");
constexpr Wire wire = Wire::S32LE;
// clang-format off
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {0x1000, "sleepVoltage", NAME("Sleep voltage"), functions, "V", wire, 0.001, 3, 1, 5, true},
    {0x1004, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", wire, 0.001, 3, 1, 5, true, true},
    {0x1008, "cellUndervoltageRelease", NAME("Cell undervoltage release"), voltage, "V", wire, 0.001, 3, 1, 5, true, true},
    {0x100C, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", wire, 0.001, 3, 1, 5, true, true},
    {0x1010, "cellOvervoltageRelease", NAME("Cell overvoltage release"), voltage, "V", wire, 0.001, 3, 1, 5, true, true},
    {0x1014, "balanceWindow", NAME("Balance window"), balancing, "V", wire, 0.001, 3, 0.001, 1, true},
    {0x1018, "fullCellVoltage", NAME("Cell voltage at 100 %"), functions, "V", wire, 0.001, 3, 1, 5, true},
    {0x101C, "emptyCellVoltage", NAME("Cell voltage at 0 %"), functions, "V", wire, 0.001, 3, 1, 5, true},
    {0x1020, "chargeCellVoltage", NAME("Charge voltage per cell"), functions, "V", wire, 0.001, 3, 1, 5, true},
    {0x1024, "floatCellVoltage", NAME("Float voltage per cell"), functions, "V", wire, 0.001, 3, 1, 5, true},
    {0x1028, "powerOffCellVoltage", NAME("Power-off cell voltage"), voltage, "V", wire, 0.001, 3, 1, 5, true, true},
    {0x102C, "chargeOvercurrent", NAME("Charge overcurrent"), current, "A", wire, 0.001, 3, 1, 1000, true, true},
    {0x1030, "chargeOvercurrentDelay", NAME("Charge overcurrent delay"), current, "s", wire, 1, 0, 1, 1000, true},
    {0x1034, "chargeOvercurrentRelease", NAME("Charge overcurrent release"), current, "s", wire, 1, 0, 1, 10000, true},
    {0x1038, "dischargeOvercurrent", NAME("Discharge overcurrent"), current, "A", wire, 0.001, 3, 1, 1000, true, true},
    {0x103C, "dischargeOvercurrentDelay", NAME("Discharge overcurrent delay"), current, "s", wire, 1, 0, 1, 1000, true},
    {0x1040, "dischargeOvercurrentRelease", NAME("Discharge overcurrent release"), current, "s", wire, 1, 0, 1, 10000, true},
    {0x1044, "shortCircuitRelease", NAME("Short circuit release"), current, "s", wire, 1, 0, 1, 10000, true},
    {0x1048, "balanceCurrent", NAME("Balance current"), balancing, "A", wire, 0.001, 3, 0.1, 10, true},
    {0x104C, "chargeOvertemperature", NAME("Charge overtemperature"), temperature, "degC", wire, 0.1, 1, 0, 100, true, true},
    {0x1050, "chargeOvertemperatureRelease", NAME("Charge overtemperature release"), temperature, "degC", wire, 0.1, 1, 0, 100, true},
    {0x1054, "dischargeOvertemperature", NAME("Discharge overtemperature"), temperature, "degC", wire, 0.1, 1, 0, 100, true, true},
    {0x1058, "dischargeOvertemperatureRelease", NAME("Discharge overtemperature release"), temperature, "degC", wire, 0.1, 1, 0, 100, true},
    {0x105C, "chargeUndertemperature", NAME("Charge undertemperature"), temperature, "degC", wire, 0.1, 1, -40, 50, true, true},
    {0x1060, "chargeUndertemperatureRelease", NAME("Charge undertemperature release"), temperature, "degC", wire, 0.1, 1, -40, 50, true},
    {0x1064, "mosfetOvertemperature", NAME("MOSFET overtemperature"), temperature, "degC", wire, 0.1, 1, 0, 120, true, true},
    {0x1068, "mosfetOvertemperatureRelease", NAME("MOSFET overtemperature release"), temperature, "degC", wire, 0.1, 1, 0, 120, true},
    {0x106C, "cellCount", NAME("Cells in series"), functions, "", wire, 1, 0, 1, 32, true, true},
    {0x107C, "capacity", NAME("Capacity"), functions, "Ah", wire, 0.001, 3, 1, 10000, true},
    {0x1080, "shortCircuitDelay", NAME("Short circuit delay"), current, "us", wire, 1, 0, 0, 100000},
    {0x1084, "balanceStart", NAME("Balance start voltage"), balancing, "V", wire, 0.001, 3, 1, 5, true},
    {0x1108, "address", NAME("Address"), functions, "", wire, 1, 0, 0, 255},
    {0x110C, "prechargeTime", NAME("Precharge time"), functions, "s", wire, 1, 0, 0, 10000},
});
// clang-format on
#undef NAME

QByteArray withCrc(QByteArray frame)
{
    appendInteger(frame, checksum(Checksum::Crc16Modbus, bytesOf(frame)), Wire::U16LE);
    return frame;
}

Number sensor(Bytes frame, const SensorRow &row)
{
    const auto raw = readInteger(frame, row.offset, Wire::S16LE).value_or(lowestSensor - 1);
    const bool there = ((frame[sensorsPresentAt] >> row.bit) & 1) != 0;
    if (!there || raw < lowestSensor || raw > highestSensor)
        return std::nullopt;
    return static_cast<double>(raw) / 10;
}

void decodeCells(Bytes frame, qint64 present, BatteryState &to)
{
    to.cellVoltages.clear();
    to.cellResistances.clear();
    for (size_t cell = 0; cell < maxCells; ++cell) {
        if (((present >> cell) & 1) == 0)
            continue;
        const auto thousandths = [&](size_t base) {
            return static_cast<double>(readInteger(frame, base + 2 * cell, Wire::U16LE).value_or(0)) / 1000;
        };
        to.cellVoltages.emplace_back(thousandths(cellsAt));
        to.cellResistances.emplace_back(thousandths(resistancesAt));
    }
    to.cellCount = static_cast<qint64>(to.cellVoltages.size());
}

} // namespace

Request triggerRequest(quint8 address, int id)
{
    Request request = writeRequest(address, static_cast<quint16>(id & 0xFFFF), QByteArray(2, '\0'));
    request.id = id;
    request.timeoutMs = id == Status ? statusMs : longMs;
    return request;
}

Request writeRequest(quint8 address, quint16 reg, const QByteArray &value)
{
    Request request;
    request.id = reg;
    request.timeoutMs = longMs;
    request.tries = tries;
    QByteArray bytes;
    appendInteger(bytes, address, Wire::U8);
    appendInteger(bytes, writeFunction, Wire::U8);
    appendInteger(bytes, reg, Wire::U16BE);
    appendInteger(bytes, value.size() / 2, Wire::U16BE);
    appendInteger(bytes, value.size(), Wire::U8);
    request.bytes = withCrc(bytes + value);
    return request;
}

int frameType(int trigger)
{
    switch (trigger & 0xFFFF) {
    case Settings:
        return 1;
    case Status:
        return 2;
    case Information:
        return 3;
    default:
        return 0;
    }
}

bool decodeStatus(Bytes frame, BatteryState &to)
{
    const qint64 present = readInteger(frame, presentAt, Wire::U32LE).value_or(0);
    if (present == 0 || frame[socAt] > 100)
        return false;
    decodeFields(statusFields, frame, to);
    decodeFlags(statusFlags, frame, to);
    decodeCells(frame, present, to);
    to.balancing = frame[balancingAt] != 0;
    to.mosfetTemperature = sensor(frame, mosfetSensor);
    to.temperatures.clear();
    for (const SensorRow &row : sensors)
        to.temperatures.push_back(sensor(frame, row));
    while (!to.temperatures.empty() && !to.temperatures.back())
        to.temperatures.pop_back();
    to.alarms = {};
    decodeAlarms(alarmRows, static_cast<quint64>(readInteger(frame, alarmsAt, Wire::U32LE).value_or(0)),
                 to.alarms);
    return true;
}

bool decodeSettings(Bytes frame, BatteryState &to)
{
    const auto number = [frame](size_t at) { return readInteger(frame, at, Wire::S32LE).value_or(0); };
    const qint64 cells = number(settingsCellsAt);
    if (cells < 1 || cells > static_cast<qint64>(maxCells) || number(50) < 0 || number(62) < 0)
        return false;
    decodeFields(limits, frame, to);
    to.maxVoltage = static_cast<double>(number(chargeVoltageAt) * cells) / 1000;
    to.minVoltage = static_cast<double>(number(cellUndervoltageAt) * cells) / 1000;
    to.balancerEnabled = number(balancerAt) != 0;
    return true;
}

void decodeInformation(Bytes frame, BatteryState &to)
{
    to.manufacturer = QStringLiteral("JK");
    for (const TextRow &row : texts)
        to.*row.target = decodeText(frame.subspan(row.offset, row.size));
    to.uniqueId = to.serialNumber;
    const Text date = decodeText(frame.subspan(dateAt, dateSize));
    const QDate made =
        date ? QDate::fromString(QStringLiteral("20") + *date, QStringLiteral("yyyyMMdd")) : QDate();
    if (made.isValid())
        to.productionDate = made;
}

void decodeParameters(Bytes frame, std::vector<ParameterValue> &to)
{
    for (const modbus::SettingRow &row : rows) {
        if (const auto raw = readInteger(frame, row.reg - settingsBase + contentAt, row.wire))
            to.push_back({QLatin1String(row.id), row.scale.apply(static_cast<double>(*raw))});
    }
}

std::span<const modbus::SettingRow> settingRows() { return rows; }

} // namespace sb::jk_pb
