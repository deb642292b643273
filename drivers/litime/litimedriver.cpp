// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/litime/litimedriver.h"

#include "drivers/modbus/settings.h"

#include <QCoreApplication>
#include <algorithm>

namespace sb::litime {
namespace {

using namespace frames;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Litime)
};

enum Command : quint8 {
    ChargeOn = 0x0A,
    ChargeOff = 0x0B,
    DischargeOn = 0x0C,
    DischargeOff = 0x0D,
    Serial = 0x10,
    Status = 0x13,
    Version = 0x16,
};

// 00 00 L ...: L + 4 bytes, the last one their sum.
constexpr FrameRule rule{.header = {0x00, 0x00},
                         .headerSize = 2,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = 2,
                         .lengthPlus = 4,
                         .minimum = 8,
                         .maximum = 255 + 4,
                         .checksum = Checksum::Sum8,
                         .checksumAtEnd = 1};
constexpr size_t commandAt = 4; ///< with bit 7 set in answers
constexpr quint8 answerBit = 0x80;
constexpr size_t dataAt = 8; ///< of texts

constexpr std::array asks{
    Ask{Status, "000004011355aa17"},
    Ask{Version, "000004011655aa1a", Asked::AtStart, true, 0, 1500, 1},
    Ask{Serial, "000004011055aa14", Asked::AtStart, true, 0, 1500, 1},
};

constexpr size_t statusSize = 105;
constexpr std::array fields{
    FieldRow{12, Wire::U32LE, &BatteryState::voltage, 0.001}, // the sum of the cells
    FieldRow{48, Wire::S32LE, &BatteryState::current, 0.001},
    FieldRow{54, Wire::S16LE, &BatteryState::mosfetTemperature},
    FieldRow{62, Wire::U16LE, &BatteryState::remainingAh, 0.01},
    FieldRow{64, Wire::U16LE, &BatteryState::capacityAh, 0.01},
    FieldRow{90, Wire::U16LE, &BatteryState::soc},
    FieldRow{92, Wire::U32LE, &BatteryState::soh},
    FieldRow{96, Wire::U32LE, &BatteryState::cycles},
};
constexpr FieldRow terminals{8, Wire::U32LE, &BatteryState::voltage, 0.001};
constexpr ListRow cells{16, Wire::U16LE, 2, &BatteryState::cellVoltages, 0.001}; // 0: no cell there
constexpr int cellPlaces = 16;
constexpr size_t firstSensorAt = 52;
constexpr std::array<size_t, 3> furtherSensorsAt{56, 58, 60}; ///< 0: no sensor

constexpr size_t heatAt = 68;
constexpr qint64 dischargeSwitchedOff = 0x80;
constexpr qint64 heaterError = 0x02;
constexpr size_t protectionAt = 76;
constexpr qint64 stopsDischarge = 0x20 | 0x80;
constexpr size_t failureAt = 80;
constexpr size_t balancingAt = 84; ///< bit 0: cell 1
constexpr size_t stateAt = 88;
constexpr qint64 chargeDisabled = 4;
constexpr std::array protections{
    AlarmRow{2, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{7, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{8, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{9, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{10, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{11, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{14, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
};

constexpr int fewestCells = 4; ///< of these blocks
constexpr double lowestCell = 1.0;
constexpr double highestCell = 4.5;

QString refusalText(int) { return {}; } // boards have no words for a refusal

Request command(Command which)
{
    Request request;
    request.id = which;
    request.bytes = QByteArray::fromHex("00000401");
    request.bytes.append(static_cast<char>(which));
    request.bytes.append(QByteArray::fromHex("55aa"));
    appendInteger(request.bytes, checksum(Checksum::Sum8, bytesOf(request.bytes)), Wire::U8);
    request.timeoutMs = 1500;
    return request;
}

AdvertisementRule block(const char *name) { return {.name = name, .service = "ffe0", .maker = 0x585A}; }

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("litime");
    info.names = {QStringLiteral("LiTime"), QStringLiteral("Redodo"), QStringLiteral("Power Queen"),
                  QStringLiteral("Starry Sea")};
    info.bmsTypes = {QStringLiteral("LiTime_Ble"), QStringLiteral("aiobmsble_redodo_bms")};
    info.typeName = QStringLiteral("LiTime");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE1)},
                                .write = bluetoothUuid(0xFFE2)}};
    for (const char *name : {"P-12*", "P-24*", "PQ-12*", "PQ-24*", "R-12*", "R-24*", "RO-12*", "RO-24*",
                             "L-12*", "L-24*", "L-51*", "LT-12???BG-A0[7-9]*", "LT-24???B-A00[3-9]*",
                             "LT-24???B-A0[1-9]*", "LT-24???B-A[1-9]*", "LT-51*", "S-*", "SS-*"})
        info.bluetooth.advertisements.push_back(block(name));
    info.pollIntervalMs = 2000;
    info.detectionRank = 20;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "The status: recorded frames of 4 and 8 cell blocks.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "Version and serial number, the switches, which temperature protections mean charging.");
    info.reads = {Field::serialNumber,
                  Field::uniqueId,
                  Field::hardwareVersion,
                  Field::firmwareVersion,
                  Field::productionDate,
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
                  Field::heating,
                  Field::problemCode,
                  Field::alarms};
    info.writes = {Control::Charge, Control::Discharge};
    return info;
}

} // namespace

LitimeDriver::LitimeDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &LitimeDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

std::optional<int> LitimeDriver::idOf(Bytes frame) const
{
    if ((frame[commandAt] & answerBit) == 0)
        return std::nullopt;
    return frame[commandAt] & ~answerBit;
}

FrameDriver::Taken LitimeDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    BatteryState &to = update.values;
    const Bytes data = frame.subspan(dataAt, frame.size() - dataAt - 1);
    switch (pending.id) {
    case Status:
        return decodeStatus(frame, to) ? Taken::Done : Taken::Impossible;
    case Serial:
        to.serialNumber = to.uniqueId = decodeText(data);
        return Taken::Done;
    case Version: {
        const auto major = readInteger(data, 0, Wire::U16LE);
        const auto minor = readInteger(data, 2, Wire::U16LE);
        const auto patch = readInteger(data, 4, Wire::U16LE);
        const auto year = readInteger(data, 6, Wire::U16LE);
        if (!major || !minor || !patch || !year || data.size() < 10)
            return Taken::Impossible;
        to.firmwareVersion = QStringLiteral("%1.%2.%3").arg(*major).arg(*minor).arg(*patch);
        if (const QDate date(static_cast<int>(*year), data[8], data[9]); date.isValid())
            to.productionDate = date;
        to.hardwareVersion = decodeText(data.subspan(10));
        return Taken::Done;
    }
    default:
        return Taken::Done; // a switch was confirmed; whether it moved, the status tells
    }
}

