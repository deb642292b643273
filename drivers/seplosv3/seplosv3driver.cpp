// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplosv3/seplosv3driver.h"

#include "drivers/seplosv3/seplosv3registers.h"
#include "drivers/seplosv3/seplosv3settings.h"

#include <QCoreApplication>

namespace sb::seplosv3 {
namespace {

using namespace modbus;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(SeplosV3)
};

constexpr quint8 usualUnit = 0;
constexpr int lastUnit = 15;
constexpr int timeoutMs = 400;
constexpr int settingsEveryMs = 60000;

constexpr quint16 settingsReg = 0x1300;
constexpr quint16 settingsReg2 = 0x1335;
constexpr quint16 settingsCount = 0x35;
constexpr quint16 eventsReg = 0x1200;
constexpr quint16 eventsCount = 0x90;

constexpr std::array reads{
    Read{ReadInput, factoryReg, 10, Asked::AtStart, false, 0, timeoutMs},
    Read{ReadInput, factoryReg, factoryCount, Asked::AtStart, true, 0, timeoutMs},
    Read{ReadInput, settingsReg, settingsCount, Asked::Always, true, settingsEveryMs, timeoutMs},
    Read{ReadInput, settingsReg2, settingsCount, Asked::AtStart, true, 0, timeoutMs},
    Read{ReadInput, totalsReg, totalsCount, Asked::Always, false, 0, timeoutMs},
    Read{ReadInput, cellsReg, cellsCount, Asked::Always, false, 0, timeoutMs},
    Read{ReadCoils, eventsReg, eventsCount, Asked::Always, true, 0, timeoutMs},
};

// ---- PIC: bytes of the reply ----
constexpr size_t balancingAt = 6; ///< cells 1 to 8, then 9 to 16
constexpr size_t stateAt = 8;

// ---- SPA ----
constexpr quint16 sensorCountReg = 0x1300;
constexpr quint16 cellCountReg = 0x1301;
constexpr std::array settingFields{
    FieldRow{0x1305, Wire::U16BE, &BatteryState::maxVoltage, 0.01},
    FieldRow{0x1309, Wire::U16BE, &BatteryState::minVoltage, 0.01},
};

// ---- Commands ----
constexpr quint16 dischargeOffReg = 0x1510; ///< any other value: on again
constexpr quint16 chargeOffReg = 0x1511;
constexpr quint16 chargeOnReg = 0x1515;
constexpr quint16 offKey = 0x55AA;
constexpr quint16 onKey = 0xAA55;
constexpr quint16 cancelKey = 0;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("seplosv3");
    info.names = {QStringLiteral("Seplos V3"), QStringLiteral("Mason"), QStringLiteral("XZH-ElecTech")};
    info.bmsTypes = {QStringLiteral("Seplosv3")};
    info.typeName = QStringLiteral("Seplos V3");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {19200};
    info.serial.gapMs = 20;
    for (int unit = usualUnit; unit <= lastUnit; ++unit)
        info.addresses.push_back(unit);
    info.detectionRank = 10;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "The blocks PIA, PIB and VIA and the coils: frames captured from an SG16S200A.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The list of settings, commands (XZH document V0.1); which firmware lacks coils or "
                    "limits on RS485.");
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
    info.writes = {Control::Charge, Control::Discharge};
    info.honoursLimits = true;
    info.hasParameters = true;
    return info;
}

} // namespace

SeplosV3Driver::SeplosV3Driver(const DriverConfig &config)
    : ModbusDriver(config, usualUnit, reads)
{}

