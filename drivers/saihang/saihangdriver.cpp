// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/saihang/saihangdriver.h"

#include "bms/cells.h"
#include "drivers/modbus/settings.h"

#include <QCoreApplication>

namespace sb::saihang {
namespace {

using namespace frames;

constexpr quint8 readRegisters = 0x03;
constexpr size_t functionAt = 3;
constexpr size_t sizeAt = 4;
constexpr size_t dataAt = 5;
constexpr quint16 overhead = 7; ///< mark, unit, function, size, CRC
constexpr quint8 statusSize = 2 * 0x48;
constexpr quint8 longSize = 2 * 0x53; ///< with all settings
constexpr FrameRule rule{.header = {0xA5, 0xA5},
                         .headerSize = 2,
                         .length = FrameRule::Length::U8,
                         .lengthOffset = sizeAt,
                         .lengthPlus = overhead,
                         .minimum = statusSize + overhead,
                         .maximum = longSize + overhead,
                         .checksum = Checksum::Crc16Modbus,
                         .checksumOrder = FrameRule::Order::LittleEndian,
                         .checksumFrom = 2,
                         .checksumAtEnd = 2};

// Frames tell no more than their size; the unit is 0, some answer as another one.
constexpr Ask status{statusSize, "a5a5000300000048442d"};
constexpr Ask settings{longSize, "a5a50003000000530426"};
constexpr std::array asks{status};

constexpr std::array fields{
    FieldRow{0, Wire::S32BE, &BatteryState::current, 0.01},
    FieldRow{4, Wire::U32BE, &BatteryState::voltage, 0.01},
    FieldRow{8, Wire::U16BE, &BatteryState::soc},
    FieldRow{10, Wire::U16BE, &BatteryState::soh},
    FieldRow{12, Wire::U32BE, &BatteryState::remainingAh, 0.01},
    FieldRow{20, Wire::U32BE, &BatteryState::capacityAh, 0.01}, // as designed; before it as charged last
    FieldRow{24, Wire::U16BE, &BatteryState::cycles},
};
constexpr size_t problemAt = 26; // inverted: all ones is none
constexpr std::array flags{
    FlagRow{32, Wire::U16BE, 9, &BatteryState::chargeAllowed},
    FlagRow{32, Wire::U16BE, 10, &BatteryState::dischargeAllowed},
};
constexpr size_t balancingAt = 36;
constexpr size_t cellCountAt = 38;
constexpr size_t cellsAt = 40;
constexpr int cellPlaces = 20;
constexpr size_t sensorCountAt = 80;
constexpr size_t sensorsAt = 82;
constexpr int sensorPlaces = 10;
constexpr size_t mosfetSensorAt = 102;
constexpr size_t ambientSensorAt = 104;
constexpr qint64 notFitted = 0xFFFF;
constexpr int freezing = 2730;

constexpr const char *voltages = QT_TRANSLATE_NOOP("Parameter", "Voltage protection");
constexpr modbus::SettingRow volts(quint16 reg, const char *id, const char *name)
{
    return {reg, id, name, voltages, "V", Wire::U32BE, 0.001, 3, 0, 100};
}
constexpr modbus::SettingRow cellVolts(quint16 reg, const char *id, const char *name)
{
    return {reg, id, name, voltages, "V", Wire::U16BE, 0.001, 3, 0, 5};
}
constexpr modbus::SettingRow delay(quint16 reg, const char *id, const char *name)
{
    return {reg, id, name, voltages, "s", Wire::U16BE, 0.1, 1, 0, 6553.5};
}
constexpr std::array settingRows{
    volts(60, "packOvervoltageWarning", QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage warning")),
    volts(62, "packOvervoltage", QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage")),
    volts(64, "packOvervoltageRelease", QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage release")),
    delay(66, "packOvervoltageDelay", QT_TRANSLATE_NOOP("Parameter", "Pack over-voltage delay")),
    cellVolts(67, "cellOvervoltageWarning", QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage warning")),
    cellVolts(68, "cellOvervoltage", QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage")),
    cellVolts(69, "cellOvervoltageRelease", QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage release")),
    delay(70, "cellOvervoltageDelay", QT_TRANSLATE_NOOP("Parameter", "Cell over-voltage delay")),
    volts(71, "packUndervoltageWarning", QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage warning")),
    volts(73, "packUndervoltage", QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage")),
    volts(75, "packUndervoltageRelease", QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage release")),
    delay(77, "packUndervoltageDelay", QT_TRANSLATE_NOOP("Parameter", "Pack under-voltage delay")),
    cellVolts(78, "cellUndervoltageWarning", QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage warning")),
    cellVolts(79, "cellUndervoltage", QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage")),
    cellVolts(80, "cellUndervoltageRelease", QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage release")),
    delay(81, "cellUndervoltageDelay", QT_TRANSLATE_NOOP("Parameter", "Cell under-voltage delay")),
};

constexpr double sumTolerance = 0.05;

QString refusalText(int) { return {}; } // boards have no words for a refusal

/// Nothing where it is not fitted.
Number sensor(Bytes data, size_t at)
{
    const auto raw = readInteger(data, at, Wire::U16BE);
    if (!raw || *raw == notFitted)
        return std::nullopt;
    return static_cast<double>(*raw - freezing) / 10;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("saihang");
    info.names = {QStringLiteral("Saihang"), QStringLiteral("Anenji"), QStringLiteral("Aninerel")};
    info.bmsTypes = {QStringLiteral("aiobmsble_saihang_bms")};
    info.typeName = QStringLiteral("Saihang");
    info.transports = {TransportKind::Bluetooth};
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFFA),
                                .notify = {bluetoothUuid(0xFFFC)},
                                .write = bluetoothUuid(0xFFFB)}};
    info.bluetooth.advertisements = {{.name = "SH*", .service = "fffa"}};
    info.pollIntervalMs = 2000;
    info.detectionRank = 15;
    info.hasParameters = true;
    info.verified = QT_TRANSLATE_NOOP("Evidence", "The status: one recorded frame of an 8-cell battery.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The meaning of the protection word is unknown; the settings are from public notes, "
                    "of which those below the under-voltages were never seen in a frame.");
    info.reads = {Field::voltage,
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
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

SaihangDriver::SaihangDriver(const DriverConfig &config)
    : FrameDriver(config, rule, asks)
{}

const DriverInfo &SaihangDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

std::optional<int> SaihangDriver::idOf(Bytes frame) const
{
    return frame[functionAt] == readRegisters ? std::optional<int>(frame[sizeAt]) : std::nullopt;
}

FrameDriver::Taken SaihangDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    const Bytes data = frame.subspan(dataAt, frame.size() - overhead);
    const qint64 cells = readInteger(data, cellCountAt, Wire::U16BE).value_or(0);
    const qint64 sensors = readInteger(data, sensorCountAt, Wire::U16BE).value_or(0);
    BatteryState read;
    decodeFields(fields, data, read);
    if (cells < 1 || cells > cellPlaces || sensors > sensorPlaces || read.soc > 100)
        return Taken::Impossible;

    BatteryState &to = update.values;
    decodeFields(fields, data, to);
    decodeFlags(flags, data, to);
    to.cellCount = cells;
    to.cellVoltages.clear();
    to.cellBalancing.clear();
    const qint64 balancing = readInteger(data, balancingAt, Wire::U16BE).value_or(0);
    for (qint64 i = 0; i < cells; ++i) {
        const qint64 raw = readInteger(data, cellsAt + 2 * static_cast<size_t>(i), Wire::U16BE).value_or(0);
        to.cellVoltages.push_back(raw == notFitted ? Number() : Number(static_cast<double>(raw) / 1000));
        to.cellBalancing.push_back((balancing >> i & 1) != 0);
    }
    to.temperatures.clear();
    for (size_t i = 0; i < static_cast<size_t>(sensors); ++i) {
        if (const Number value = sensor(data, sensorsAt + 2 * i))
            to.temperatures.push_back(value);
    }
    if (const auto extremes = cellExtremes(to.temperatures)) {
        to.minCellTemperature = extremes->minimum;
        to.maxCellTemperature = extremes->maximum;
    }
    if (const Number ambient = sensor(data, ambientSensorAt))
        to.temperatures.push_back(ambient); // the last one, which is no cell's
    to.mosfetTemperature = sensor(data, mosfetSensorAt);
    to.problemCode = ~readInteger(data, problemAt, Wire::U16BE).value_or(0) & 0xFFFF;
    to.alarms = {};
    to.alarms.support(AlarmName::InternalFailure);
    if (to.problemCode != 0)
        to.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Warning);
    if (pending.id == longSize)
        modbus::decodeSettings(settingRows, modbus::Registers(0, data), update.parameters);
    return Taken::Done;
}

Recognition SaihangDriver::recognise(const BatteryState &read) const
{
    return read.soc && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

const std::vector<ParameterInfo> &SaihangDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows);
    return infos;
}

std::unique_ptr<Procedure> SaihangDriver::readParameters(const QStringList &ids)
{
    modbus::SettingAccess access;
    access.rows = settingRows;
    access.read = [](const modbus::SettingRow &) { return request(settings); };
    access.refusalText = refusalText;
    return modbus::readSettings(std::move(access), ids);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<SaihangDriver>(config);
            }};
}

} // namespace sb::saihang
