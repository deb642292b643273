// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ant/antdriver.h"

#include "bms/cells.h"
#include "drivers/ant/antswitch.h"

#include <QCoreApplication>
#include <cmath>

namespace sb::ant {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Ant)
};

constexpr double sumTolerance = 0.05;
constexpr int formTries = 2; ///< a sleeping board misses the first question
constexpr int radioTimeoutMs = 1500;
constexpr int limitsEveryMs = 600000;
constexpr quint8 done = 1; ///< acknowledgement of a switch
constexpr double leastSocToEstimate = 20;
constexpr double estimateStep = 10; ///< Ah

QString refusalText(int code) { return Words::tr("code 0x%1").arg(code, 2, 16, QLatin1Char('0')); }

Request optional(Request request)
{
    request.optional = true;
    request.tries = 1;
    return request;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("ant");
    info.names = {QStringLiteral("ANT BMS")};
    info.bmsTypes = {QStringLiteral("ANT"), QStringLiteral("aiobmsble_ant_bms"),
                     QStringLiteral("aiobmsble_ant_leg_bms")};
    info.typeName = QStringLiteral("ANT");
    info.transports = {TransportKind::Serial, TransportKind::Bluetooth};
    info.serial.baudRates = {19200};
    // Written with response, some modules complain of a missing authorization.
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE1)},
                                .write = bluetoothUuid(0xFFE1),
                                .mode = GattProfile::Write::WithoutResponse}};
    info.bluetooth.advertisements = {{.name = "ANT?BLE[23]*", .service = "ffe0", .variant = "new"},
                                     {.name = "ANT-BLE[01]*", .service = "ffe0", .variant = "legacy"}};
    info.detectionRank = 80;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence",
        "Both status replies, the sign of the current, the device information, the frames of "
        "the switches and of the password of the new protocol: captures of several boards, by wire "
        "and Bluetooth.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The settings of the new protocol, all writes of the old one, the states of the "
                    "balancer.");
    info.reads = {Field::manufacturer,
                  Field::hardwareVersion,
                  Field::firmwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::soh,
                  Field::capacityAh,
                  Field::remainingAh,
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
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms,
                  Field::notices};
    info.writes = {Control::Charge, Control::Discharge, Control::Balancing};
    info.hasParameters = true;
    return info;
}

modbus::SettingAccess settings()
{
    return {fresh::settingRows(),
            [](const modbus::SettingRow &row) { return fresh::settingRequest(row.reg); },
            [](const modbus::SettingRow &, const QByteArray &) { return Request{}; }, refusalText};
}

} // namespace

AntDriver::AntDriver(const DriverConfig &config)
    : Driver(config)
    , m_overRadio(config.transport == TransportKind::Bluetooth)
    , m_password(config.options.value(QStringLiteral("password")).toString().toLatin1())
    , m_splitter(fresh::replyRule(fresh::statusRequest()))
{
    const QString variant = config.options.value(QStringLiteral("variant")).toString();
    if (variant == QLatin1String("new"))
        m_mayBeOld = false;
    else if (variant == QLatin1String("old") || variant == QLatin1String("ant_old") ||
             variant == QLatin1String("legacy"))
        m_mayBeNew = false;
}

const DriverInfo &AntDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void AntDriver::statusRequests(std::vector<Request> &to) const
{
    const size_t first = to.size();
    if (m_mayBeNew)
        to.push_back(fresh::statusRequest());
    if (m_mayBeOld && !m_overRadio)
        to.push_back(old::statusRequest(Form::OldWired));
    if (m_mayBeOld)
        to.push_back(old::statusRequest(Form::OldRadio));
    for (size_t i = first; i + 1 < to.size(); ++i) {
        to[i].orNext = true;
        to[i].tries = formTries;
    }
}

void AntDriver::requests(Phase phase, std::vector<Request> &to)
{
    const size_t first = to.size();
    questions(phase, to);
    if (m_overRadio) {
        for (size_t i = first; i < to.size(); ++i)
            to[i].timeoutMs = radioTimeoutMs;
    }
}

void AntDriver::questions(Phase phase, std::vector<Request> &to)
{
    const bool identifies = phase == Phase::Identify;
    // Some Bluetooth modules are silent until they were given the password that the user has set.
    if (identifies && m_overRadio && m_mayBeNew && !m_password.isEmpty()) {
        to.push_back(optional(fresh::passwordRequest(m_password)));
        to.back().absentEveryMs = 1; // no answer is no reason to leave it out
    }
    if (identifies || m_form == Form::Unknown)
        statusRequests(to); // another board may answer than the last time
    else
        to.push_back(m_form == Form::New ? fresh::statusRequest() : old::statusRequest(m_form));
    if (identifies && m_mayBeNew && !isOld(m_form))
        to.push_back(optional(fresh::informationRequest()));
    if (identifies || m_form != Form::New)
        return;
    for (const quint16 address : fresh::limitSettings) {
        to.push_back(optional(fresh::settingRequest(address)));
        to.back().everyMs = limitsEveryMs;
    }
}

