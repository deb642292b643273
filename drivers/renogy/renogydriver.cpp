// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/renogy/renogydriver.h"

#include "bms/cells.h"

namespace sb::renogy {
namespace {

using namespace modbus;

constexpr quint8 usualUnit = 0x30;
constexpr int rareMs = 10000;
constexpr int radioMs = 1500;

// Some firmware refuses the long reads; the short ones tell the same.
constexpr std::array reads{
    Read{ReadHolding, 5122, 8, Asked::AtStart},                                 // model
    Read{ReadHolding, 5042, 7, Asked::Always, false, 0, 500, Form::Joined, 1},  // totals
    Read{ReadHolding, 5042, 6, Asked::Always, false, 0, 500, Form::Proven, 1},  //
    Read{ReadHolding, 5000, 34, Asked::Always, false, 0, 500, Form::Joined, 2}, // cells
    Read{ReadHolding, 5000, 17, Asked::Always, false, 0, 500, Form::Proven, 2}, //
    Read{ReadHolding, 5017, 17, Asked::Always, false, 0, 500, Form::Proven, 2}, // sensors
    Read{ReadHolding, 5100, 8, Asked::Always, true},                            // flags
    Read{ReadHolding, 5035, 7, Asked::Always, true, rareMs},                    // of the BMS
    Read{ReadHolding, 5110, 8, Asked::AtStart, true},                           // serial
    Read{ReadHolding, 5130, 2, Asked::AtStart, true},                           // firmware
    Read{ReadHolding, 5132, 8, Asked::AtStart, true},                           // maker
};

// Over Bluetooth all know the long reads, and flags and texts lie in one.
constexpr quint16 identityReg = 5104;
constexpr std::array radioReads{
    Read{ReadHolding, 5042, 7, Asked::Always, false, 0, radioMs},
    Read{ReadHolding, 5000, 34, Asked::Always, false, 0, radioMs},
    Read{ReadHolding, 5100, 8, Asked::Always, true, 0, radioMs},
    Read{ReadHolding, identityReg, 28, Asked::AtStart, true, 0, radioMs},
};

constexpr std::array totals{
    FieldRow{5043, Wire::U16BE, &BatteryState::voltage, 0.1},
    FieldRow{5044, Wire::U32BE, &BatteryState::remainingAh, 0.001},
    FieldRow{5046, Wire::U32BE, &BatteryState::capacityAh, 0.001},
};
constexpr quint16 currentReg = 5042; // s16, positive = charging
constexpr quint16 cyclesReg = 5048;

constexpr quint16 cellCountReg = 5000;
constexpr ListRow cells{5001, Wire::U16BE, 2, &BatteryState::cellVoltages, 0.1};
constexpr quint16 sensorCountReg = 5017;
constexpr ListRow sensors{5018, Wire::S16BE, 2, &BatteryState::temperatures, 0.1};
constexpr qint64 maxCells = 16;
constexpr qint64 maxSensors = 16;

constexpr quint16 bmsSensorCountReg = 5035;
constexpr quint16 bmsSensorReg = 5036; // s16, 0.1 degC
constexpr qint64 maxBmsSensors = 2;

constexpr quint16 cellFlagsReg = 5100;   // 2 bits per cell: low, high
constexpr quint16 sensorFlagsReg = 5102; // 2 bits per sensor: low, high
constexpr quint16 otherFlagsReg = 5104;
constexpr size_t flagBytes = 14; ///< of all flags, the status included
constexpr quint16 statusReg = 5106;
constexpr qint64 lowBits = 0x55555555;
constexpr qint64 highBits = 0xAAAAAAAA;
constexpr std::array statusAlarms{
    AlarmRow{15, AlarmName::LowVoltage, AlarmLevel::Alarm},
    AlarmRow{14, AlarmName::HighChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{13, AlarmName::LowChargeTemperature, AlarmLevel::Alarm},
    AlarmRow{12, AlarmName::HighTemperature, AlarmLevel::Alarm},
    AlarmRow{11, AlarmName::LowTemperature, AlarmLevel::Alarm},
    AlarmRow{10, AlarmName::HighChargeCurrent, AlarmLevel::Alarm},
    AlarmRow{9, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm},
    AlarmRow{8, AlarmName::HighVoltage, AlarmLevel::Alarm},
    AlarmRow{7, AlarmName::HighCellVoltage, AlarmLevel::Alarm},
    AlarmRow{6, AlarmName::LowCellVoltage, AlarmLevel::Alarm},
    AlarmRow{0, AlarmName::HighDischargeCurrent, AlarmLevel::Alarm}, // short circuit
};
constexpr std::array fetFlags{
    FlagRow{5106, Wire::U16BE, 1, &BatteryState::chargeAllowed},
    FlagRow{5106, Wire::U16BE, 2, &BatteryState::dischargeAllowed},
    FlagRow{5107, Wire::U16BE, 13, &BatteryState::heating},
};
constexpr qint64 fetBits = 0b0110;
constexpr qint64 stateBits = 0b1110; ///< of the status: no protections

constexpr quint16 serialReg = 5110;
constexpr quint16 modelReg = 5122;
constexpr quint16 firmwareReg = 5130;
constexpr quint16 makerReg = 5132;
constexpr size_t longText = 16;
constexpr size_t shortText = 4;

constexpr qint64 mostCycles = 10000;  ///< more: the bytes are swapped
constexpr double lowestPerCell = 2.0; ///< V, of a pack that is recognised
constexpr double highestPerCell = 4.5;
constexpr double sumTolerance = 0.06; ///< of cells in tenths of a volt

qint64 cyclesOf(qint64 raw)
{
    const qint64 swapped = (raw & 0xFF) << 8 | raw >> 8;
    return raw > mostCycles && swapped < raw ? swapped : raw;
}

/// Option `variant`, or what the configuration or the radio's name says.
bool isPro(const DriverConfig &config)
{
    const auto option = [&](const char *name) {
        return config.options.value(QLatin1String(name)).toString();
    };
    const QString variant = option("variant");
    if (!variant.isEmpty() || config.transport != TransportKind::Bluetooth)
        return variant == QLatin1String("pro");
    const QString name = option("localName");
    return option("bmsType").contains(QLatin1String("pro"), Qt::CaseInsensitive) ||
           name.startsWith(QLatin1String("RNGRBP")) || name.startsWith(QLatin1String("RNGC"));
}

std::span<const Read> readsOver(TransportKind transport)
{
    if (transport == TransportKind::Bluetooth)
        return radioReads;
    return reads;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("renogy");
    info.names = {QStringLiteral("Renogy")};
    info.bmsTypes = {QStringLiteral("Renogy"), QStringLiteral("aiobmsble_renogy_bms"),
                     QStringLiteral("aiobmsble_renogy_pro_bms")};
    info.typeName = QStringLiteral("Renogy");
    info.transports = {TransportKind::Serial, TransportKind::Bluetooth};
    info.serial.baudRates = {9600};
    info.serial.gapMs = 30;
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFF0),
                                .notify = {bluetoothUuid(0xFFF1)},
                                .write = bluetoothUuid(0xFFD1),
                                .writeService = bluetoothUuid(0xFFD0)}};
    info.bluetooth.advertisements = {
        {.name = "BT-TH-*", .service = "ffd0", .variant = "classic"},
        {.name = "RNGRBP*", .maker = 0xE14C, .variant = "pro"},
        {.name = "RNGC*", .maker = 0xE14C, .variant = "pro"},
    };
    info.addresses = {usualUnit, 0xF7, 0xFF};
    info.detectionRank = 30;
    info.verified =
        QT_TRANSLATE_NOOP("Evidence", "Totals, cells, temperatures and identity: captured frames, also over "
                                      "Bluetooth (classic and Pro batteries).");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The sensors of the board (5035 to 5041), the meaning of the flags, the FET bits.");
    info.reads = {Field::productName,
                  Field::manufacturer,
                  Field::uniqueId,
                  Field::serialNumber,
                  Field::hardwareVersion,
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
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::mosfetTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::heating,
                  Field::problemCode,
                  Field::alarms};
    return info;
}

} // namespace

