// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daly_ble/daly_bledriver.h"

#include "bms/cells.h"
#include "bms/checksum.h"
#include "drivers/daly_ble/daly_blesettings.h"

#include <QCoreApplication>
#include <cmath>

namespace sb::daly_ble {
namespace {

using namespace modbus;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(DalyBle)
};

constexpr quint8 unitD2 = 0xD2;
constexpr quint8 unitP81 = 0x81;
constexpr quint8 answersP81 = 0x51;
constexpr quint8 writeRegister = 0x06;

constexpr int timeoutMs = 1500;
constexpr int rareMs = 600000;

// ---- D2 ----
constexpr Query longStatus{unitD2, ReadHolding, 0x00, 80};
constexpr Query shortStatus{unitD2, ReadHolding, 0x00, 62};
constexpr Query extra{unitD2, ReadHolding, 0x3E, 9};
constexpr Query versions{unitD2, ReadHolding, 0xA9, 32};
constexpr Query settingsRead{unitD2, ReadHolding, 0x80, 41};
constexpr Query balancerRead{unitD2, ReadHolding, 0xCF, 1};

constexpr Scale celsius(1, -40);
constexpr Scale milliamperes(0.001, -30);
constexpr std::array statusFields{
    FieldRow{0x28, Wire::U16BE, &BatteryState::voltage, 0.1},
    FieldRow{0x29, Wire::U16BE, &BatteryState::current, Scale(0.1, -3000)},
    FieldRow{0x2A, Wire::U16BE, &BatteryState::soc, 0.1},
    FieldRow{0x30, Wire::U16BE, &BatteryState::remainingAh, 0.1},
    FieldRow{0x33, Wire::U16BE, &BatteryState::cycles},
};
constexpr ListRow cells{0x00, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
constexpr ListRow sensors{0x20, Wire::U16BE, 2, &BatteryState::temperatures};
constexpr quint16 cellCountReg = 0x31;
constexpr quint16 sensorCountReg = 0x32;
constexpr quint16 balancerStateReg = 0x34;
constexpr quint16 chargeFetReg = 0x35;
constexpr quint16 dischargeFetReg = 0x36;
constexpr quint16 alarmsReg = 0x3A;
constexpr quint16 balancingReg = 0x3E; ///< cells 1 to 16, then 17 to 32
constexpr quint16 balanceCurrentReg = 0x40;
constexpr quint16 mosfetReg = 0x42;
constexpr qint64 maxCells = 32;
constexpr qint64 maxSensors = 8;
constexpr double firstWithoutSensor = 255; ///< so much and more, and 0: none there

constexpr size_t versionSize = 64;

constexpr std::array settingFields{
    FieldRow{0x80, Wire::U16BE, &BatteryState::capacityAh, 0.1},
    FieldRow{0x90, Wire::U16BE, &BatteryState::maxVoltage, 0.1},
    FieldRow{0x92, Wire::U16BE, &BatteryState::minVoltage, 0.1},
    FieldRow{0x94, Wire::U16BE, &BatteryState::maxChargeCurrent, Scale(0.1, -3000)},
    FieldRow{0x96, Wire::U16BE, &BatteryState::maxDischargeCurrent, Scale(0.1, -3000)},
};

constexpr double unsetCurrent = 3000; ///< A: registers that nobody set hold 0 or all ones

constexpr quint16 chargeSwitchReg = 0xA5;
constexpr quint16 dischargeSwitchReg = 0xA6;
constexpr quint16 socReg = 0xA7; // 0.1 %

// Bits of the four alarm registers as one number, the first one highest.
constexpr std::array alarmRows{
    AlarmRow{56, AlarmName::HighChargeTemperature, AlarmLevel::Warning},
    AlarmRow{57, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{58, AlarmName::LowChargeTemperature, AlarmLevel::Warning},
    AlarmRow{59, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{60, AlarmName::HighTemperature, AlarmLevel::Warning},
    AlarmRow{61, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{62, AlarmName::LowTemperature, AlarmLevel::Warning},
    AlarmRow{63, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{48, AlarmName::HighCellVoltage, AlarmLevel::Warning},
    AlarmRow{49, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{50, AlarmName::LowCellVoltage, AlarmLevel::Warning},
    AlarmRow{51, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{52, AlarmName::HighVoltage, AlarmLevel::Warning},
    AlarmRow{53, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{54, AlarmName::LowVoltage, AlarmLevel::Warning},
    AlarmRow{55, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{40, AlarmName::CellImbalance, AlarmLevel::Warning},
    AlarmRow{41, AlarmName::CellImbalance, AlarmLevel::Alarm},
    AlarmRow{42, AlarmName::HighTemperature, AlarmLevel::Warning}, // between the sensors
    AlarmRow{43, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{32, AlarmName::HighChargeCurrent, AlarmLevel::Warning},
    AlarmRow{33, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{34, AlarmName::HighDischargeCurrent, AlarmLevel::Warning},
    AlarmRow{35, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{38, AlarmName::LowSoc, AlarmLevel::Warning},
    AlarmRow{39, AlarmName::LowSoc, AlarmLevel::Alarm},
    AlarmRow{16, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // charge MOSFET
    AlarmRow{17, AlarmName::HighInternalTemperature, AlarmLevel::Warning}, // discharge MOSFET
    AlarmRow{18, AlarmName::InternalFailure, AlarmLevel::Alarm},           // their sensors
    AlarmRow{19, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{20, AlarmName::InternalFailure, AlarmLevel::Alarm}, // they stick
    AlarmRow{21, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{22, AlarmName::InternalFailure, AlarmLevel::Alarm}, // their circuits
    AlarmRow{23, AlarmName::InternalFailure, AlarmLevel::Alarm},
    AlarmRow{24, AlarmName::InternalFailure, AlarmLevel::Alarm},   // front end
    AlarmRow{25, AlarmName::InternalFailure, AlarmLevel::Alarm},   // sampling of the cells
    AlarmRow{26, AlarmName::InternalFailure, AlarmLevel::Alarm},   // temperature sensor
    AlarmRow{27, AlarmName::InternalFailure, AlarmLevel::Alarm},   // memory
    AlarmRow{28, AlarmName::InternalFailure, AlarmLevel::Alarm},   // clock
    AlarmRow{29, AlarmName::InternalFailure, AlarmLevel::Warning}, // precharge
    AlarmRow{30, AlarmName::InternalFailure, AlarmLevel::Alarm},   // outer communication
    AlarmRow{31, AlarmName::InternalFailure, AlarmLevel::Alarm},   // inner communication
};

// ---- P81 ----
constexpr Query cellsP81{unitP81, ReadHolding, 0x00, 64};
constexpr Query stateP81{unitP81, ReadHolding, 0x41, 62};
constexpr Query versionsP81{unitP81, ReadHolding, 0x178, 74};
constexpr Query settingsReadP81{unitP81, ReadHolding, 0x100, 41};
constexpr Query balancerReadP81{unitP81, ReadHolding, 0xCF, 1};

constexpr std::array cellFieldsP81{
    FieldRow{0x38, Wire::U16BE, &BatteryState::voltage, 0.1},
    FieldRow{0x39, Wire::U16BE, &BatteryState::current, Scale(0.1, -3000)},
    FieldRow{0x3A, Wire::U16BE, &BatteryState::soc, 0.1},
};
constexpr ListRow sensorsP81{0x30, Wire::U16BE, 2, &BatteryState::temperatures};
constexpr quint16 cellCountRegP81 = 0x3C;
constexpr quint16 sensorCountRegP81 = 0x3D;
constexpr qint64 maxCellsP81 = 48;
constexpr std::array stateFieldsP81{
    FieldRow{0x4B, Wire::U16BE, &BatteryState::remainingAh, 0.1},
    FieldRow{0x4C, Wire::U16BE, &BatteryState::cycles},
};
constexpr quint16 balanceCurrentRegP81 = 0x4E;
constexpr quint16 balancingRegP81 = 0x4F; ///< 16 cells each
constexpr quint16 chargeFetRegP81 = 0x52;
constexpr quint16 dischargeFetRegP81 = 0x53;
constexpr quint16 heaterFetRegP81 = 0x55;
constexpr quint16 mosfetRegP81 = 0x5A;
constexpr size_t firmwareSizeP81 = 28;
constexpr size_t hardwareSizeP81 = 14;

constexpr double sumTolerance = 0.05;
constexpr double socTolerance = 0.5; ///< after it was set

Number temperature(std::optional<double> raw)
{
    if (!raw || *raw <= 0 || *raw >= firstWithoutSensor)
        return std::nullopt;
    return celsius.apply(*raw);
}

Number temperature(const Registers &registers, quint16 reg)
{
    const auto raw = registers.integer(reg);
    return raw ? temperature(static_cast<double>(*raw)) : std::nullopt;
}

void decodeSensors(const ListRow &row, qint64 count, const Registers &registers, BatteryState &to)
{
    registers.decode(row, static_cast<int>(count), to);
    for (Number &sensor : to.temperatures)
        sensor = temperature(sensor);
}

void decodeBalanceCurrent(const Registers &registers, quint16 reg, BatteryState &to)
{
    if (const auto raw = registers.integer(reg); raw && *raw != 0)
        to.balanceCurrent = milliamperes.apply(static_cast<double>(*raw));
}

Flag isOn(const Registers &registers, quint16 reg)
{
    const auto raw = registers.integer(reg);
    return raw ? Flag(*raw != 0) : std::nullopt;
}

void decodeBalancing(const Registers &registers, quint16 from, size_t count, BatteryState &to)
{
    to.cellBalancing.assign(count, false);
    for (size_t cell = 0; cell < count; ++cell) {
        const auto word = registers.integer(static_cast<quint16>(from + cell / 16)).value_or(0);
        to.cellBalancing[cell] = (word >> (cell % 16) & 1) != 0;
    }
}

void decodeLimits(const Registers &registers, BatteryState &to)
{
    registers.decode(settingFields, to);
    for (Number BatteryState::*each :
         {&BatteryState::capacityAh, &BatteryState::maxVoltage, &BatteryState::minVoltage,
          &BatteryState::maxChargeCurrent, &BatteryState::maxDischargeCurrent}) {
        Number &value = to.*each;
        if (value)
            value = std::abs(*value);
        if (value == 0)
            value.reset();
    }
    for (Number BatteryState::*each : {&BatteryState::maxChargeCurrent, &BatteryState::maxDischargeCurrent}) {
        if (to.*each >= unsetCurrent)
            (to.*each).reset();
    }
}

/// Software and hardware, in fields of 32 bytes, or of 16.
void decodeVersions(Bytes texts, BatteryState &to)
{
    const Bytes second = texts.subspan(versionSize / 4, versionSize / 4);
    const bool wide = std::all_of(second.begin(), second.end(), [](quint8 byte) { return byte == 0; });
    const size_t size = wide ? versionSize / 2 : versionSize / 4;
    to.firmwareVersion = decodeText(texts.first(size));
    to.hardwareVersion = decodeText(texts.subspan(size, size));
}

Request storing(quint16 reg, quint16 value)
{
    Request request;
    request.id = reg;
    appendInteger(request.bytes, unitD2, Wire::U8);
    appendInteger(request.bytes, writeRegister, Wire::U8);
    appendInteger(request.bytes, reg, Wire::U16BE);
    appendInteger(request.bytes, value, Wire::U16BE);
    appendInteger(request.bytes, checksum(Checksum::Crc16Modbus, bytesOf(request.bytes)), Wire::U16LE);
    request.timeoutMs = timeoutMs;
    return request;
}

bool writes(const Request &request)
{
    return request.bytes.size() > 1 && static_cast<quint8>(request.bytes[1]) == writeRegister;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("daly_ble");
    info.names = {QStringLiteral("Daly (Bluetooth)"), QStringLiteral("JHB")};
    info.bmsTypes = {QStringLiteral("aiobmsble_daly_bms")};
    info.typeName = QStringLiteral("Daly");
    info.transports = {TransportKind::Bluetooth};
    // Newer radios have the first service, too, and let nobody listen there.
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF1)},
                                .write = bluetoothUuid(0xFFF2),
                                .mode = GattProfile::Write::WithoutResponse},
                               {.service = bluetoothUuid(0xFF00),
                                .notify = {bluetoothUuid(0xFF01)},
                                .write = bluetoothUuid(0xFF02),
                                .mode = GattProfile::Write::WithoutResponse}};
    info.bluetooth.advertisements = {{.name = "DL-*", .service = "fff0"}};
    for (const int maker : {0x0102, 0x0104, 0x0302, 0x0303, 0x0402})
        info.bluetooth.advertisements.push_back({.maker = maker});
    info.pollIntervalMs = 2000;
    info.detectionRank = 20;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "State, alarms, versions and settings of the D2 list, the state of the P81 list: "
                    "recorded frames. The switches of D2: written as the maker's app does.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "Writing settings and the state of charge; versions, settings and the "
                                      "balancer of the P81 list. How P81 switches is not known.");
    info.reads = {Field::hardwareVersion,
                  Field::firmwareVersion,
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
                  Field::mosfetTemperature,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::balancerEnabled,
                  Field::balanceCurrent,
                  Field::heating,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    info.writes = {Control::Charge, Control::Discharge, Control::Balancing, Control::StateOfCharge};
    info.hasParameters = true;
    info.honoursLimits = true;
    info.resetsSocWhenFull = true;
    return info;
}

} // namespace

DalyBleDriver::DalyBleDriver(const DriverConfig &config)
    : ModbusDriver(config, unitD2, {})
{
    const QString variant = config.options.value(QStringLiteral("variant")).toString();
    if (variant.compare(QLatin1String("D2"), Qt::CaseInsensitive) == 0)
        m_variant = Dialect::D2;
    else if (variant.compare(QLatin1String("P81"), Qt::CaseInsensitive) == 0)
        m_variant = Dialect::P81;
    m_dialect = m_variant;
}

const DriverInfo &DalyBleDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void DalyBleDriver::requests(Phase phase, std::vector<Request> &to)
{
    // Asked anew on each link: a request that was lost may have told something wrong about the board.
    const bool anew = phase == Phase::Identify;
    const bool p81 = m_dialect == Dialect::P81;
    const Dialect dialect = anew ? m_variant : m_dialect;
    const Firmware firmware = anew ? Firmware::Unknown : m_firmware;
    std::vector<Query> forms;
    if (dialect != Dialect::P81 && firmware != Firmware::Knows62)
        forms.push_back(longStatus);
    if (dialect != Dialect::P81 && firmware != Firmware::Knows80)
        forms.push_back(shortStatus);
    if (dialect != Dialect::D2) // first where the board answered it before
        forms.insert(p81 ? forms.begin() : forms.end(), cellsP81);
    for (size_t i = 0; i < forms.size(); ++i) {
        to.push_back(request(forms[i], timeoutMs));
        to.back().orNext = i + 1 < forms.size();
        to.back().tries = forms.size() > 1 ? 2 : 3;
    }
    const auto perhaps = [&](const Query &query, int everyMs) {
        to.push_back(request(query, timeoutMs));
        to.back().optional = true;
        to.back().tries = 1;
        to.back().everyMs = phase == Phase::Poll ? everyMs : 0;
    };
    if (p81)
        to.push_back(request(stateP81, timeoutMs));
    else if (anew || (m_hasExtra && firmware != Firmware::Knows80))
        perhaps(extra, 0);
    perhaps(p81 ? settingsReadP81 : settingsRead, rareMs);
    perhaps(p81 ? balancerReadP81 : balancerRead, rareMs);
    perhaps(p81 ? versionsP81 : versions, rareMs);
}

void DalyBleDriver::begin(const Request &request)
{
    if (request.bytes.isEmpty() || static_cast<quint8>(request.bytes.front()) != unitP81) {
        ModbusDriver::begin(request);
        return;
    }
    Request expected = request; // its answer comes from another address
    expected.bytes[0] = static_cast<char>(answersP81);
    ModbusDriver::begin(expected);
}

Reply DalyBleDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    // A write is confirmed by its own bytes, few enough for one notification.
    if (pending && writes(*pending) && viewOf(bytes) == pending->bytes)
        return {ReplyState::Complete, 0};
    return ModbusDriver::receive(bytes, pending, update);
}

bool DalyBleDriver::decode(const Query &query, const Registers &registers, Update &update)
{
    if (query.function != ReadHolding)
        return false;
    BatteryState &to = update.values;
    const bool p81 = query.unit == answersP81;
    switch (query.start) {
    case longStatus.start:
        return p81 ? decodeCellsP81(registers, to) : decodeStatus(query, registers, to);
    case stateP81.start:
        decodeStateP81(registers, to);
        return true;
    case extra.start:
        to.mosfetTemperature = temperature(registers, mosfetReg);
        m_hasExtra = to.mosfetTemperature.has_value();
        return true;
    case settingsRead.start:
        decodeLimits(registers, to);
        decodeSettings(settingRows(), registers, update.parameters);
        return true;
    case settingsReadP81.start: {
        const Registers asD2(settingsRead.start, registers.from(settingsReadP81.start));
        decodeLimits(asD2, to);
        decodeSettings(settingRows(), asD2, update.parameters);
        return true;
    }
    case balancerRead.start:
        to.balancerEnabled = isOn(registers, balancerRead.start);
        return true;
    case versions.start:
        decodeVersions(registers.from(versions.start).first(versionSize), to);
        return true;
    case versionsP81.start: {
        const Bytes texts = registers.from(versionsP81.start);
        to.firmwareVersion = decodeText(texts.first(firmwareSizeP81));
        to.hardwareVersion = decodeText(texts.subspan(firmwareSizeP81, hardwareSizeP81));
        return true;
    }
    default:
        return false;
    }
}

bool DalyBleDriver::decodeStatus(const Query &query, const Registers &registers, BatteryState &to)
{
    const qint64 cellCount = registers.integer(cellCountReg).value_or(0);
    const qint64 sensorCount = registers.integer(sensorCountReg).value_or(0);
    if (cellCount < 1 || cellCount > maxCells || sensorCount > maxSensors)
        return false;
    m_dialect = Dialect::D2;
    m_firmware = query.count == longStatus.count ? Firmware::Knows80 : Firmware::Knows62;
    m_cells = static_cast<size_t>(cellCount);
    to.cellCount = cellCount;
    registers.decode(statusFields, to);
    registers.decode(cells, static_cast<int>(cellCount), to);
    decodeSensors(sensors, sensorCount, registers, to);
    to.chargeAllowed = isOn(registers, chargeFetReg);
    to.dischargeAllowed = isOn(registers, dischargeFetReg);
    if (m_firmware == Firmware::Knows80) {
        decodeBalancing(registers, balancingReg, m_cells, to);
        decodeBalanceCurrent(registers, balanceCurrentReg, to);
        to.mosfetTemperature = temperature(registers, mosfetReg);
    } else {
        decodeBalancing(registers, balancerStateReg, std::min<size_t>(m_cells, 16), to);
        to.cellBalancing.resize(m_cells, false);
    }
    quint64 word = 0;
    for (quint16 i = 0; i < 4; ++i)
        word = word << 16 | static_cast<quint64>(registers.integer(alarmsReg + i).value_or(0));
    to.problemCode = decodeWord(registers.from(alarmsReg).first(8));
    to.alarms = {};
    decodeAlarms(alarmRows, word, to.alarms);
    return true;
}

bool DalyBleDriver::decodeCellsP81(const Registers &registers, BatteryState &to)
{
    const qint64 cellCount = registers.integer(cellCountRegP81).value_or(0);
    const qint64 sensorCount = registers.integer(sensorCountRegP81).value_or(0);
    if (cellCount < 1 || cellCount > maxCellsP81 || sensorCount > maxSensors)
        return false;
    m_dialect = Dialect::P81;
    m_cells = static_cast<size_t>(cellCount);
    to.cellCount = cellCount;
    registers.decode(cellFieldsP81, to);
    registers.decode(cells, static_cast<int>(cellCount), to);
    decodeSensors(sensorsP81, sensorCount, registers, to);
    return true;
}

void DalyBleDriver::decodeStateP81(const Registers &registers, BatteryState &to) const
{
    registers.decode(stateFieldsP81, to);
    decodeBalancing(registers, balancingRegP81, m_cells, to);
    decodeBalanceCurrent(registers, balanceCurrentRegP81, to);
    to.chargeAllowed = isOn(registers, chargeFetRegP81);
    to.dischargeAllowed = isOn(registers, dischargeFetRegP81);
    to.heating = isOn(registers, heaterFetRegP81);
    to.mosfetTemperature = temperature(registers, mosfetRegP81);
}

Recognition DalyBleDriver::recognise(const BatteryState &read) const
{
    return read.soc && *read.soc <= 100 && cellsMakeUp(read, sumTolerance) ? Recognition::Yes
                                                                           : Recognition::No;
}

std::unique_ptr<Procedure> DalyBleDriver::control(Control control, double value, const BatteryState &)
{
    if (m_dialect == Dialect::P81)
        return nullptr;
    const bool on = value != 0;
    Command command;
    command.read = request(m_firmware == Firmware::Knows62 ? shortStatus : longStatus, timeoutMs);
    command.refusalText = exceptionText;
    quint16 reg = 0;
    quint16 raw = on ? 1 : 0;
    switch (control) {
    case Control::Charge:
        reg = chargeSwitchReg;
        command.shown = [on](const BatteryState &read) { return read.chargeAllowed == on; };
        command.notDone = Words::tr("the charge FET was not switched");
        command.noEffect = Words::tr("the BMS confirmed, but the charge FET did not change");
        break;
    case Control::Discharge:
        reg = dischargeSwitchReg;
        command.shown = [on](const BatteryState &read) { return read.dischargeAllowed == on; };
        command.notDone = Words::tr("the discharge FET was not switched");
        command.noEffect = Words::tr("the BMS confirmed, but the discharge FET did not change");
        break;
    case Control::Balancing:
        reg = balancerRead.start;
        command.read = request(balancerRead, timeoutMs);
        command.shown = [on](const BatteryState &read) { return read.balancerEnabled == on; };
        command.notDone = Words::tr("the balancer was not switched");
        command.noEffect = Words::tr("the BMS confirmed, but the balancer did not change");
        break;
    case Control::StateOfCharge:
        if (!(value >= 0 && value <= 100))
            return nullptr;
        reg = socReg;
        raw = static_cast<quint16>(std::lround(value * 10));
        command.shown = [value](const BatteryState &read) {
            return read.soc && std::abs(*read.soc - value) <= socTolerance;
        };
        command.notDone = Words::tr("the state of charge was not set");
        command.noEffect = Words::tr("the BMS confirmed, but the state of charge did not change");
        break;
    default:
        return nullptr;
    }
    command.write = [reg, raw] { return storing(reg, raw); };
    return commandAndCheck(std::move(command));
}

const std::vector<ParameterInfo> &DalyBleDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = settingInfos(settingRows());
    return infos;
}

std::unique_ptr<Procedure> DalyBleDriver::readParameters(const QStringList &ids)
{
    return readSettings(settings(), ids);
}

std::unique_ptr<Procedure> DalyBleDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return m_dialect == Dialect::P81 ? nullptr : writeSettings(settings(), values);
}

SettingAccess DalyBleDriver::settings() const
{
    const Query read = m_dialect == Dialect::P81 ? settingsReadP81 : settingsRead;
    return {settingRows(), [read](const SettingRow &) { return request(read, timeoutMs); },
            [](const SettingRow &row, const QByteArray &raw) {
                return storing(row.reg,
                               static_cast<quint16>(readInteger(bytesOf(raw), 0, Wire::U16BE).value_or(0)));
            },
            exceptionText};
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<DalyBleDriver>(config);
            }};
}

} // namespace sb::daly_ble
