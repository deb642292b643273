// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ant/antprotocol.h"

#include <cmath>

namespace sb::ant {
namespace {

constexpr int maxCells = 32;
constexpr double mostSoc = 100;
constexpr double noSensor = -40; ///< degC

// Codes of the FETs' states.
constexpr quint8 on = 1;
constexpr quint8 offByHand = 15;
constexpr quint8 full = 4;             ///< charge FET
constexpr quint8 waitsForNothing = 11; ///< charge FET

// And of the balancer's.
constexpr quint8 overLimit = 1;
constexpr quint8 chargeDifference = 2;
constexpr quint8 automatic = 4;

using enum AlarmName;
struct CodeRow
{
    quint8 code;
    std::optional<AlarmName> charge;
    std::optional<AlarmName> discharge;
};
constexpr std::array codeRows{
    CodeRow{2, HighCellVoltage, LowCellVoltage},
    CodeRow{3, HighChargeCurrent, HighDischargeCurrent},
    CodeRow{4, std::nullopt, HighDischargeCurrent}, // second level; full, on the other side
    CodeRow{5, HighVoltage, LowVoltage},
    CodeRow{6, HighChargeTemperature, HighTemperature},
    CodeRow{7, HighInternalTemperature, HighInternalTemperature},  // FETs
    CodeRow{8, InternalFailure, InternalFailure},                  // abnormal current
    CodeRow{9, InternalFailure, InternalFailure},                  // cell wire lost
    CodeRow{10, HighInternalTemperature, HighInternalTemperature}, // board
    CodeRow{12, InternalFailure, HighDischargeCurrent},            // does not open; short circuit
    CodeRow{13, InternalFailure, InternalFailure},                 // discharge FET faulty
    CodeRow{14, std::nullopt, InternalFailure},                    // waits; does not open
    CodeRow{16, HighCellVoltage, LowCellVoltage},                  // second level
    CodeRow{17, LowChargeTemperature, LowTemperature},
    CodeRow{18, CellImbalance, CellImbalance},
    CodeRow{19, InternalFailure, InternalFailure}, // self test
    CodeRow{20, InternalFailure, InternalFailure},
};

/// States of charge FET, discharge FET and balancer, and which cells are balanced.
struct Switches
{
    quint8 charge;
    quint8 discharge;
    quint8 balancer;
    quint32 cells;
};

int problemOfCharge(quint8 code)
{
    return code == on || code == full || code == waitsForNothing || code == offByHand ? 0 : code;
}
int problemOfDischarge(quint8 code) { return code == on || code == offByHand ? 0 : code; }

bool balances(quint8 code, Way way)
{
    // By radio, boards that state why they could (1, 2) are shown at rest.
    return code == automatic || (way == Way::Wire && (code == overLimit || code == chargeDifference));
}

void takeSwitches(const Switches &switches, int cells, Way way, BatteryState &to)
{
    to.chargeAllowed = switches.charge == on;
    to.dischargeAllowed = switches.discharge == on;
    to.balancing = balances(switches.balancer, way);
    to.cellBalancing.clear();
    for (int i = 0; i < cells; ++i)
        to.cellBalancing.push_back(((switches.cells >> i) & 1) != 0);
    to.alarms = {};
    for (const CodeRow &row : codeRows) {
        for (const auto &[alarm, code] :
             {std::pair(row.charge, switches.charge), std::pair(row.discharge, switches.discharge)}) {
            if (alarm && code == row.code)
                to.alarms.raise(*alarm, AlarmLevel::Alarm);
            else if (alarm)
                to.alarms.support(*alarm);
        }
    }
    to.notices.reset();
    to.notices.set(static_cast<size_t>(Notice::LockedByCommand),
                   switches.charge == offByHand || switches.discharge == offByHand);
}

/// Of a sensor that is there.
Number fitted(double celsius) { return celsius == noSensor ? std::nullopt : Number(celsius); }

void dropMissingSensors(Numbers &sensors)
{
    for (Number &sensor : sensors)
        sensor = sensor ? fitted(*sensor) : std::nullopt;
}

/// The device counts current and power that go out.
void turn(Number &value)
{
    if (value)
        value = 0.0 - *value;
}

void dropZero(Number &value)
{
    if (value == 0.0)
        value.reset();
}

} // namespace

// ------------------------------------------------------------------------------------------ new
namespace fresh {
namespace {

constexpr quint16 header = 0x7EA1;
constexpr quint16 tail = 0xAA55;
constexpr size_t addressAt = 3;
constexpr size_t lengthAt = 5;
constexpr size_t dataAt = 6;
constexpr quint16 afterData = 4; ///< checksum and tail
constexpr quint16 informationAddress = 0x026C;
constexpr quint8 informationSize = 0x20;
constexpr quint16 passwordAddress = 0x016A;
constexpr quint8 statusSize = 0xBE; ///< what is asked for; boards send what they have
constexpr quint8 settingSize = 2;
constexpr qsizetype longestPassword = 32;

// Offsets from the start of the data.
constexpr size_t sensorCountAt = 2;
constexpr size_t cellCountAt = 3;
constexpr quint16 cellsAt = 28;
constexpr int maxSensors = 8;
/// Recordings by radio of boards with four sensors count that of the balancer with them; of smaller ones not.
constexpr int sensorsOfLargeBoards = 4;
constexpr size_t balancerSensorAt = 2; ///< from behind the lists

/// Offsets from behind the lists of cells and sensors.
constexpr std::array fields{
    FieldRow{0, Wire::S16LE, &BatteryState::mosfetTemperature},
    FieldRow{4, Wire::U16LE, &BatteryState::voltage, 0.01},
    FieldRow{6, Wire::S16LE, &BatteryState::current, 0.1},
    FieldRow{8, Wire::U16LE, &BatteryState::soc},
    FieldRow{10, Wire::U16LE, &BatteryState::soh},
    FieldRow{16, Wire::U32LE, &BatteryState::capacityAh, 0.000001},
    FieldRow{20, Wire::U32LE, &BatteryState::remainingAh, 0.000001},
    FieldRow{28, Wire::S32LE, &BatteryState::power},
};
constexpr size_t chargeFetAt = 12;
constexpr size_t dischargeFetAt = 13;
constexpr size_t balancerAt = 14;
constexpr size_t balancedCellsAt = 36;
constexpr size_t leastFields = 40; ///< replies of some boards end behind the balanced cells

constexpr size_t modelAt = 0;
constexpr size_t versionAt = 16;
constexpr size_t textSize = 16;

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *current = NAME("Current protection");
constexpr const char *warnings = NAME("Warnings");
constexpr const char *balancing = NAME("Balancing");
constexpr const char *functions = NAME("Functions");
// Without those whose unit is not known: capacities (A2, A6, AA), resistance calibration (9C).
// clang-format off
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {0x00, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x02, "cellOvervoltageRelease", NAME("Cell overvoltage release"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x04, "cellOvervoltage2", NAME("Cell overvoltage, second level"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x06, "cellOvervoltage2Release", NAME("Cell overvoltage release, second level"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x08, "packOvervoltage", NAME("Pack overvoltage"), voltage, "V", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x0A, "packOvervoltageRelease", NAME("Pack overvoltage release"), voltage, "V", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x0C, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x0E, "cellUndervoltageRelease", NAME("Cell undervoltage release"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x10, "cellUndervoltage2", NAME("Cell undervoltage, second level"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x12, "cellUndervoltage2Release", NAME("Cell undervoltage release, second level"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x14, "packUndervoltage", NAME("Pack undervoltage"), voltage, "V", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x16, "packUndervoltageRelease", NAME("Pack undervoltage release"), voltage, "V", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x18, "cellDifference", NAME("Cell voltage difference protection"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x1A, "cellDifferenceRelease", NAME("Cell voltage difference release"), voltage, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x20, "cellOvervoltageWarning", NAME("Cell overvoltage warning"), warnings, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x22, "cellOvervoltageWarningRelease", NAME("Cell overvoltage warning release"), warnings, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x24, "packOvervoltageWarning", NAME("Pack overvoltage warning"), warnings, "V", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x26, "packOvervoltageWarningRelease", NAME("Pack overvoltage warning release"), warnings, "V", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x28, "cellUndervoltageWarning", NAME("Cell undervoltage warning"), warnings, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x2A, "cellUndervoltageWarningRelease", NAME("Cell undervoltage warning release"), warnings, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x2C, "packUndervoltageWarning", NAME("Pack undervoltage warning"), warnings, "V", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x2E, "packUndervoltageWarningRelease", NAME("Pack undervoltage warning release"), warnings, "V", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x30, "cellDifferenceWarning", NAME("Cell voltage difference warning"), warnings, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x32, "cellDifferenceWarningRelease", NAME("Cell voltage difference warning release"), warnings, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x68, "chargeOvercurrent", NAME("Charge overcurrent"), current, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x6A, "chargeOvercurrentDelay", NAME("Charge overcurrent delay"), current, "s", Wire::U16LE, 1, 0, 0, 65535},
    {0x6C, "dischargeOvercurrent", NAME("Discharge overcurrent"), current, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x6E, "dischargeOvercurrentDelay", NAME("Discharge overcurrent delay"), current, "s", Wire::U16LE, 1, 0, 0, 65535},
    {0x70, "dischargeOvercurrent2", NAME("Discharge overcurrent, second level"), current, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x72, "dischargeOvercurrent2Delay", NAME("Discharge overcurrent delay, second level"), current, "ms", Wire::U16LE, 1, 0, 0, 65535},
    {0x74, "shortCircuit", NAME("Short circuit current"), current, "A", Wire::U16LE, 1, 0, 0, 65535},
    {0x76, "shortCircuitDelay", NAME("Short circuit delay"), current, "us", Wire::U16LE, 1, 0, 0, 65535},
    {0x7C, "chargeOvercurrentWarning", NAME("Charge overcurrent warning"), warnings, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x7E, "chargeOvercurrentWarningRelease", NAME("Charge overcurrent warning release"), warnings, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x80, "dischargeOvercurrentWarning", NAME("Discharge overcurrent warning"), warnings, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x82, "dischargeOvercurrentWarningRelease", NAME("Discharge overcurrent warning release"), warnings, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x84, "lowSocWarning", NAME("Low state of charge warning"), warnings, "%", Wire::U16LE, 1, 0, 0, 65535},
    {0x86, "lowSocWarning2", NAME("Low state of charge warning, second level"), warnings, "%", Wire::U16LE, 1, 0, 0, 65535},
    {0x8C, "balanceLimit", NAME("Balance limit voltage"), balancing, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x8E, "balanceStart", NAME("Balance start voltage"), balancing, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x90, "balanceDifferenceOn", NAME("Balance begins at difference"), balancing, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x92, "balanceDifferenceOff", NAME("Balance ends at difference"), balancing, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0x94, "balanceCurrent", NAME("Balance current"), balancing, "mA", Wire::U16LE, 1, 0, 0, 65535},
    {0x96, "balanceChargeCurrent", NAME("Charge current while balancing"), balancing, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0x98, "chemistry", NAME("Chemistry"), functions, "", Wire::U16LE, 1, 0, 0, 65535},
    {0x9A, "cellCount", NAME("Cells in series"), functions, "", Wire::U16LE, 1, 0, 0, 65535},
    {0x9E, "shutdownVoltage", NAME("Shutdown cell voltage"), functions, "V", Wire::U16LE, 0.001, 3, 0, 65.535},
    {0xA0, "requestedChargeCurrent", NAME("Requested charge current"), functions, "A", Wire::U16LE, 0.1, 1, 0, 6553.5},
    {0xC4, "socMethod", NAME("State of charge method"), functions, "", Wire::U16LE, 1, 0, 0, 65535},
});
// clang-format on
#undef NAME

struct LimitRow
{
    quint16 address;
    Number BatteryState::*target;
};
constexpr std::array limits{
    LimitRow{0x08, &BatteryState::maxVoltage},
    LimitRow{0x14, &BatteryState::minVoltage},
    LimitRow{0x68, &BatteryState::maxChargeCurrent},
    LimitRow{0x6C, &BatteryState::maxDischargeCurrent},
};

/// \a size: of the data that is asked for, or given.
Request request(Function function, quint16 address, quint8 size, const QByteArray &data = {})
{
    Request request;
    request.id = function << 16 | address;
    appendInteger(request.bytes, header, Wire::U16BE);
    appendInteger(request.bytes, function, Wire::U8);
    appendInteger(request.bytes, address, Wire::U16LE);
    appendInteger(request.bytes, size, Wire::U8);
    request.bytes += data;
    appendInteger(request.bytes, checksum(Checksum::Crc16Modbus, bytesOf(request.bytes).subspan(1)),
                  Wire::U16LE);
    appendInteger(request.bytes, tail, Wire::U16BE);
    return request;
}

constexpr quint8 replyTo(quint8 function) { return function + (function == Password ? 0x20 : 0x10); }

} // namespace

Request statusRequest() { return request(Status, 0, statusSize); }
Request informationRequest() { return request(ReadSettings, informationAddress, informationSize); }
Request settingRequest(quint16 address) { return request(ReadSettings, address, settingSize); }
Request controlRequest(Action action) { return request(Control, action, 0); }

Request passwordRequest(const QByteArray &password)
{
    const QByteArray given = password.first(std::min(password.size(), longestPassword));
    Request asked = request(Password, passwordAddress, static_cast<quint8>(given.size()), given);
    asked.secretFrom = dataAt;
    asked.secretSize = static_cast<int>(given.size()) + 2; // the checksum would tell part of it
    return asked;
}

FrameRule replyRule(const Request &request)
{
    FrameRule rule;
    rule.header = {header >> 8, header & 0xFF, replyTo(functionOf(request))};
    rule.headerSize = 3;
    rule.length = FrameRule::Length::U8;
    rule.lengthOffset = lengthAt;
    rule.lengthPlus = dataAt + afterData;
    rule.minimum = rule.lengthPlus;
    rule.maximum = rule.lengthPlus + 0xFF;
    rule.checksum = Checksum::Crc16Modbus;
    rule.checksumOrder = FrameRule::Order::LittleEndian;
    rule.checksumFrom = 1;
    rule.checksumAtEnd = afterData;
    return rule;
}

std::optional<Bytes> replyData(Bytes frame, const Request &request)
{
    // Behind the checksum of the device information other bytes come than behind every other reply.
    const bool hasTail = readInteger(frame, frame.size() - 2, Wire::U16BE) == tail;
    if (!hasTail && functionOf(request) != ReadSettings)
        return std::nullopt;
    if (readInteger(frame, addressAt, Wire::U16LE) != addressOf(request))
        return std::nullopt;
    return frame.subspan(dataAt, frame.size() - dataAt - afterData);
}

bool decodeStatus(Bytes data, Way way, BatteryState &to)
{
    if (data.size() <= cellCountAt)
        return false;
    const int cells = data[cellCountAt];
    const int sensors = data[sensorCountAt];
    const size_t listed = 2U * static_cast<size_t>(cells + sensors);
    if (cells < 1 || cells > maxCells || sensors > maxSensors || data.size() < cellsAt + listed + leastFields)
        return false;
    const Bytes behind = data.subspan(cellsAt + listed);
    BatteryState read;
    decodeFields(fields, behind, read);
    if (*read.soc > mostSoc)
        return false;
    to.voltage = read.voltage;
    to.current = read.current;
    to.power = read.power;
    turn(to.current);
    turn(to.power);
    to.soc = read.soc;
    to.soh = read.soh;
    to.capacityAh = read.capacityAh;
    dropZero(to.capacityAh);
    to.remainingAh = read.remainingAh;
    to.mosfetTemperature = fitted(*read.mosfetTemperature);
    to.cellCount = cells;
    decodeList({cellsAt, Wire::U16LE, 2, &BatteryState::cellVoltages, 0.001}, cells, data, to);
    const auto sensorsAt = static_cast<quint16>(cellsAt + 2 * cells);
    decodeList({sensorsAt, Wire::S16LE, 2, &BatteryState::temperatures}, sensors, data, to);
    if (way == Way::Radio && sensors == sensorsOfLargeBoards)
        to.temperatures.push_back(readNumber(behind, balancerSensorAt, Wire::S16LE));
    dropMissingSensors(to.temperatures);
    takeSwitches({behind[chargeFetAt], behind[dischargeFetAt], behind[balancerAt],
                  static_cast<quint32>(readInteger(behind, balancedCellsAt, Wire::U32LE).value_or(0))},
                 cells, way, to);
    to.problemCode = problemOfDischarge(behind[dischargeFetAt]) << 8 | problemOfCharge(behind[chargeFetAt]);
    return true;
}

bool decodeInformation(Bytes data, BatteryState &to)
{
    if (data.size() < versionAt + textSize)
        return false;
    to.hardwareVersion = decodeText(data.subspan(modelAt, textSize));
    to.firmwareVersion = decodeText(data.subspan(versionAt, textSize));
    return true;
}

bool decodeSetting(quint16 address, Bytes data, Update &to)
{
    if (address == informationAddress)
        return decodeInformation(data, to.values);
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const auto &each) { return each.reg == address; });
    if (row == rows.end() || data.size() != settingSize)
        return false;
    const double value = row->scale.apply(*readNumber(data, 0, row->wire));
    to.parameters.push_back({QLatin1String(row->id), value});
    for (const LimitRow &limit : limits) {
        if (limit.address == address && value > 0)
            to.values.*limit.target = value;
    }
    return true;
}

std::span<const modbus::SettingRow> settingRows() { return rows; }

} // namespace fresh

// ------------------------------------------------------------------------------------------ old
namespace old {
namespace {

constexpr quint8 readByWire = 0x5A;
constexpr quint8 readByRadio = 0xDB;
constexpr quint8 write = 0xA5;
constexpr quint16 frameSize = 140;
constexpr quint8 sumFrom = 4;
constexpr int unansweredMs = 150; ///< no reply to a write is known: what it did the next status tells

constexpr std::array fields{
    FieldRow{4, Wire::U16BE, &BatteryState::voltage, 0.1},
    FieldRow{70, Wire::S32BE, &BatteryState::current, 0.1},
    FieldRow{74, Wire::U8, &BatteryState::soc},
    FieldRow{75, Wire::U32BE, &BatteryState::capacityAh, 0.000001},
    FieldRow{79, Wire::U32BE, &BatteryState::remainingAh, 0.000001},
    FieldRow{111, Wire::S32BE, &BatteryState::power},
};
constexpr ListRow cellRow{6, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
constexpr ListRow sensorRow{91, Wire::S16BE, 2, &BatteryState::temperatures};
constexpr int sensorsByWire = 6;
constexpr int sensorsByRadio = 4; ///< the Bluetooth module's boards leave the other places zero
constexpr size_t chargeFetAt = 103;
constexpr size_t dischargeFetAt = 104;
constexpr size_t balancerAt = 105;
constexpr size_t cellCountAt = 123;
constexpr size_t balancedCellsAt = 132;

Request request(quint8 function, quint8 reg, quint16 value)
{
    Request request;
    request.id = function << 16 | reg;
    appendInteger(request.bytes, function, Wire::U8);
    appendInteger(request.bytes, function, Wire::U8);
    appendInteger(request.bytes, reg, Wire::U8);
    appendInteger(request.bytes, value, Wire::U16BE);
    appendInteger(request.bytes, checksum(Checksum::Sum8, bytesOf(request.bytes).subspan(2)), Wire::U8);
    return request;
}

} // namespace

Request statusRequest(Form form) { return request(form == Form::OldRadio ? readByRadio : readByWire, 0, 0); }

Request writeRequest(quint8 reg, quint16 value)
{
    Request asked = request(write, reg, value);
    asked.timeoutMs = unansweredMs;
    return asked;
}

Request passwordRequest(int number, const QByteArray &password)
{
    const Bytes text = bytesOf(password);
    Request asked = writeRequest(
        static_cast<quint8>(FirstPassword + number),
        static_cast<quint16>(readInteger(text, 2 * static_cast<size_t>(number), Wire::U16BE).value_or(0)));
    asked.secretFrom = 3;
    asked.secretSize = 3; // the sum would tell half of it
    return asked;
}

bool isWrite(const Request &request) { return functionOf(request) == write; }

FrameRule statusRule()
{
    FrameRule rule;
    rule.header = {0xAA, 0x55, 0xAA, 0xFF};
    rule.headerSize = 4;
    rule.lengthPlus = rule.minimum = rule.maximum = frameSize;
    rule.checksum = Checksum::Sum16;
    rule.checksumFrom = sumFrom;
    rule.checksumAtEnd = 2;
    return rule;
}

bool decodeStatus(Bytes frame, Way way, BatteryState &to)
{
    const int cells = frame[cellCountAt];
    BatteryState read;
    decodeFields(fields, frame, read);
    if (cells < 1 || cells > maxCells || *read.soc > mostSoc)
        return false;
    to.voltage = read.voltage;
    to.current = read.current;
    to.power = read.power;
    turn(to.current);
    turn(to.power);
    to.soc = read.soc;
    to.capacityAh = read.capacityAh;
    dropZero(to.capacityAh);
    to.remainingAh = read.remainingAh;
    to.cellCount = cells;
    decodeList(cellRow, cells, frame, to);
    decodeList(sensorRow, way == Way::Radio ? sensorsByRadio : sensorsByWire, frame, to);
    dropMissingSensors(to.temperatures);
    takeSwitches({frame[chargeFetAt], frame[dischargeFetAt], frame[balancerAt],
                  static_cast<quint32>(readInteger(frame, balancedCellsAt, Wire::U32BE).value_or(0))},
                 cells, way, to);
    to.problemCode = problemOfCharge(frame[chargeFetAt]) << 8 | problemOfDischarge(frame[dischargeFetAt]);
    return true;
}

} // namespace old

quint16 addressOf(const Request &request) { return static_cast<quint16>(request.id & 0xFFFF); }
quint8 functionOf(const Request &request) { return static_cast<quint8>(request.id >> 16); }

} // namespace sb::ant