const DriverInfo &SeplosV3Driver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool SeplosV3Driver::decode(const Query &query, const Registers &registers, Update &update)
{
    BatteryState &to = update.values;
    switch (query.start) {
    case factoryReg:
        decodeFactory(registers, to);
        if (!to.uniqueId && to.hardwareVersion)
            to.uniqueId = QStringLiteral("%1_%2").arg(*to.hardwareVersion).arg(unit());
        break;
    case settingsReg:
        m_sensors = static_cast<int>(registers.integer(sensorCountReg).value_or(0));
        m_cells = static_cast<int>(registers.integer(cellCountReg).value_or(0));
        registers.decode(settingFields, to);
        decodeSettings(settingRows(), registers, update.parameters);
        break;
    case settingsReg2:
        decodeSettings(settingRows(), registers, update.parameters);
        break;
    case totalsReg:
        decodeTotals(registers, to);
        break;
    case cellsReg:
        decodePack(registers, to);
        break;
    case eventsReg:
        decodeEvents(registers.from(eventsReg), to);
        break;
    default:
        return false;
    }
    return true;
}

void SeplosV3Driver::decodePack(const Registers &registers, BatteryState &to)
{
    decodeCells(registers, m_cells, m_sensors, to);
    if (!to.cellVoltages.empty()) {
        m_cellsRead = to.cellVoltages.size();
        to.cellCount = static_cast<qint64>(m_cellsRead);
    }
}

void SeplosV3Driver::decodeEvents(Bytes coils, BatteryState &to) const
{
    decodeState(coils.subspan(stateAt), to);
    const qint64 balancing = readInteger(coils, balancingAt, Wire::U16LE).value_or(0);
    to.balancing = balancing != 0;
    to.cellBalancing.clear();
    for (size_t cell = 0; cell < m_cellsRead; ++cell)
        to.cellBalancing.push_back((balancing >> cell) & 1);
}

Recognition SeplosV3Driver::recognise(const BatteryState &read) const
{
    return read.manufacturer && read.manufacturer->contains(maker) && read.voltage ? Recognition::Yes
                                                                                   : Recognition::No;
}

std::unique_ptr<Procedure> SeplosV3Driver::control(Control control, double value, const BatteryState &)
{
    if (control != Control::Charge && control != Control::Discharge)
        return nullptr;
    const bool charge = control == Control::Charge;
    const bool on = value != 0;
    const quint16 reg = !charge ? dischargeOffReg : on ? chargeOnReg : chargeOffReg;
    const quint16 key = !on ? offKey : charge ? onKey : cancelKey;
    return commandAndCheck({[reg, key, to = unit()] {
                                QByteArray word;
                                appendInteger(word, key, Wire::U16BE);
                                return writing(to, reg, word, timeoutMs);
                            },
                            request({unit(), ReadCoils, eventsReg, eventsCount}, timeoutMs),
                            [charge, on](const BatteryState &state) {
                                return (charge ? state.chargeAllowed : state.dischargeAllowed) == on;
                            },
                            charge ? Words::tr("the charge FET was not switched")
                                   : Words::tr("the discharge FET was not switched"),
                            charge ? Words::tr("the BMS confirmed, but the charge FET did not change")
                                   : Words::tr("the BMS confirmed, but the discharge FET did not change"),
                            exceptionText});
}

const std::vector<ParameterInfo> &SeplosV3Driver::parameters() const
{
    static const std::vector<ParameterInfo> infos = settingInfos(settingRows());
    return infos;
}

std::unique_ptr<Procedure> SeplosV3Driver::readParameters(const QStringList &ids)
{
    return readSettings(settings(), ids);
}

std::unique_ptr<Procedure> SeplosV3Driver::writeParameters(const std::vector<ParameterValue> &values)
{
    return writeSettings(settings(), values);
}

SettingAccess SeplosV3Driver::settings() const
{
    return {settingRows(),
            [to = unit()](const SettingRow &row) {
                const quint16 start = row.reg < settingsReg2 ? settingsReg : settingsReg2;
                return request({to, ReadInput, start, settingsCount}, timeoutMs);
            },
            [to = unit()](const SettingRow &row, const QByteArray &raw) {
                return writing(to, row.reg, raw, timeoutMs);
            },
            exceptionText};
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<SeplosV3Driver>(config);
            }};
}

} // namespace sb::seplosv3
