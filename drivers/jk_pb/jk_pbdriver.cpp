// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_pb/jk_pbdriver.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

namespace sb::jk_pb {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(JkPb)
};

constexpr int usualAddress = 1;
constexpr int lastSought = 7; ///< on a line with stray bytes higher ones are not found reliably: name them
constexpr int settingsMs = 300000;
constexpr size_t typeAt = 4;
constexpr double sumTolerance = 0.05;

QString refusalText(int code)
{
    return Words::tr("code 0x%1; it may have to be unlocked with the vendor's program")
        .arg(code, 2, 16, QLatin1Char('0'));
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("jk_pb");
    info.names = {QStringLiteral("JK inverter BMS"), QStringLiteral("JK-PB"), QStringLiteral("Jikong PB")};
    info.bmsTypes = {QStringLiteral("Jkbms_pb")};
    info.typeName = QStringLiteral("JKBMS PB Model");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {115200};
    info.serial.gapMs = 120; // sooner, another pack of the bus answers
    info.addresses = {usualAddress};
    for (int address = usualAddress + 1; address <= lastSought; ++address)
        info.packAddresses.push_back(address);
    info.detectionRank = 10;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Status, settings, information and the switches: captures of three firmware versions.");
    info.documents = QT_TRANSLATE_NOOP("Evidence", "Writing the other settings, the alarm bits.");
    info.reads = {Field::productName,
                  Field::manufacturer,
                  Field::deviceName,
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
                  Field::cellResistances,
                  Field::temperatures,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::mosfetTemperature,
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
    info.writes = {Control::Charge, Control::Discharge, Control::Balancing};
    info.hasParameters = true;
    info.honoursLimits = true;
    return info;
}

} // namespace

JkPbDriver::JkPbDriver(const DriverConfig &config)
    : Driver(config)
    , m_address(static_cast<quint8>(config.address.value_or(usualAddress)))
{}

const DriverInfo &JkPbDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void JkPbDriver::requests(Phase phase, std::vector<Request> &to)
{
    Request settings = triggerRequest(m_address, Settings);
    if (phase == Phase::Identify) {
        to.push_back(settings);
        to.push_back(triggerRequest(m_address, Information));
        to.back().optional = true;
    } else {
        // Newer firmware that was left alone answers for its status only just after something else.
        settings.everyMs = m_statusMissing ? 0 : settingsMs;
        settings.optional = true;
        to.push_back(settings);
    }
    to.push_back(triggerRequest(m_address, Status));
}

void JkPbDriver::begin(const Request &request)
{
    m_stream.clear();
    m_data.clear();
    m_statusMissing = m_statusMissing || request.id == Status;
}

Reply JkPbDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_stream.feed(bytes);
    return takeItems(pending, update);
}

Reply JkPbDriver::lineSilent(const Request *pending, Update &update)
{
    m_stream.lineSilent();
    const Reply reply = takeItems(pending, update);
    if (reply.state != ReplyState::Waiting || !pending || m_data.isEmpty() || m_confirms)
        return reply;
    return takeData(*pending, update);
}

Reply JkPbDriver::takeItems(const Request *pending, Update &update)
{
    for (Stream::Item item = m_stream.next(); item.kind != Stream::Kind::None; item = m_stream.next()) {
        if (!pending) {
            ++m_counters.foreignFrames;
            continue;
        }
        Reply reply;
        if (item.kind == Stream::Kind::Data) {
            const bool wanted = item.bytes[typeAt] == frameType(pending->id);
            m_counters.foreignFrames += wanted ? 0 : 1;
            m_data = wanted ? viewOf(item.bytes).toByteArray() : QByteArray();
        } else if (item.bytes[0] != m_address) {
            m_data.clear(); // it was another pack's
            ++m_counters.foreignFrames;
        } else if (item.kind == Stream::Kind::Refused) {
            return {ReplyState::Refused, item.bytes[2]};
        } else {
            reply = takeConfirmation(item.bytes, *pending, update);
        }
        if (reply.state != ReplyState::Waiting)
            return reply;
    }
    return {};
}