void AntDriver::count()
{
    const FrameCounters &counted = m_splitter.counters();
    m_counters.frames += counted.frames;
    m_counters.badChecksums += counted.badChecksums;
    m_counters.noiseBytes += counted.noiseBytes;
}

void AntDriver::begin(const Request &request)
{
    m_splitter.clear();
    count();
    const quint8 function = functionOf(request);
    const bool isNew = function == fresh::Status || function == fresh::ReadSettings ||
                       function == fresh::Password || function == fresh::Control;
    m_splitter = FrameSplitter(isNew ? fresh::replyRule(request) : old::statusRule());
}

Reply AntDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_splitter.feed(bytes);
    return takeFrames(pending, update);
}

Reply AntDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    const Reply reply = takeFrames(pending, update);
    if (pending && old::isWrite(*pending))
        return {ReplyState::Complete, 0}; // nothing was to be heard
    return reply;
}

Reply AntDriver::takeFrames(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
        if (!pending || old::isWrite(*pending)) {
            ++m_counters.foreignFrames;
            continue;
        }
        const Reply reply =
            frame[0] == 0xAA ? takeOld(frame, *pending, update) : takeNew(frame, *pending, update);
        if (reply.state != ReplyState::Waiting)
            return reply;
    }
    return {};
}

Reply AntDriver::takeNew(Bytes frame, const Request &pending, Update &update)
{
    const Reply complete{ReplyState::Complete, 0};
    const std::optional<Bytes> data = fresh::replyData(frame, pending);
    bool good = data.has_value();
    if (good) {
        switch (functionOf(pending)) {
        case fresh::Status:
            good = fresh::decodeStatus(*data, way(), update.values);
            if (good) {
                update.values.manufacturer = QStringLiteral("ANT");
                m_form = Form::New;
            }
            break;
        case fresh::ReadSettings:
            good = fresh::decodeSetting(addressOf(pending), *data, update);
            break;
        default: // what was granted, or done; 0: nothing
            if (data->empty())
                good = false;
            else if ((*data)[0] == 0 || (functionOf(pending) == fresh::Control && (*data)[0] != done))
                return {ReplyState::Refused, (*data)[0]};
            break;
        }
    }
    if (good)
        return complete;
    ++m_counters.malformed;
    return {};
}

Reply AntDriver::takeOld(Bytes frame, const Request &pending, Update &update)
{
    // What a Bluetooth module hands over as one message is one frame: more is another device's.
    const bool isLonger = m_overRadio && m_splitter.buffered() > static_cast<int>(frame.size());
    if (isLonger || !old::decodeStatus(frame, way(), update.values)) {
        ++m_counters.malformed;
        return {};
    }
    estimateCapacity(update.values);
    update.values.manufacturer = QStringLiteral("ANT");
    m_form = pending.bytes == old::statusRequest(Form::OldRadio).bytes ? Form::OldRadio : Form::OldWired;
    return {ReplyState::Complete, 0};
}

/// Boards that were set up by the newer app tell no capacity. What is left and its share tell it roughly; the
/// figure must not waver with each percent.
void AntDriver::estimateCapacity(BatteryState &to)
{
    if (to.capacityAh) {
        m_estimate.reset();
        return;
    }
    if (*to.soc >= leastSocToEstimate && *to.remainingAh > 0) {
        const double full = *to.remainingAh / *to.soc * 100;
        if (!m_estimate || std::abs(full - *m_estimate) > estimateStep)
            m_estimate = std::round(full / estimateStep) * estimateStep;
    }
    if (m_estimate > 0.0)
        to.capacityAh = m_estimate;
}

Recognition AntDriver::recognise(const BatteryState &read) const
{
    return cellsMakeUp(read, sumTolerance) ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> AntDriver::control(Control control, double value, const BatteryState &)
{
    if (control != Control::Charge && control != Control::Discharge && control != Control::Balancing)
        return nullptr;
    Form form = m_form;
    if (form == Form::Unknown && !m_mayBeOld)
        form = Form::New;
    else if (form == Form::Unknown && !m_mayBeNew)
        form = m_overRadio ? Form::OldRadio : Form::OldWired;
    return switchTo({control, value != 0}, form, m_password);
}

const std::vector<ParameterInfo> &AntDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(fresh::settingRows());
    static const std::vector<ParameterInfo> none;
    return isOld(m_form) || !m_mayBeNew ? none : infos;
}

std::unique_ptr<Procedure> AntDriver::readParameters(const QStringList &ids)
{
    return parameters().empty() ? nullptr : modbus::readSettings(settings(), ids);
}

std::unique_ptr<Procedure> AntDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return parameters().empty() ? nullptr : modbus::writeSettings(settings(), values);
}

LinkCounters AntDriver::counters() const
{
    LinkCounters counters = m_counters;
    const FrameCounters &counted = m_splitter.counters();
    counters.frames += counted.frames;
    counters.badChecksums += counted.badChecksums;
    counters.noiseBytes += counted.noiseBytes;
    return counters;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<AntDriver>(config);
            }};
}

} // namespace sb::ant
