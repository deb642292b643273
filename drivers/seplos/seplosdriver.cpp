// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos/seplosdriver.h"

#include "bms/cells.h"
#include "drivers/seplos/seplosprotocol.h"
#include "drivers/seplos/seplossettings.h"

#include <cmath>

namespace sb::seplos {
namespace {

using namespace ydt1363;

constexpr int lastAddress = 15;
constexpr int rackPollMs = 2000;
constexpr double sumTolerance = 0.03;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("seplos");
    info.names = {QStringLiteral("Seplos V2"), QStringLiteral("EMU1101"),   QStringLiteral("EMU1001"),
                  QStringLiteral("EcoWorthy"), QStringLiteral("Polinovel"), QStringLiteral("Boqiang")};
    info.bmsTypes = {QStringLiteral("Seplos")};
    info.typeName = QStringLiteral("Seplos");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {19200, 9600};
    info.serial.gapMs = 30;
    info.addresses = {0, 1};
    for (int address = 2; address <= lastAddress; ++address)
        info.packAddresses.push_back(address);
    info.pollIntervalMs = rackPollMs;
    info.detectionRank = 12;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Readings, alarms and vendor information: captures of boards with 15 and 16 cells and "
                    "of a Boqiang pack.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "The events 1, 4, 7 and 8, and the settings, which can only be read.");
    info.reads = {Field::productName,
                  Field::uniqueId,
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
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::mosfetTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::heating,
                  Field::problemCode,
                  Field::alarms};
    info.hasParameters = true;
    return info;
}

} // namespace

SeplosDriver::SeplosDriver(const DriverConfig &config)
    : AsciiDriver(config, dialect(), commands())
{}

const DriverInfo &SeplosDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

bool SeplosDriver::decode(const Command &command, const Frame &reply, Update &to)
{
    // PACE boards answer in the same shape, with other units.
    if (reply.version != seplosVersion && reply.version != boqiangVersion)
        return false;
    switch (command.code) {
    case ProtocolVersion:
        return reply.info.empty(); // what is wanted stands in the frame
    case DeviceInformation:
        if (!decodeDeviceInformation(reply.info, to.values))
            return false;
        m_model = to.values.hardwareVersion.value_or(QString());
        return true;
    case Telemetry: {
        TelemetryExtras extras;
        if (!decodeTelemetry(reply.info, to.values, extras))
            return false;
        m_values = extras.values;
        m_sensors = extras.sensors;
        if (!m_ratedAh)
            m_ratedAh = extras.ratedAh ? extras.ratedAh : to.values.capacityAh;
        to.values.uniqueId = uniqueId();
        return true;
    }
    case Status:
        return decodeStatus(reply.info, to.values);
    case Settings:
        if (!holdsSettings(reply.info))
            return false;
        modbus::decodeSettings(settingRows(), modbus::Registers(0, reply.info, 1), to.parameters);
        return true;
    default:
        return false;
    }
}

/// There is no serial number in this protocol.
QString SeplosDriver::uniqueId() const
{
    const QString capacity =
        m_ratedAh ? QString::number(std::llround(*m_ratedAh)) + QStringLiteral("Ah") : QString();
    if (!m_model.isEmpty())
        return QStringLiteral("%1_%2_%3").arg(m_model).arg(address()).arg(capacity);
    // As the reference names it.
    const QString place =
        address() != 0 ? QStringLiteral("0x%1_").arg(address(), 2, 16, QLatin1Char('0')) : QString();
    return QStringLiteral("SeplosBMS16S_%1%2").arg(place, capacity);
}

Recognition SeplosDriver::recognise(const BatteryState &read) const
{
    const bool ofSeplos = version() == seplosVersion && m_values == seplosValues;
    const bool ofBoqiang = version() == boqiangVersion && m_values == boqiangValues;
    return (ofSeplos || ofBoqiang) && m_sensors == usualSensors && cellsMakeUp(read, sumTolerance)
               ? Recognition::Yes
               : Recognition::No;
}

const std::vector<ParameterInfo> &SeplosDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows());
    return infos;
}

std::unique_ptr<Procedure> SeplosDriver::readParameters(const QStringList &ids)
{
    modbus::SettingAccess access;
    access.rows = settingRows();
    access.read = [this](const modbus::SettingRow &) { return request(Settings); };
    access.refusalText = returnText;
    return modbus::readSettings(std::move(access), ids);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<SeplosDriver>(config);
            }};
}

} // namespace sb::seplos
