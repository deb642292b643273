// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/humsienk/humsienkdriver.h"

#include "bms/cells.h"
#include "drivers/frames/fittedcells.h"

#include <QCoreApplication>
#include <algorithm>

namespace sb::humsienk {
namespace {

using namespace frames;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Humsienk)
};

enum Command : quint8 {
    Handshake = 0x00,
    Model = 0x11,
    State = 0x20,
    Values = 0x21,
    Cells = 0x22,
    SwitchCharge = 0x50,
    SwitchDischarge = 0x51,
    SwitchHeater = 0x52,
    Configuration = 0x58,
    Versions = 0xF5,
};

// AA command size data sum
constexpr FrameRule rule{.header = {0xAA},
                         .headerSize = 1,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = 2,
                         .lengthPlus = 5,
                         .minimum = 5,
                         .maximum = 255 + 5,
                         .checksum = Checksum::Sum16,
                         .checksumOrder = FrameRule::Order::LittleEndian,
                         .checksumFrom = 1,
                         .checksumAtEnd = 2};
constexpr size_t commandAt = 1;
constexpr size_t dataAt = 3;

constexpr std::array asks{
    Ask{Handshake, "aa00000000", Asked::AtStart, true, 0, 1500, 2},
    Ask{Model, "aa11001100", Asked::AtStart, true, 0, 1500, 2},
    Ask{Versions, "aaf500f500", Asked::AtStart, true, 0, 1500, 2},
    Ask{Cells, "aa22002200"},
    Ask{State, "aa20002000"},
    Ask{Values, "aa21002100"},
};
constexpr Ask readState = asks[4];
constexpr Ask readConfiguration{Configuration, "aa58005800"};

constexpr std::array fields{
    FieldRow{0, Wire::U32LE, &BatteryState::voltage, 0.001},
    FieldRow{4, Wire::S32LE, &BatteryState::current, 0.001},
    FieldRow{8, Wire::U8, &BatteryState::soc},
    FieldRow{9, Wire::U8, &BatteryState::soh},
    FieldRow{10, Wire::U32LE, &BatteryState::remainingAh, 0.001},
    FieldRow{14, Wire::U32LE, &BatteryState::capacityAh, 0.001},
    FieldRow{18, Wire::U16LE, &BatteryState::cycles},
    FieldRow{24, Wire::S8, &BatteryState::mosfetTemperature},
};
constexpr size_t valuesSize = 26;
constexpr size_t socAt = 8;
constexpr std::array<size_t, 5> sensorsAt{20, 21, 22, 23, 25}; ///< the last is the surroundings'
constexpr size_t cellPlaces = 24;
constexpr size_t cellsSize = 2 * cellPlaces;
constexpr double lowestCell = 0.5; ///< of a pack that is taken for one
constexpr double highestCell = 5;

constexpr size_t stateSize = 14;
constexpr size_t wordAt = 4;
constexpr size_t balancingAt = 8;          ///< 24 bits, bit 0: cell 1
constexpr size_t wiresOffAt = 11;          ///< the same, cells without contact
constexpr qint64 problemMask = 0xFF7F7F7F; ///< the rest are the FETs and the heater
constexpr std::array flags{
    FlagRow{wordAt, Wire::U32LE, 7, &BatteryState::chargeAllowed},
    FlagRow{wordAt, Wire::U32LE, 15, &BatteryState::heating},
    FlagRow{wordAt, Wire::U32LE, 23, &BatteryState::dischargeAllowed},
};
using enum AlarmName;
constexpr AlarmLevel alarm = AlarmLevel::Alarm;
constexpr AlarmLevel warning = AlarmLevel::Warning;
constexpr std::array alarmRows{
    AlarmRow{0, HighChargeCurrent, alarm},
    AlarmRow{8, HighChargeCurrent, warning},
    AlarmRow{1, HighChargeTemperature, alarm},
    AlarmRow{9, HighChargeTemperature, warning},
    AlarmRow{2, LowChargeTemperature, alarm},
    AlarmRow{10, LowChargeTemperature, warning},
    AlarmRow{3, HighCellVoltage, warning}, // every full pack has it
    AlarmRow{11, HighCellVoltage, warning},
    AlarmRow{4, HighVoltage, alarm},
    AlarmRow{12, HighVoltage, warning},
    AlarmRow{5, InternalFailure, alarm}, // front end
    AlarmRow{13, CellImbalance, warning},
    AlarmRow{14, CellImbalance, alarm},
    AlarmRow{16, HighDischargeCurrent, alarm},
    AlarmRow{24, HighDischargeCurrent, warning},
    AlarmRow{17, HighTemperature, alarm},
    AlarmRow{25, HighTemperature, warning},
    AlarmRow{18, LowTemperature, alarm},
    AlarmRow{26, LowTemperature, warning},
    AlarmRow{19, LowCellVoltage, alarm},
    AlarmRow{27, LowCellVoltage, warning},
    AlarmRow{20, HighDischargeCurrent, alarm}, // short circuit
    AlarmRow{21, LowVoltage, alarm},
    AlarmRow{28, LowVoltage, warning},
    AlarmRow{29, HighInternalTemperature, warning},
    AlarmRow{30, HighInternalTemperature, alarm},
};