RenogyDriver::RenogyDriver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, readsOver(config.transport))
    , m_currentUnit(isPro(config) ? 0.1 : 0.01)
    , m_fetsSeen(config.transport == TransportKind::Bluetooth)
{}

const DriverInfo &RenogyDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool RenogyDriver::decode(const Query &, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    const auto cellCount = registers.integer(cellCountReg);
    const auto sensorCount = registers.integer(sensorCountReg);
    if ((cellCount && (*cellCount < 1 || *cellCount > maxCells)) ||
        (sensorCount && *sensorCount > maxSensors))
        return false;
    if (cellCount) {
        to.cellCount = *cellCount;
        registers.decode(cells, static_cast<int>(*cellCount), to);
    }
    if (sensorCount)
        registers.decode(sensors, static_cast<int>(*sensorCount), to);
    if (const auto count = registers.integer(bmsSensorCountReg);
        count && *count >= 1 && *count <= maxBmsSensors)
        to.mosfetTemperature =
            Scale(0.1).apply(static_cast<double>(registers.integer(bmsSensorReg, Wire::S16BE).value_or(0)));
    if (registers.has(currentReg))
        decodeTotals(registers, to);
    if (registers.has(cellFlagsReg))
        decodeFlags(registers, to);
    if (registers.has(modelReg)) {
        to.hardwareVersion = registers.text(modelReg, longText);
        to.productName = to.hardwareVersion;
    }
    if (registers.has(serialReg))
        to.serialNumber = to.uniqueId = registers.text(serialReg, longText);
    if (registers.has(firmwareReg))
        to.firmwareVersion = registers.text(firmwareReg, shortText);
    if (registers.has(makerReg))
        to.manufacturer = registers.text(makerReg, longText);
    return true;
}