Reply JkPbDriver::takeConfirmation(Bytes bytes, const Request &pending, Update &update)
{
    // Address, function, register and count are those of the request.
    const Bytes asked = bytesOf(pending.bytes);
    if (!std::equal(bytes.begin(), bytes.begin() + 6, asked.begin())) {
        m_data.clear();
        ++m_counters.foreignFrames;
        return {};
    }
    if (frameType(pending.id) == 0)
        return {ReplyState::Complete, 0};
    m_confirms = true;
    return m_data.isEmpty() ? Reply() : takeData(pending, update);
}

Reply JkPbDriver::takeData(const Request &pending, Update &update)
{
    const QByteArray data = std::exchange(m_data, {});
    const Bytes frame = bytesOf(data);
    bool good = true;
    switch (pending.id) {
    case Status:
        good = decodeStatus(frame, update.values);
        m_statusMissing = m_statusMissing && !good;
        break;
    case Information:
        decodeInformation(frame, update.values);
        break;
    default:
        good = decodeSettings(frame, update.values);
        if (good && pending.id == jk_pb::parameters)
            decodeParameters(frame, update.parameters);
        break;
    }
    if (good)
        return {ReplyState::Complete, 0};
    ++m_counters.malformed;
    return {};
}

Recognition JkPbDriver::recognise(const BatteryState &read) const
{
    if (!read.voltage || read.cellVoltages.empty() || !read.maxVoltage)
        return Recognition::No;
    const double sum = std::accumulate(read.cellVoltages.begin(), read.cellVoltages.end(), 0.0,
                                       [](double all, const Number &cell) { return all + cell.value_or(0); });
    return std::abs(sum - *read.voltage) <= sumTolerance * sum ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> JkPbDriver::control(Control control, double value, const BatteryState &)
{
    const bool on = value != 0;
    const auto command = [this, on](quint16 reg, Trigger read, Flag BatteryState::*shown,
                                    const QString &notDone, const QString &noEffect) {
        QByteArray raw;
        appendInteger(raw, on ? 1 : 0, Wire::U32BE);
        return modbus::commandAndCheck(
            {[address = m_address, reg, raw] { return writeRequest(address, reg, raw); },
             triggerRequest(m_address, read),
             [on, shown](const BatteryState &state) { return state.*shown == on; }, notDone, noEffect,
             refusalText});
    };
    switch (control) {
    case Control::Charge:
        return command(chargeSwitch, Status, &BatteryState::chargeAllowed,
                       Words::tr("the charge FET was not switched"),
                       Words::tr("the BMS confirmed, but the charge FET did not change"));
    case Control::Discharge:
        return command(dischargeSwitch, Status, &BatteryState::dischargeAllowed,
                       Words::tr("the discharge FET was not switched"),
                       Words::tr("the BMS confirmed, but the discharge FET did not change"));
    case Control::Balancing:
        return command(balanceSwitch, Settings, &BatteryState::balancerEnabled,
                       Words::tr("the balancer was not switched"),
                       Words::tr("the BMS confirmed, but the balance switch did not change"));
    default:
        return nullptr;
    }
}

const std::vector<ParameterInfo> &JkPbDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows());
    return infos;
}

modbus::SettingAccess JkPbDriver::settings() const
{
    const quint8 address = m_address;
    return {settingRows(),
            [address](const modbus::SettingRow &) { return triggerRequest(address, jk_pb::parameters); },
            [address](const modbus::SettingRow &row, const QByteArray &raw) {
                // Little endian in the frame, big endian in a register.
                QByteArray turned;
                std::reverse_copy(raw.begin(), raw.end(), std::back_inserter(turned));
                return writeRequest(address, row.reg, turned);
            },
            refusalText};
}

std::unique_ptr<Procedure> JkPbDriver::readParameters(const QStringList &ids)
{
    return modbus::readSettings(settings(), ids);
}

std::unique_ptr<Procedure> JkPbDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return modbus::writeSettings(settings(), values);
}

LinkCounters JkPbDriver::counters() const
{
    LinkCounters counters = m_counters;
    counters.frames = m_stream.counters().frames;
    counters.badChecksums = m_stream.counters().badChecksums;
    counters.noiseBytes = m_stream.counters().noiseBytes;
    return counters;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<JkPbDriver>(config);
            }};
}

} // namespace sb::jk_pb