#define NAME(text) QT_TRANSLATE_NOOP("Parameter", text)
constexpr const char *voltage = NAME("Voltage protection");
constexpr const char *current = NAME("Current protection");
constexpr const char *temperature = NAME("Temperature protection");
constexpr const char *functions = NAME("Functions");
constexpr Wire word = Wire::U16LE;
constexpr Scale degrees(0.1, -273.1);
constexpr size_t configurationSize = 48;
// How they are written is not known.
// clang-format off
constexpr auto rows = std::to_array<modbus::SettingRow>({
    {0, "cellCount", NAME("Cells in series"), functions, "", word, 1, 0, 1, 24},
    {2, "capacity", NAME("Capacity"), functions, "Ah", word, 0.01, 2, 0, 655.35},
    {4, "cellOvervoltage", NAME("Cell overvoltage"), voltage, "V", word, 0.001, 3, 0, 5},
    {6, "cellOvervoltageRelease", NAME("Cell overvoltage release"), voltage, "V", word, 0.001, 3, 0, 5},
    {10, "cellUndervoltage", NAME("Cell undervoltage"), voltage, "V", word, 0.001, 3, 0, 5},
    {12, "cellUndervoltageRelease", NAME("Cell undervoltage release"), voltage, "V", word, 0.001, 3, 0, 5},
    {16, "chargeOvercurrent", NAME("Charge overcurrent"), current, "A", word, 0.1, 1, 0, 6553.5},
    {20, "dischargeOvercurrent", NAME("Discharge overcurrent"), current, "A", word, 0.1, 1, 0, 6553.5},
    {24, "dischargeOvercurrent2", NAME("Second discharge overcurrent protection"), current, "A", word, 0.1, 1, 0, 6553.5},
    {28, "chargeOvertemperature", NAME("Charge overtemperature"), temperature, "degC", word, degrees, 1, -50, 150},
    {30, "chargeOvertemperatureRelease", NAME("Charge overtemperature release"), temperature, "degC", word, degrees, 1, -50, 150},
    {32, "chargeUndertemperature", NAME("Charge undertemperature"), temperature, "degC", word, degrees, 1, -50, 150},
    {34, "chargeUndertemperatureRelease", NAME("Charge undertemperature release"), temperature, "degC", word, degrees, 1, -50, 150},
    {36, "dischargeOvertemperature", NAME("Discharge overtemperature"), temperature, "degC", word, degrees, 1, -50, 150},
    {38, "dischargeOvertemperatureRelease", NAME("Discharge overtemperature release"), temperature, "degC", word, degrees, 1, -50, 150},
    {40, "dischargeUndertemperature", NAME("Discharge undertemperature"), temperature, "degC", word, degrees, 1, -50, 150},
    {42, "dischargeUndertemperatureRelease", NAME("Discharge undertemperature release"), temperature, "degC", word, degrees, 1, -50, 150},
});
// clang-format on
#undef NAME

constexpr double sumTolerance = 0.05;

QString refusalText(int) { return {}; } // boards have no words for a refusal

Request switching(Command which, bool on)
{
    Request request;
    request.id = which;
    request.bytes = QByteArray::fromHex("aa");
    appendInteger(request.bytes, which, Wire::U8);
    appendInteger(request.bytes, 1, Wire::U8);
    appendInteger(request.bytes, on ? 1 : 0, Wire::U8);
    appendInteger(request.bytes, checksum(Checksum::Sum16, bytesOf(request.bytes).subspan(commandAt)),
                  Wire::U16LE);
    request.timeoutMs = 1500;
    return request;
}

qint64 bits24(Bytes data, size_t at)
{
    return readInteger(data, at, Wire::U16LE).value_or(0) | qint64{data[at + 2]} << 16;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("humsienk");
    info.names = {QStringLiteral("HumsiENK"), QStringLiteral("ECO-WORTHY ECOxxxx")};
    info.bmsTypes = {QStringLiteral("aiobmsble_humsienk_bms")};
    info.typeName = QStringLiteral("HumsiENK");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0x0001),
                                .notify = {bluetoothUuid(0x0003)},
                                .write = bluetoothUuid(0x0002)}};
    info.bluetooth.advertisements = {{.name = "HS*", .service = "0001"},
                                     {.name = "ECO????", .service = "0001"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 30;
    info.hasParameters = true;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "Values and cells: answers of a 4-cell pack.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "State bits, balancing, the configuration; the switches were never tried on a pack.");
    info.reads = {Field::productName,
                  Field::hardwareVersion,
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
                  Field::balancing,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::mosfetTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::heating,
                  Field::problemCode,
                  Field::alarms};
    info.writes = {Control::Charge, Control::Discharge, Control::Heater};
    return info;
}

} // namespace

