// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/eg4_ll/eg4_lldriver.h"

#include "bms/cells.h"
#include "drivers/eg4_ll/eg4_llsettings.h"

namespace sb::eg4_ll {
namespace {

using namespace modbus;

constexpr quint8 usualUnit = 1;
constexpr quint8 masterUnit = 16; ///< all DIP switches on

constexpr Read infoRead{ReadHolding, 105, 23, Asked::AtStart, false, 0, 1500};
constexpr Read settingsRead{ReadHolding, 45, 91, Asked::AtStart, true, 0, 2500};
constexpr Read liveRead{ReadHolding, 0, 39, Asked::Always, false, 0, 2000};
constexpr std::array reads{infoRead, settingsRead, liveRead};
// Over Bluetooth only the live values were ever seen.
constexpr std::array radioReads{
    Read{ReadHolding, liveRead.start, liveRead.count, Asked::Always, false, 0, 1500},
    Read{ReadHolding, infoRead.start, infoRead.count, Asked::AtStart, true, 0, 1500},
};

// ---- Live ----
constexpr std::array liveFields{
    FieldRow{0, Wire::U16BE, &BatteryState::voltage, 0.01},
    FieldRow{18, Wire::S16BE, &BatteryState::mosfetTemperature},
    FieldRow{23, Wire::U16BE, &BatteryState::soh},
    FieldRow{24, Wire::U16BE, &BatteryState::soc},
    FieldRow{29, Wire::U32BE, &BatteryState::cycles},
    FieldRow{36, Wire::U16BE, &BatteryState::cellCount},
};
constexpr quint16 currentReg = 1;    // s16, positive = charging
constexpr quint16 remainingReg = 21; // Ah; over Bluetooth 0.1 Ah
constexpr ListRow cells{2, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.001};
constexpr quint16 statusReg = 25;
constexpr quint16 warningReg = 26;
constexpr quint16 protectionReg = 27;
constexpr quint16 errorReg = 28;
constexpr quint16 fullCapacityReg = 31; // mA s
constexpr Scale ampereHours(1.0 / 3600000);
constexpr quint16 designCapacityReg = 37; // 0.1 Ah
constexpr ListRow sensors{33, Wire::S8, 1, &BatteryState::temperatures};
constexpr int sensorCount = 6;
constexpr double coldestSensor = -40; ///< unused ones say -56
constexpr quint16 balancingReg = 38;
constexpr qint64 maxCells = 16;

constexpr qint64 protecting = 0x04; ///< in the low byte of the status
constexpr qint64 heaterFlag = 0x8000;
/// The document also calls the flag "active": above this it can't be the heater.
constexpr double heaterBelow = 10;

// Bit for bit the same in the warnings and in the protections.
constexpr std::array bothAlarms{
    AlarmName::HighVoltage,
    AlarmName::HighCellVoltage,
    AlarmName::LowVoltage,
    AlarmName::LowCellVoltage,
    AlarmName::HighChargeCurrent,
    AlarmName::HighDischargeCurrent,
    AlarmName::HighInternalTemperature, // ambient
    AlarmName::HighInternalTemperature, // MOSFET
    AlarmName::HighChargeTemperature,
    AlarmName::HighTemperature,
    AlarmName::LowChargeTemperature,
    AlarmName::LowTemperature,
    AlarmName::LowSoc,
};
constexpr std::array protectionAlarms{
    AlarmRow{13, AlarmName::HighDischargeCurrent,
             AlarmLevel::Alarm}, // short circuit; a warning: float stopped
};
constexpr std::array errorAlarms{
    AlarmRow{0, AlarmName::InternalFailure, AlarmLevel::Alarm}, // voltage
    AlarmRow{1, AlarmName::InternalFailure, AlarmLevel::Alarm}, // temperature
    AlarmRow{2, AlarmName::InternalFailure, AlarmLevel::Alarm}, // current
    AlarmRow{3, AlarmName::CellImbalance, AlarmLevel::Alarm},   // of some models
    AlarmRow{4, AlarmName::CellImbalance, AlarmLevel::Alarm},
};
constexpr qint64 stopsCharge = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 8 | 1 << 10;
constexpr qint64 stopsDischarge = 1 << 2 | 1 << 3 | 1 << 5 | 1 << 9 | 1 << 11 | 1 << 13;

// ---- Info ----
constexpr quint16 modelReg = 105;
constexpr size_t modelSize = 24;
constexpr quint16 firmwareReg = 117;
constexpr size_t firmwareSize = 6;
constexpr quint16 serialReg = 120;
constexpr size_t serialSize = 16;

// ---- Settings that limit the battery ----
constexpr std::array limits{
    FieldRow{65, Wire::U16BE, &BatteryState::minVoltage, 0.01},
    FieldRow{71, Wire::U16BE, &BatteryState::maxVoltage, 0.01},
    FieldRow{80, Wire::U16BE, &BatteryState::maxChargeCurrent, 0.01},
    FieldRow{81, Wire::U16BE, &BatteryState::maxDischargeCurrent, 0.01},
};

constexpr double sumTolerance = 0.03;

void dropZero(Number &value)
{
    if (value && *value <= 0)
        value.reset();
}

/// Unused sensors read 0 or less than any can; a first sensor at 0 degC is believed.
void dropUnused(Numbers &temperatures)
{
    for (Number &temperature : temperatures) {
        if (temperature && *temperature < coldestSensor)
            temperature.reset();
    }
    while (!temperatures.empty() &&
           (!temperatures.back() || (*temperatures.back() == 0 && temperatures.size() > 1)))
        temperatures.pop_back();
}

bool isRadio(const DriverConfig &config) { return config.transport == TransportKind::Bluetooth; }

std::span<const Read> readsOver(const DriverConfig &config)
{
    if (isRadio(config))
        return radioReads;
    return reads;
}

double currentUnit(const DriverConfig &config)
{
    const QVariant scale = config.options.value(QStringLiteral("currentScale"));
    const double unit = scale.isValid() ? scale.toDouble() : isRadio(config) ? 0.1 : 0.01;
    return unit == 0.1 ? 0.1 : 0.01;
}

Flag heating(qint64 status, const Numbers &temperatures)
{
    if ((status & heaterFlag) == 0)
        return false;
    for (const Number &temperature : temperatures) {
        if (temperature && *temperature < heaterBelow)
            return true;
    }
    return std::nullopt;
}

void decodeBoth(qint64 word, AlarmLevel level, AlarmSet &to)
{
    for (size_t bit = 0; bit < bothAlarms.size(); ++bit) {
        const AlarmRow row{static_cast<quint8>(bit), bothAlarms[bit], level};
        decodeAlarms({&row, 1}, static_cast<quint64>(word), to);
    }
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("eg4_ll");
    info.names = {QStringLiteral("EG4-LL"), QStringLiteral("SunGoldPower")};
    info.bmsTypes = {QStringLiteral("EG4_LL"), QStringLiteral("eg4_ble"),
                     QStringLiteral("aiobmsble_eg4_bms")};
    info.typeName = QStringLiteral("EG4 LL");
    info.transports = {TransportKind::Serial, TransportKind::Bluetooth};
    info.serial.baudRates = {9600};
    info.serial.gapMs = 100;
    info.bluetooth.profiles = {{.service = bluetoothUuid(0x1000),
                                .notify = {bluetoothUuid(0x1002)},
                                .write = bluetoothUuid(0x1001)}};
    info.bluetooth.advertisements = {{.service = "1000", .maker = 0x6F80, .makerData = "b0"},
                                     {.maker = 0x45CC, .makerData = "a5"}};
    info.addresses = {masterUnit, usualUnit};
    info.pollIntervalMs = 2000;
    info.detectionRank = 30;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "The live values: one captured block of a 12 V pack, read over "
                                      "Bluetooth.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "Identity and settings (document V01.06, frames built from it), the alarms, the unit "
                    "of the current on other models; identity over Bluetooth.");
    info.reads = {Field::productName,
                  Field::uniqueId,
                  Field::serialNumber,
                  Field::hardwareVersion,
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
                  Field::heating,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    info.hasParameters = true;
    return info;
}

} // namespace

Eg4LlDriver::Eg4LlDriver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, readsOver(config))
    , m_current(currentUnit(config))
    , m_ampereHours(isRadio(config) ? 0.1 : 1.0)
{}

