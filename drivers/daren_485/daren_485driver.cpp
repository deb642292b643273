// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daren_485/daren_485driver.h"

#include "bms/cells.h"
#include "drivers/daren_485/daren_485protocol.h"

#include <algorithm>

namespace sb::daren_485 {
namespace {

using ydt1363::Asked;
using ydt1363::Form;
using ydt1363::Info;

constexpr quint8 version = 0x22;
constexpr quint8 device = 0x4A;
constexpr quint8 usualAddress = 1;
constexpr quint8 lastAddress = 15;
constexpr int timeoutMs = 700;
constexpr int limitsMs = 20000;
constexpr int capacitiesMs = 60000;
constexpr int pollMs = 2000; ///< for several packs on a line
constexpr int balancingMs = 10000;
constexpr double sumTolerance = 0.03;

// Operation, module, function, length of what follows.
constexpr std::array<quint8, 4> askIdentity{0x01, Identity, 0xFF, 0x00};
constexpr std::array<quint8, 4> askCapacities{0x01, Capacities, 0xFF, 0x00};
constexpr std::array extendedForm{Form{Info::OwnThenFixed}};

constexpr std::array commands{
    ydt1363::Command{Extended, extendedForm, Asked::AtStart, true, 0, 0, askIdentity, Identity},
    ydt1363::Command{Limits, ydt1363::oneThenOwn, Asked::Always, true, limitsMs},
    ydt1363::Command{Realtime, ydt1363::oneThenOwn},
    ydt1363::Command{Maker, ydt1363::noInfo, Asked::AtStart, true},
    ydt1363::Command{Extended, extendedForm, Asked::Always, true, capacitiesMs, 0, askCapacities, Capacities},
};

DriverInfo describe()
{
    DriverInfo info = describeFamily();
    info.id = QStringLiteral("daren_485");
    info.names = {QStringLiteral("Daren DR-JC03"), QStringLiteral("DR48100"), QStringLiteral("Basen"),
                  QStringLiteral("Tian Power (text protocol)")};
    info.bmsTypes = {QStringLiteral("Daren485")};
    info.typeName = QStringLiteral("Daren 485");
    info.serial.baudRates = {9600, 19200};
    info.serial.firstByteMs = 200;
    info.pollIntervalMs = pollMs;
    info.detectionRank = 11;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Readings, alarms and settings of one rack pack with 16 cells (42, 47, 51, B0): "
                    "published captures.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The commands 44 and 83, which bit of the FET word is which FET, the unit of the "
                    "totals, packs with fewer than 16 cells.");
    return info;
}

const DriverInfo &familyInfo()
{
    static const DriverInfo info = describe();
    return info;
}

constexpr Family family{familyInfo,
                        {{'~', version, device}, "~", usualAddress, timeoutMs, ydt1363::wrongForm},
                        commands,
                        30,
                        balancingMs / pollMs};

} // namespace

DriverInfo describeFamily()
{
    DriverInfo info;
    info.transports = {TransportKind::Serial};
    info.addresses = {usualAddress};
    for (int address = usualAddress + 1; address <= lastAddress; ++address)
        info.packAddresses.push_back(address);
    info.reads = {Field::productName,
                  Field::manufacturer,
                  Field::uniqueId,
                  Field::serialNumber,
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
                  Field::temperatureNames,
                  Field::mosfetTemperature,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::balancing,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    info.hasParameters = true;
    return info;
}

DarenDriver::DarenDriver(const DriverConfig &config, const Family &family)
    : AsciiDriver(config, family.dialect, family.commands)
    , m_family(family)
{}

void DarenDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify)
        m_cells.reset();
    AsciiDriver::requests(phase, to);
}

bool DarenDriver::decode(const ydt1363::Command &command, const ydt1363::Frame &reply, Update &to)
{
    switch (command.code) {
    case Realtime:
        return takeRealtime(reply.info, to.values);
    case Limits:
        return takeLimits(reply.info, to);
    case Maker:
        if (!decodeMaker(reply.info, to.values, m_product))
            return false;
        break;
    default:
        if (command.part == Capacities)
            return decodeCapacities(reply.info, to.values);
        if (!decodeIdentity(reply.info, m_family.serialSize, to.values))
            return false;
        m_serial = to.values.serialNumber;
        break;
    }
    name(to.values);
    return true;
}

bool DarenDriver::takeRealtime(Bytes info, BatteryState &to)
{
    BatteryState read = to;
    if (!decodeRealtime(info, read) || (m_cells && m_cells != read.cellCount))
        return false;
    m_cells = read.cellCount;
    if (!read.cellBalancing.empty()) {
        const auto &flags = read.cellBalancing;
        const bool now = std::find(flags.begin(), flags.end(), true) != flags.end();
        m_balancingFor = now ? m_family.balancingLasts : std::max(0, m_balancingFor - 1);
        read.balancing = m_balancingFor > 0;
    }
    name(read);
    to = read;
    return true;
}

bool DarenDriver::takeLimits(Bytes info, Update &to)
{
    if (!decodeLimits(info, to.values, to.parameters))
        return false;
    if (!m_cells)
        to.values.cellCount = cellsOfLimits(info);
    m_barcode = barcodeOfLimits(info);
    name(to.values);
    return true;
}

void DarenDriver::name(BatteryState &to) const
{
    if (m_serial)
        to.uniqueId = m_serial;
    else if (m_barcode)
        to.uniqueId = m_barcode;
    else if (m_product)
        to.uniqueId = QStringLiteral("%1_%2").arg(*m_product).arg(address());
}

Recognition DarenDriver::recognise(const BatteryState &read) const
{
    // Others use the class of device, too, but not in this version.
    const bool same = AsciiDriver::version() == m_family.dialect.header.version;
    return same && cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

const std::vector<ParameterInfo> &DarenDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows());
    return infos;
}

std::unique_ptr<Procedure> DarenDriver::readParameters(const QStringList &ids)
{
    const Request limits = request(Limits);
    const auto read = [limits](const modbus::SettingRow &) { return limits; };
    return modbus::readSettings({settingRows(), read, nullptr, ydt1363::returnText}, ids);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<DarenDriver>(config, family);
            }};
}

} // namespace sb::daren_485