HumsienkDriver::HumsienkDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &HumsienkDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

std::optional<int> HumsienkDriver::idOf(Bytes frame) const { return frame[commandAt]; }

FrameDriver::Taken HumsienkDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    BatteryState &to = update.values;
    const Bytes data = frame.subspan(dataAt, frame.size() - dataAt - 2);
    bool good = true;
    switch (pending.id) {
    case Handshake:
        good = data.empty();
        break;
    case Model:
    case Versions: {
        const Text text = decodeText(data);
        good = text.has_value();
        if (good)
            (pending.id == Model ? to.productName : to.hardwareVersion) = text;
        break;
    }
    case State:
        good = decodeState(data, to);
        break;
    case Values:
        good = data.size() >= valuesSize && data[socAt] <= 100;
        if (good) {
            decodeFields(fields, data, to);
            to.temperatures.clear();
            for (const size_t at : sensorsAt)
                to.temperatures.push_back(readNumber(data, at, Wire::S8));
        }
        break;
    case Cells:
        good = decodeCells(data, to);
        break;
    case Configuration:
        good = data.size() >= configurationSize;
        if (good)
            modbus::decodeSettings(rows, modbus::Registers(0, data, 1), update.parameters);
        break;
    default:
        break; // a switch was confirmed; whether it moved, the state tells
    }
    return good ? Taken::Done : Taken::Impossible;
}

bool HumsienkDriver::decodeState(Bytes data, BatteryState &to) const
{
    if (data.size() < stateSize)
        return false;
    const qint64 state = readInteger(data, wordAt, Wire::U32LE).value_or(0);
    decodeFlags(flags, data, to);
    to.problemCode = state & problemMask;
    to.alarms = {};
    decodeAlarms(alarmRows, static_cast<quint64>(state), to.alarms);
    if (bits24(data, wiresOffAt) != 0)
        to.alarms.raise(InternalFailure, alarm);
    const qint64 balancing = bits24(data, balancingAt);
    to.balancing = balancing != 0;
    to.cellBalancing.assign(m_cells, false);
    for (size_t i = 0; i < m_cells; ++i)
        to.cellBalancing[i] = (balancing >> i & 1) != 0;
    return true;
}

bool HumsienkDriver::decodeCells(Bytes data, BatteryState &to)
{
    BatteryState read;
    decodeList({0, Wire::U16LE, 2, &BatteryState::cellVoltages, 0.001}, cellPlaces, data, read);
    const size_t count = keepFitted(read.cellVoltages, m_cells);
    const bool possible = data.size() >= cellsSize && count > 0 &&
                          std::all_of(read.cellVoltages.begin(), read.cellVoltages.end(),
                                      [](const Number &cell) { return !cell || *cell <= highestCell; });
    if (!possible)
        return false;
    m_cells = count;
    to.cellVoltages = read.cellVoltages;
    to.cellCount = static_cast<qint64>(count);
    return true;
}

Recognition HumsienkDriver::recognise(const BatteryState &read) const
{
    const bool fits = read.chargeAllowed && cellsMakeUp(read, sumTolerance, lowestCell, highestCell);
    return fits ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> HumsienkDriver::control(Control control, double value, const BatteryState &)
{
    const bool on = value != 0;
    modbus::Command command;
    command.read = request(readState);
    command.refusalText = refusalText;
    switch (control) {
    case Control::Charge:
        command.write = [on] { return switching(SwitchCharge, on); };
        command.shown = [on](const BatteryState &read) { return read.chargeAllowed == on; };
        command.notDone = Words::tr("the charge FET was not switched");
        command.noEffect = Words::tr("the BMS confirmed, but the charge FET did not change");
        break;
    case Control::Discharge:
        command.write = [on] { return switching(SwitchDischarge, on); };
        command.shown = [on](const BatteryState &read) { return read.dischargeAllowed == on; };
        command.notDone = Words::tr("the discharge FET was not switched");
        command.noEffect = Words::tr("the BMS confirmed, but the discharge FET did not change");
        break;
    case Control::Heater:
        command.write = [on] { return switching(SwitchHeater, on); };
        command.shown = [on](const BatteryState &read) { return read.heating == on; };
        command.notDone = Words::tr("the heater was not switched");
        command.noEffect = Words::tr("the BMS confirmed, but the heater did not change");
        break;
    default:
        return nullptr;
    }
    return modbus::commandAndCheck(std::move(command));
}

const std::vector<ParameterInfo> &HumsienkDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(rows);
    return infos;
}

std::unique_ptr<Procedure> HumsienkDriver::readParameters(const QStringList &ids)
{
    return modbus::readSettings(
        {rows, [](const modbus::SettingRow &) { return request(readConfiguration); }, {}, refusalText}, ids);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<HumsienkDriver>(config);
            }};
}

} // namespace sb::humsienk
