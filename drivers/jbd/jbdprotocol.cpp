// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbdprotocol.h"

#include "bms/fieldtable.h"

#include <algorithm>

namespace sb::jbd {
namespace {

constexpr quint8 startByte = 0xDD;
constexpr quint8 endByte = 0x77;
constexpr quint8 readByte = 0xA5;
constexpr quint8 writeByte = 0x5A;
constexpr int maxData = 64;
/// Marks the id of a write request; the rest of an id is the register.
constexpr int writeId = 0x100;
constexpr int passwordId = 0x200;

// FF AA 15 L text sum, answered FF AA 15 01 verdict sum; the sum begins behind the two header bytes.
constexpr std::array<quint8, 3> passwordHeader{0xFF, 0xAA, 0x15};
constexpr qsizetype passwordSumFrom = 2;
constexpr qsizetype longestPassword = 14; ///< what one write of 20 bytes holds

// ---- Register 0x03, basic information ----

constexpr Scale hundredth(0.01);
/// 0.1 K; the boards take 2731 for 0 degC, not 2731.5.
constexpr Scale kelvinTenth(0.1, -273.1);

constexpr std::array basicFields{
    FieldRow{0, Wire::U16BE, &BatteryState::voltage, hundredth},
    FieldRow{2, Wire::S16BE, &BatteryState::current, hundredth},
    FieldRow{4, Wire::U16BE, &BatteryState::remainingAh, hundredth},
    FieldRow{6, Wire::U16BE, &BatteryState::capacityAh, hundredth},
    FieldRow{8, Wire::U16BE, &BatteryState::cycles},
    FieldRow{16, Wire::U16BE, &BatteryState::problemCode},
    FieldRow{19, Wire::U8, &BatteryState::soc},
    FieldRow{21, Wire::U8, &BatteryState::cellCount},
};
constexpr std::array basicFlags{
    FlagRow{20, Wire::U8, 0, &BatteryState::chargeAllowed},
    FlagRow{20, Wire::U8, 1, &BatteryState::dischargeAllowed},
};
constexpr size_t dateAt = 10;
constexpr size_t balancingLowAt = 12;  ///< cells 1 to 16
constexpr size_t balancingHighAt = 14; ///< cells 17 to 32
constexpr size_t protectionAt = 16;
constexpr size_t versionAt = 18;
constexpr size_t cellCountAt = 21;

/// The two frames differ in what follows the cell count.
struct SensorLayout
{
    size_t countAt;
    ListRow list;
};
constexpr SensorLayout classicSensors{22, {23, Wire::U16BE, 2, &BatteryState::temperatures, kelvinTenth}};
constexpr SensorLayout addressedSensors{28, {29, Wire::U16BE, 2, &BatteryState::temperatures, kelvinTenth}};
constexpr std::array addressedFields{
    FieldRow{26, Wire::U16BE, &BatteryState::mosfetTemperature, kelvinTenth},
};

constexpr std::array protectionAlarms{
    AlarmRow{0, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{1, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{2, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{3, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{4, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{5, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{7, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{8, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{9, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{10, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
    AlarmRow{11, AlarmName::InternalFailure, AlarmLevel::Alarm},
};

constexpr qint64 maxCells = 32;
constexpr qint64 maxSensors = 16;
/// Readings outside come from open or shorted sensors.
constexpr double lowestTemperature = -50;
constexpr double highestTemperature = 150;
/// A current up to here is no charging (the full-charge rule).
constexpr double restingCurrent = 0.5;
/// SoC and remaining / capacity further apart than this: the capacity may count in another unit.
constexpr double capacityDisagreement = 20;

void dropOpenSensor(Number &temperature)
{
    if (temperature && (*temperature < lowestTemperature || *temperature > highestTemperature))
        temperature.reset();
}

/// A full battery holds these two for hours while it waits for a load.
void softenFullCharge(BatteryState &state)
{
    if (!state.dischargeAllowed.value_or(false) || state.current.value_or(0) > restingCurrent)
        return;
    for (const AlarmName alarm : {AlarmName::HighCellVoltage, AlarmName::HighVoltage}) {
        if (state.alarms.level(alarm) == AlarmLevel::Alarm)
            state.alarms.set(alarm, AlarmLevel::Warning);
    }
}

void judgeSoc(const Options &options, double soc, AlarmSet &alarms)
{
    if (!options.socLowWarning && !options.socLowAlarm)
        return;
    alarms.support(AlarmName::LowSoc);
    if (options.socLowWarning && soc < *options.socLowWarning)
        alarms.raise(AlarmName::LowSoc, AlarmLevel::Warning);
    if (options.socLowAlarm && soc < *options.socLowAlarm)
        alarms.raise(AlarmName::LowSoc, AlarmLevel::Alarm);
}

// ---- Registers 0x04, 0x05, 0xAA ----

bool decodeCellVoltages(Bytes data, BatteryState &to)
{
    if (data.empty() || data.size() % 2 != 0 || data.size() > maxData)
        return false;
    static constexpr ListRow cells{0, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
    decodeList(cells, static_cast<int>(data.size() / 2), data, to);
    return true;
}

bool decodeDeviceName(Bytes data, BatteryState &to)
{
    // No length byte before it: captures contradict the register map here.
    to.hardwareVersion = decodeText(data);
    to.productName = to.hardwareVersion;
    to.productName = to.hardwareVersion;
    return true;
}

bool decodeErrorCounters(Bytes data, BatteryState &to)
{
    if (data.size() != 22 && data.size() != 24)
        return false;
    // EventCounter has them in the order of the board; the last word, where there is one, is unknown.
    for (size_t i = 0; i < eventCounterCount; ++i)
        to.history[i] = static_cast<int>(readInteger(data, 2 * i, Wire::U16BE).value_or(0));
    return true;
}

} // namespace

QDate dateOf(quint16 raw) { return {2000 + (raw >> 9), (raw >> 5) & 15, raw & 31}; }

Options::Options(const DriverConfig &config)
{
    const auto flag = [&](const char *name, bool usual) {
        return config.options.value(QLatin1String(name), usual).toBool();
    };
    const auto number = [&](const char *name) {
        bool ok = false;
        const double value = config.options.value(QLatin1String(name)).toDouble(&ok);
        return ok ? Number(value) : std::nullopt;
    };
    // Over Bluetooth the first sensor is like the others, except where an old configuration relies on it.
    const bool serial = config.transport != TransportKind::Bluetooth;
    const bool oldType =
        config.options.value(QStringLiteral("bmsType")).toString() == QLatin1String("LltJbd_Ble");
    firstSensorIsMosfet = flag("firstSensorIsMosfet", serial || oldType);
    fullChargeAsWarning = flag("fullChargeAsWarning", true);
    readSettingsAtStart = flag("readSettingsAtStart", false);
    socLowWarning = number("socLowWarning");
    socLowAlarm = number("socLowAlarm");
}

Protocol::Protocol(const DriverConfig &config)
    : m_options(config)
    , m_timeoutMs(config.transport == TransportKind::Bluetooth ? 1000 : 500)
{
    if (config.address)
        m_address = static_cast<quint8>(*config.address);
}

FrameRule Protocol::frameRule() const
{
    //  classic:   DD reg status n data.. sum sum 77        sum from status on
    //  addressed: DD addr reg status n data.. sum sum 77   sum from addr on
    const quint16 shift = isAddressed() ? 1 : 0;
    FrameRule rule;
    rule.header = {startByte, m_address.value_or(0)};
    rule.headerSize = static_cast<quint8>(1 + shift);
    rule.length = FrameRule::Length::U8;
    rule.lengthOffset = 3 + shift;
    rule.lengthPlus = 7 + shift;
    rule.minimum = rule.lengthPlus;
    rule.maximum = rule.lengthPlus + maxData;
    rule.checksum = Checksum::Sum16Complement;
    rule.checksumOrder = FrameRule::Order::BigEndian;
    rule.checksumFrom = isAddressed() ? 1 : 2;
    rule.checksumAtEnd = 3;
    rule.tail = {endByte};
    rule.tailSize = 1;
    return rule;
}

FrameRule Protocol::passwordRule()
{
    FrameRule rule;
    std::copy(passwordHeader.begin(), passwordHeader.end(), rule.header.begin());
    rule.headerSize = passwordHeader.size();
    rule.length = FrameRule::Length::U8;
    rule.lengthOffset = passwordHeader.size();
    rule.lengthPlus = passwordVerdictAt + 1;
    rule.minimum = rule.maximum = rule.lengthPlus + 1;
    rule.checksum = Checksum::Sum8;
    rule.checksumFrom = passwordSumFrom;
    rule.checksumAtEnd = 1;
    return rule;
}

Request Protocol::passwordRequest(const QByteArray &password) const
{
    const QByteArray given = password.first(std::min(password.size(), longestPassword));
    Request request;
    request.id = passwordId;
    request.timeoutMs = m_timeoutMs;
    for (const quint8 byte : passwordHeader)
        appendInteger(request.bytes, byte, Wire::U8);
    appendInteger(request.bytes, given.size(), Wire::U8);
    request.bytes += given;
    appendInteger(request.bytes, checksum(Checksum::Sum8, bytesOf(request.bytes).subspan(passwordSumFrom)),
                  Wire::U8);
    request.secretFrom = static_cast<int>(passwordVerdictAt);
    request.secretSize = static_cast<int>(given.size()) + 1; // the sum would tell part of it
    return request;
}

bool Protocol::isPassword(const Request &request) { return request.id == passwordId; }

Request Protocol::request(quint8 direction, quint8 reg, QByteArrayView data) const
{
    Request request;
    request.id = direction == writeByte ? writeId | reg : reg;
    request.timeoutMs = m_timeoutMs;
    QByteArray &bytes = request.bytes;
    bytes.reserve(data.size() + 8);
    appendInteger(bytes, startByte, Wire::U8);
    if (m_address)
        appendInteger(bytes, *m_address, Wire::U8);
    appendInteger(bytes, direction, Wire::U8);
    appendInteger(bytes, reg, Wire::U8);
    appendInteger(bytes, data.size(), Wire::U8);
    bytes.append(data);
    const qsizetype sumFrom = m_address ? 1 : 2;
    const quint32 sum =
        checksum(Checksum::Sum16Complement, bytesOf(bytes).subspan(static_cast<size_t>(sumFrom)));
    appendInteger(bytes, sum, Wire::U16BE);
    appendInteger(bytes, endByte, Wire::U8);
    return request;
}

Request Protocol::read(quint8 reg) const { return request(readByte, reg, {}); }
Request Protocol::write(quint8 reg, QByteArrayView data) const { return request(writeByte, reg, data); }

Request Protocol::write(quint8 reg, quint16 word) const
{
    QByteArray data;
    appendInteger(data, word, Wire::U16BE);
    return write(reg, data);
}

quint8 Protocol::registerOf(const Request &request) { return static_cast<quint8>(request.id & 0xFF); }
bool Protocol::isWrite(const Request &request) { return (request.id & writeId) != 0; }

Message Protocol::parse(Bytes frame) const
{
    const size_t first = isAddressed() ? 2 : 1;
    Message message;
    message.echo = frame[first] == readByte || frame[first] == writeByte;
    message.reg = frame[first];
    message.status = frame[first + 1];
    message.data = frame.subspan(first + 3, frame[first + 2]);
    return message;
}

bool Protocol::decode(quint8 reg, Bytes data, BatteryState &to) const
{
    switch (reg) {
    case reg::basicInformation:
        return decodeBasicInformation(data, to);
    case reg::cellVoltages:
        return decodeCellVoltages(data, to);
    case reg::deviceName:
        return decodeDeviceName(data, to);
    case reg::errorCounters:
        return decodeErrorCounters(data, to);
    default:
        return false;
    }
}

bool Protocol::decodeBasicInformation(Bytes data, BatteryState &to) const
{
    const SensorLayout &sensors = isAddressed() ? addressedSensors : classicSensors;
    const auto sensorCount = readInteger(data, sensors.countAt, Wire::U8);
    const auto cellCount = readInteger(data, cellCountAt, Wire::U8);
    if (!sensorCount || *sensorCount > maxSensors || !cellCount || *cellCount < 1 || *cellCount > maxCells)
        return false;
    // The sensor count is the last byte that every board sends: all before it is there.
    decodeFields(basicFields, data, to);
    decodeFlags(basicFlags, data, to);
    to.manufacturer = QStringLiteral("JBD");
    const QDate made = dateOf(static_cast<quint16>(readInteger(data, dateAt, Wire::U16BE).value_or(0)));
    to.productionDate = made.isValid() ? Date(made) : std::nullopt;
    const quint8 version = data[versionAt];
    to.firmwareVersion = QStringLiteral("%1.%2").arg(version >> 4).arg(version & 15);

    const auto balancing =
        static_cast<quint32>(readInteger(data, balancingLowAt, Wire::U16BE).value_or(0) |
                             readInteger(data, balancingHighAt, Wire::U16BE).value_or(0) << 16);
    to.cellBalancing.clear();
    for (qint64 cell = 0; cell < *cellCount; ++cell)
        to.cellBalancing.push_back((balancing >> cell) & 1U);

    decodeList(sensors.list, static_cast<int>(*sensorCount), data, to);
    for (Number &temperature : to.temperatures)
        dropOpenSensor(temperature);
    to.mosfetTemperature.reset();
    if (isAddressed()) {
        decodeFields(addressedFields, data, to);
        dropOpenSensor(to.mosfetTemperature);
    } else if (m_options.firstSensorIsMosfet && *sensorCount > 1 && !to.temperatures.empty()) {
        to.mosfetTemperature = to.temperatures.front();
        to.temperatures.erase(to.temperatures.begin());
    }

    const auto protection = static_cast<quint16>(readInteger(data, protectionAt, Wire::U16BE).value_or(0));
    to.alarms = {};
    decodeAlarms(protectionAlarms, protection, to.alarms);
    if (m_options.fullChargeAsWarning)
        softenFullCharge(to);
    judgeSoc(m_options, *to.soc, to.alarms);

    to.notices.reset();
    const auto notice = [&](Notice which, bool on) { to.notices.set(static_cast<size_t>(which), on); };
    notice(Notice::LockedByCommand, protection & lockedByCommandBit);
    notice(Notice::ChargeTimeout, protection & chargeTimeoutBit);
    notice(Notice::CapacityUnitDoubtful,
           *to.capacityAh > 0 &&
               std::abs(*to.remainingAh / *to.capacityAh * 100 - *to.soc) > capacityDisagreement);
    return true;
}

} // namespace sb::jbd
