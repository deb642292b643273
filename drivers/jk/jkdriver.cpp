// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk/jkdriver.h"

#include <QCoreApplication>
#include <cmath>
#include <numeric>

namespace sb::jk {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Jk)
};

constexpr quint8 chargeTag = 0xAB;
constexpr quint8 dischargeTag = 0xAC;
constexpr double sumTolerance = 0.05;
constexpr int wakeMs = 200; ///< boards that are awake may leave the activation unanswered

QString refusalText(int code) { return Words::tr("code 0x%1").arg(code, 2, 16, QLatin1Char('0')); }

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("jk");
    info.names = {QStringLiteral("JK BMS"), QStringLiteral("Jikong"), QStringLiteral("Heltec BMS"),
                  QStringLiteral("NEEY")};
    info.bmsTypes = {QStringLiteral("Jkbms")};
    info.typeName = QStringLiteral("JKBMS");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {115200};
    info.serial.gapMs = 100;
    info.detectionRank = 10;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "All values and the frames for the FETs: the vendor's example and a capture with 14 "
                    "cells.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "The current of firmware without a protocol number, the alarms.");
    info.reads = {Field::productName,
                  Field::manufacturer,
                  Field::deviceName,
                  Field::uniqueId,
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
                  Field::balancing,
                  Field::balancerEnabled,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms};
    info.writes = {Control::Charge, Control::Discharge};
    info.hasParameters = true;
    return info;
}

modbus::SettingAccess settings()
{
    return {settingRows(), [](const modbus::SettingRow &) { return readAllRequest(readSettings); },
            [](const modbus::SettingRow &row, const QByteArray &raw) {
                return writeRequest(static_cast<quint8>(row.reg), static_cast<quint8>(raw.back()));
            },
            refusalText};
}

} // namespace

JkDriver::JkDriver(const DriverConfig &config)
    : Driver(config)
    , m_splitter(frameRule())
{}

const DriverInfo &JkDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void JkDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify) {
        Request wake = activateRequest();
        wake.optional = true;
        wake.tries = 1;
        wake.timeoutMs = wakeMs;
        to.push_back(wake);
    }
    to.push_back(readAllRequest());
}

void JkDriver::begin(const Request &) { m_splitter.clear(); }

Reply JkDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_splitter.feed(bytes);
    return takeFrames(pending, update);
}

Reply JkDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    return takeFrames(pending, update);
}

bool JkDriver::answers(Bytes frame, const Request &pending) const
{
    switch (pending.id) {
    case Activate:
        return frame[commandAt] == Activate;
    case Write: // the tag that was written comes back
        return frame[commandAt] == Write && frame[bodyAt] == bytesOf(pending.bytes)[bodyAt];
    default: // some boards name another command than was asked
        return frame[commandAt] == ReadAll || frame[commandAt] == ReadOne;
    }
}

Reply JkDriver::takeFrames(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
        if (frame[typeAt] == 0) {
            ++m_counters.echoes;
            continue;
        }
        if (!hasGoodEnd(frame)) {
            ++m_counters.malformed;
            continue;
        }
        if (!pending || !answers(frame, *pending)) {
            ++m_counters.foreignFrames;
            continue;
        }
        if (pending->id == Activate || pending->id == Write)
            return {ReplyState::Complete, 0};
        const Tags tags(frame.subspan(bodyAt, frame.size() - bodyAt - afterBody));
        if (!decodeAll(tags, update.values)) {
            ++m_counters.malformed;
            continue;
        }
        if (pending->id == readSettings) {
            for (const modbus::SettingRow &row : settingRows()) {
                if (const auto raw = tags.integer(static_cast<quint8>(row.reg), row.wire))
                    update.parameters.push_back(
                        {QLatin1String(row.id), row.scale.apply(static_cast<double>(*raw))});
            }
        }
        return {ReplyState::Complete, 0};
    }
    return {};
}

Recognition JkDriver::recognise(const BatteryState &read) const
{
    if (!read.voltage || read.cellVoltages.empty())
        return Recognition::No;
    const double sum = std::accumulate(read.cellVoltages.begin(), read.cellVoltages.end(), 0.0,
                                       [](double all, const Number &cell) { return all + cell.value_or(0); });
    return std::abs(sum - *read.voltage) <= sumTolerance * sum ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> JkDriver::control(Control control, double value, const BatteryState &)
{
    if (control != Control::Charge && control != Control::Discharge)
        return nullptr;
    const bool charge = control == Control::Charge;
    const bool on = value != 0;
    return modbus::commandAndCheck(
        {[charge, on] { return writeRequest(charge ? chargeTag : dischargeTag, on ? 1 : 0); },
         readAllRequest(),
         [charge, on](const BatteryState &read) {
             return (charge ? read.chargeAllowed : read.dischargeAllowed) == on;
         },
         charge ? Words::tr("the charge FET was not switched")
                : Words::tr("the discharge FET was not switched"),
         charge ? Words::tr("the BMS confirmed, but the charge FET did not change")
                : Words::tr("the BMS confirmed, but the discharge FET did not change"),
         refusalText});
}

const std::vector<ParameterInfo> &JkDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows());
    return infos;
}

std::unique_ptr<Procedure> JkDriver::readParameters(const QStringList &ids)
{
    return modbus::readSettings(settings(), ids);
}

std::unique_ptr<Procedure> JkDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return modbus::writeSettings(settings(), values);
}

LinkCounters JkDriver::counters() const
{
    LinkCounters counters = m_counters;
    counters.frames = m_splitter.counters().frames;
    counters.badChecksums = m_splitter.counters().badChecksums;
    counters.noiseBytes = m_splitter.counters().noiseBytes;
    return counters;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<JkDriver>(config);
            }};
}

} // namespace sb::jk