void RenogyDriver::decodeTotals(const Registers &registers, BatteryState &to) const
{
    registers.decode(totals, to);
    to.current = Scale(m_currentUnit)
                     .apply(static_cast<double>(registers.integer(currentReg, Wire::S16BE).value_or(0)));
    if (const auto cycles = registers.integer(cyclesReg))
        to.cycles = cyclesOf(*cycles);
    if (to.remainingAh && to.capacityAh && *to.capacityAh > 0)
        to.soc = *to.remainingAh / *to.capacityAh * 100;
}

void RenogyDriver::decodeFlags(const Registers &registers, BatteryState &to)
{
    const qint64 status = registers.integer(statusReg).value_or(0);
    to.problemCode = registers.integer(otherFlagsReg, Wire::U32BE).value_or(0) << 16 | (status & ~stateBits);
    if (config().transport == TransportKind::Bluetooth) {
        // All flags are one number there.
        std::array<quint8, flagBytes> all{};
        const Bytes flags = registers.from(cellFlagsReg);
        std::copy_n(flags.begin(), std::min(flags.size(), all.size()), all.begin());
        all.back() &= static_cast<quint8>(~stateBits);
        to.problemCode = decodeWord(all);
    }
    to.alarms = {};
    decodeAlarms(statusAlarms, static_cast<quint64>(status), to.alarms);
    const auto warn = [&](qint64 bits, AlarmName alarm) {
        if (bits != 0)
            to.alarms.raise(alarm, AlarmLevel::Warning);
    };
    const qint64 cellFlags = registers.integer(cellFlagsReg, Wire::U32BE).value_or(0);
    warn(cellFlags & lowBits, AlarmName::LowCellVoltage);
    warn(cellFlags & highBits, AlarmName::HighCellVoltage);
    const qint64 sensorFlags = registers.integer(sensorFlagsReg, Wire::U32BE).value_or(0);
    warn(sensorFlags & lowBits, AlarmName::LowTemperature);
    warn(sensorFlags & highBits, AlarmName::HighTemperature);
    m_fetsSeen = m_fetsSeen || (status & fetBits) != 0;
    if (m_fetsSeen)
        registers.decode(fetFlags, to);
}

Recognition RenogyDriver::recognise(const BatteryState &read) const
{
    const bool radio = config().transport == TransportKind::Bluetooth;
    if ((!read.hardwareVersion && !radio) || !read.cellCount || !read.voltage)
        return Recognition::No;
    // The radio of the maker's solar chargers has the same name.
    if (radio && (!read.soc || *read.soc > 100 || !cellsMakeUp(read, sumTolerance)))
        return Recognition::No;
    const double perCell = *read.voltage / static_cast<double>(*read.cellCount);
    const bool isText = !read.hardwareVersion || !read.hardwareVersion->contains(QLatin1Char('?'));
    return isText && perCell >= lowestPerCell && perCell <= highestPerCell ? Recognition::Yes
                                                                           : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<RenogyDriver>(config);
            }};
}

} // namespace sb::renogy
