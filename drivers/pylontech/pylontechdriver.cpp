// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pylontech/pylontechdriver.h"

#include "bms/cells.h"
#include "drivers/pylontech/pylontechprotocol.h"

namespace sb::pylontech {
namespace {

using namespace ydt1363;

constexpr int lastPack = 13;
constexpr double sumTolerance = 0.05;
constexpr double leastCell = 2.0; ///< V, of a stack that tells no cells
constexpr double mostCell = 3.9;
constexpr int fewestCells = 7;
constexpr int mostCells = 17;

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("pylontech");
    info.names = {QStringLiteral("Pylontech"), QStringLiteral("US2000"), QStringLiteral("US3000"),
                  QStringLiteral("US5000"),    QStringLiteral("UP2500"), QStringLiteral("Phantom"),
                  QStringLiteral("Force-L")};
    info.bmsTypes = {QStringLiteral("Pylontech")};
    info.typeName = QStringLiteral("Pylontech RS485");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {115200, 9600};
    info.serial.gapMs = 100;
    info.addresses = {firstPack};
    for (int address = firstPack + 1; address <= lastPack; ++address)
        info.packAddresses.push_back(address);
    // Imitations count from 0 or 1.
    info.packAddresses.push_back(0);
    info.packAddresses.push_back(1);
    info.pollIntervalMs = 2000;
    info.detectionRank = 13;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "The readings of one and of several packs (42): frames of US2000 and US3000.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The commands 44, 47, 51, 92, 93 and 96; those of a whole stack (61, 62, 63) were tried "
                    "on no battery at all.");
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
                  Field::minCellVoltage,
                  Field::maxCellVoltage,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::mosfetTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::heating,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    info.hasParameters = true;
    info.honoursLimits = true;
    return info;
}

} // namespace

PylontechDriver::PylontechDriver(const DriverConfig &config)
    : AsciiDriver(config, dialect(), commands())
{}

const DriverInfo &PylontechDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

int PylontechDriver::placeInGroup() const { return address() % groupSize - firstPack; }

std::optional<quint8> PylontechDriver::masterOf(quint8 address) const
{
    if (address % groupSize < firstPack)
        return std::nullopt; // an imitation
    return static_cast<quint8>(address - address % groupSize + firstPack);
}

bool PylontechDriver::decode(const Command &command, const Frame &reply, Update &to)
{
    BatteryState &values = to.values;
    switch (command.code) {
    case Analog:
        if (askedForm().code == StackAnalog ? !decodeStackAnalog(reply.info, values)
                                            : !decodePacks(Analog, reply.info, values))
            return false;
        m_charging = values.current.value_or(0) > 0;
        return true;
    case Alarms:
        if (askedForm().code == StackAlarms)
            return decodeStackAlarms(reply.info, values);
        if (!decodePacks(Alarms, reply.info, values))
            return false;
        combineSwitches(values);
        return true;
    case Limits:
        return decodeAnyLimits(reply.info, values);
    case ProtocolVersion:
        return reply.info.empty(); // what is wanted stands in the frame
    case Manufacturer:
        if (!decodeManufacturer(reply.info, values))
            return false;
        if (!values.uniqueId && values.productName)
            values.uniqueId = QStringLiteral("%1_%2").arg(*values.productName).arg(address());
        return true;
    case Serial:
        return decodeSerial(reply.info, values);
    case Firmware:
        return decodeFirmware(reply.info, values);
    case SystemParameters:
        if (reply.info.size() != settingsSize)
            return false;
        modbus::decodeSettings(settingRows(), modbus::Registers(0, reply.info, 1), to.parameters);
        return true;
    default:
        return false;
    }
}

bool PylontechDriver::decodePacks(quint8 code, Bytes info, BatteryState &to) const
{
    Reader reader(info);
    (void)reader.u8();
    const int number = reader.u8(); // of packs, or what was asked
    const bool all = askedForm().info == Info::All;
    const int packs = all ? number : 1;
    const int ours = all ? placeInGroup() : 0;
    BatteryState read;
    bool good = ours < packs;
    for (int pack = 0; good && pack < packs; ++pack) {
        BatteryState each;
        good = code == Analog ? decodeAnalog(reader, each) : decodeAlarms(reader, m_charging, each);
        if (pack == ours)
            read = std::move(each);
    }
    if (!good || !reader.isAtEnd())
        return false;
    visitFields(
        [](Field, auto &target, auto &value) {
            if (isKnown(value))
                target = std::move(value);
        },
        to, read);
    return true;
}

bool PylontechDriver::decodeAnyLimits(Bytes info, BatteryState &to)
{
    Reader reader(info);
    const bool ofStack = askedForm().code == StackLimits;
    if (!ofStack)
        (void)reader.u8(); // what was asked
    if (!decodeLimits(reader, ofStack ? Scale(0.01) : Scale(0.1), to))
        return false;
    m_mayCharge = to.chargeAllowed;
    m_mayDischarge = to.dischargeAllowed;
    return true;
}

/// A FET that is closed doesn't help where the limits forbid to use it.
void PylontechDriver::combineSwitches(BatteryState &to) const
{
    to.chargeAllowed = to.chargeAllowed.value_or(true) && m_mayCharge.value_or(true);
    to.dischargeAllowed = to.dischargeAllowed.value_or(true) && m_mayDischarge.value_or(true);
}

Recognition PylontechDriver::recognise(const BatteryState &read) const
{
    if (version() != versionOfProtocol || !read.voltage)
        return Recognition::No;
    if (!read.cellVoltages.empty())
        return cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
    // A stack tells no cells, but the extremes of them.
    const double low = read.minCellVoltage.value_or(0);
    const double high = read.maxCellVoltage.value_or(0);
    return low >= leastCell && high <= mostCell && *read.voltage >= fewestCells * low &&
                   *read.voltage <= mostCells * high
               ? Recognition::Yes
               : Recognition::No;
}

const std::vector<ParameterInfo> &PylontechDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows());
    return infos;
}

std::unique_ptr<Procedure> PylontechDriver::readParameters(const QStringList &ids)
{
    modbus::SettingAccess access;
    access.rows = settingRows();
    access.read = [this](const modbus::SettingRow &) { return request(SystemParameters); };
    access.refusalText = returnText;
    return modbus::readSettings(std::move(access), ids);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<PylontechDriver>(config);
            }};
}

} // namespace sb::pylontech