const DriverInfo &Eg4LlDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool Eg4LlDriver::decode(const Query &query, const Registers &registers, Update &update)
{
    switch (query.start) {
    case liveRead.start:
        return decodeLive(registers, update.values);
    case infoRead.start:
        decodeInfo(registers, update.values);
        return true;
    default:
        registers.decode(limits, update.values);
        decodeSettings(settingRows(), registers, update.parameters);
        return true;
    }
}

bool Eg4LlDriver::decodeLive(const Registers &registers, BatteryState &to) const
{
    const auto word = [&](quint16 reg) { return registers.integer(reg).value_or(0); };
    const qint64 cellCount = word(36);
    if (cellCount < 1 || cellCount > maxCells)
        return false;
    registers.decode(liveFields, to);
    to.remainingAh = m_ampereHours.apply(static_cast<double>(word(remainingReg)));
    dropZero(to.remainingAh); // 0 at 48 %: some models don't tell it
    to.current = m_current.apply(static_cast<double>(registers.integer(currentReg, Wire::S16BE).value_or(0)));
    const auto full = static_cast<double>(registers.integer(fullCapacityReg, Wire::U32BE).value_or(0));
    to.capacityAh =
        full > 0 ? ampereHours.apply(full) : Scale(0.1).apply(static_cast<double>(word(designCapacityReg)));
    dropZero(to.capacityAh);
    registers.decode(cells, static_cast<int>(cellCount), to);
    registers.decode(sensors, sensorCount, to);
    dropUnused(to.temperatures);
    to.cellBalancing.clear();
    for (qint64 cell = 0; cell < cellCount; ++cell)
        to.cellBalancing.push_back((word(balancingReg) >> cell) & 1);

    const qint64 protection = word(protectionReg);
    const qint64 error = word(errorReg);
    to.alarms = {};
    decodeBoth(word(warningReg), AlarmLevel::Warning, to.alarms);
    decodeBoth(protection, AlarmLevel::Alarm, to.alarms);
    decodeAlarms(protectionAlarms, static_cast<quint64>(protection), to.alarms);
    decodeAlarms(errorAlarms, static_cast<quint64>(error), to.alarms);
    to.problemCode = protection << 16 | error;
    if (isRadio(config()))
        to.problemCode = word(warningReg) << 32 | *to.problemCode;
    const qint64 status = word(statusReg);
    to.chargeAllowed = (protection & stopsCharge) == 0 && (status & 0xFF) != protecting;
    to.dischargeAllowed = (protection & stopsDischarge) == 0;
    to.heating = heating(status, to.temperatures);
    return true;
}