bool LitimeDriver::decodeStatus(Bytes frame, BatteryState &to)
{
    if (frame.size() != statusSize)
        return false;
    BatteryState read;
    decodeList(cells, cellPlaces, frame, read);
    size_t count = cellPlaces;
    while (count > m_cells && *read.cellVoltages[count - 1] == 0)
        --count;
    if (count < fewestCells)
        return false;
    m_cells = count;
    to.cellVoltages = read.cellVoltages;
    to.cellVoltages.resize(count);
    for (Number &cell : to.cellVoltages) {
        if (*cell == 0)
            cell.reset(); // dead, or its wire is off: its place stays
    }
    to.cellCount = static_cast<qint64>(count);

    decodeFields(fields, frame, to);
    if (to.voltage == 0)
        decodeFields({&terminals, 1}, frame, to);
    to.temperatures.assign(1, readNumber(frame, firstSensorAt, Wire::S16LE));
    for (const size_t at : furtherSensorsAt) {
        if (const auto sensor = readNumber(frame, at, Wire::S16LE); sensor && *sensor != 0)
            to.temperatures.push_back(sensor);
    }

    const qint64 heat = readInteger(frame, heatAt, Wire::U32LE).value_or(0);
    const qint64 protection = readInteger(frame, protectionAt, Wire::U32LE).value_or(0);
    const qint64 failure = readInteger(frame, failureAt, Wire::U32LE).value_or(0);
    to.heating = (heat & ~(dischargeSwitchedOff | heaterError)) != 0;
    to.chargeAllowed = readInteger(frame, stateAt, Wire::U16LE) != chargeDisabled;
    to.dischargeAllowed = (heat & dischargeSwitchedOff) == 0 && (protection & stopsDischarge) == 0;
    std::array<quint8, 8> problem{};
    std::copy_n(frame.begin() + protectionAt, problem.size(), problem.rbegin()); // little-endian
    to.problemCode = decodeWord(problem);
    to.alarms = {};
    decodeAlarms(protections, static_cast<quint64>(protection), to.alarms);
    to.alarms.support(AlarmName::InternalFailure);
    if (failure != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Alarm);
    else if ((heat & heaterError) != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    const qint64 balancing = readInteger(frame, balancingAt, Wire::U32LE).value_or(0);
    to.cellBalancing.assign(count, false);
    for (size_t i = 0; i < count; ++i)
        to.cellBalancing[i] = (balancing >> i & 1) != 0;
    return true;
}

Recognition LitimeDriver::recognise(const BatteryState &read) const
{
    const bool fits = read.voltage && read.soc && *read.soc <= 100 &&
                      std::all_of(read.cellVoltages.begin(), read.cellVoltages.end(), [](const Number &cell) {
                          return !cell || (*cell >= lowestCell && *cell <= highestCell);
                      });
    return fits && read.cellCount ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> LitimeDriver::control(Control control, double value, const BatteryState &)
{
    const bool on = value != 0;
    modbus::Command switching;
    switching.read = request(asks[0]);
    switching.refusalText = refusalText;
    switch (control) {
    case Control::Charge:
        switching.write = [on] { return command(on ? ChargeOn : ChargeOff); };
        switching.shown = [on](const BatteryState &read) { return read.chargeAllowed == on; };
        switching.notDone = Words::tr("charging was not switched");
        switching.noEffect = Words::tr("the BMS confirmed, but charging did not change");
        break;
    case Control::Discharge:
        switching.write = [on] { return command(on ? DischargeOn : DischargeOff); };
        switching.shown = [on](const BatteryState &read) { return read.dischargeAllowed == on; };
        switching.notDone = Words::tr("discharging was not switched");
        switching.noEffect = Words::tr("the BMS confirmed, but discharging did not change");
        break;
    default:
        return nullptr;
    }
    return modbus::commandAndCheck(std::move(switching));
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<LitimeDriver>(config);
            }};
}

} // namespace sb::litime