void Eg4LlDriver::decodeInfo(const Registers &registers, BatteryState &to) const
{
    to.hardwareVersion = to.productName = registers.text(modelReg, modelSize);
    to.firmwareVersion = registers.text(firmwareReg, firmwareSize);
    to.serialNumber = registers.text(serialReg, serialSize);
    // The serial numbers of a bank are often equal, and over Bluetooth so are the units.
    if (to.serialNumber && !isRadio(config()))
        to.uniqueId = QStringLiteral("%1_%2").arg(*to.serialNumber).arg(unit());
}

Recognition Eg4LlDriver::recognise(const BatteryState &read) const
{
    const bool isText = read.hardwareVersion ? !read.hardwareVersion->contains(QLatin1Char('?'))
                                             : isRadio(config()) && read.soc && *read.soc <= 100;
    return isText && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

const std::vector<ParameterInfo> &Eg4LlDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = settingInfos(settingRows());
    static const std::vector<ParameterInfo> none;
    return isRadio(config()) ? none : infos;
}

std::unique_ptr<Procedure> Eg4LlDriver::readParameters(const QStringList &ids)
{
    if (isRadio(config()))
        return nullptr;
    return readSettings({settingRows(),
                         [to = unit()](const SettingRow &) {
                             return request(
                                 {to, settingsRead.function, settingsRead.start, settingsRead.count},
                                 settingsRead.timeoutMs);
                         },
                         {},
                         exceptionText},
                        ids);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<Eg4LlDriver>(config);
            }};
}

} // namespace sb::eg4_ll
