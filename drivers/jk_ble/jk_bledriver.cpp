// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_ble/jk_bledriver.h"

#include "bms/cells.h"

#include <QCoreApplication>

namespace sb::jk_ble {
namespace {

using namespace frames;

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(JkBle)
};

// ---- Frames ----
constexpr FrameRule rule{.header = {0x55, 0xAA, 0xEB, 0x90},
                         .headerSize = 4,
                         .lengthPlus = 300,
                         .minimum = 300,
                         .maximum = 300,
                         .checksum = Checksum::Sum8,
                         .checksumAtEnd = 1};
/// That a write arrived, and after some answers.
constexpr FrameRule acknowledgement{.header = {0xAA, 0x55, 0x90, 0xEB},
                                    .headerSize = 4,
                                    .lengthPlus = 20,
                                    .minimum = 20,
                                    .maximum = 20,
                                    .checksum = Checksum::Sum8,
                                    .checksumAtEnd = 1};
constexpr size_t typeAt = 4;
constexpr quint8 acknowledged = 0xC8;
constexpr QByteArrayView moduleText("AT\r\n"); ///< that the radio module mixes in

enum Type : quint8 { Settings = 1, Status = 2, Information = 3 };
enum Register : quint8 {
    ChargeSwitch = 0x1D,
    DischargeSwitch = 0x1E,
    BalanceSwitch = 0x1F,
    AskSettings = 0x96, ///< begins the stream of status frames, too
    AskInformation = 0x97,
};
/// Ids of requests, beside the types of frames.
constexpr int anything = 0x100;
constexpr int parameterValues = 0x101;
constexpr int writeTo = 0x200; ///< + register

constexpr int answerMs = 1500;
constexpr int streamMs = 3000;
constexpr int settingsEveryMs = 300000;
constexpr int alreadyStreamingMs = 300;

QString refusalText(int) { return {}; } // boards have no words for a refusal

Request ask(int id, quint8 reg, int timeoutMs, int tries)
{
    Request request;
    request.id = id;
    request.bytes = question(reg);
    request.timeoutMs = timeoutMs;
    request.tries = tries;
    return request;
}

Request listen(int id, int timeoutMs)
{
    Request request;
    request.id = id;
    request.timeoutMs = timeoutMs;
    request.tries = 1;
    return request;
}

Request writing(quint8 reg, const QByteArray &value)
{
    Request request;
    request.id = writeTo + reg;
    request.bytes = question(reg, value);
    request.timeoutMs = streamMs;
    return request;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("jk_ble");
    info.names = {QStringLiteral("JK"), QStringLiteral("Jikong"), QStringLiteral("Heltec")};
    info.bmsTypes = {QStringLiteral("Jkbms_Ble"), QStringLiteral("aiobmsble_jikong_bms")};
    info.typeName = QStringLiteral("JKBMS");
    info.transports = {TransportKind::Bluetooth};
    // A newer module has FFE1 twice: one is written, one notifies. An older one writes without response only.
    info.bluetooth.profiles = {{.service = bluetoothUuid(0xFFE0),
                                .notify = {bluetoothUuid(0xFFE1)},
                                .write = bluetoothUuid(0xFFE1),
                                .mode = GattProfile::Write::WithoutResponse}};
    info.bluetooth.advertisements = {{.service = "ffe0", .maker = 0x0B65},
                                     {.service = "ffe0", .maker = 0x4B4A}};
    info.detectionRank = 15;
    info.streams = true;
    info.honoursLimits = true;
    info.hasParameters = true;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence",
        "Status, settings and information: recorded frames of firmware 10 to 19, and of a balancer "
        "with floats.");
    info.documents =
        QT_TRANSLATE_NOOP("Evidence", "Writing switches and settings, the alarm bits from 16 on.");
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
    return info;
}

constexpr double sumTolerance = 0.05;

} // namespace

JkBleDriver::JkBleDriver(const DriverConfig &config)
    : FrameDriver(config, rule, {})
    , m_acknowledgements(acknowledgement)
{}

const DriverInfo &JkBleDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void JkBleDriver::requests(Phase phase, std::vector<Request> &to)
{
    Request settings = ask(Settings, AskSettings, streamMs, 3);
    settings.optional = true;
    if (phase == Phase::Identify) {
        // A board that was left a moment ago goes on telling.
        to.push_back(listen(anything, alreadyStreamingMs));
        to.back().optional = true;
        to.push_back(ask(Information, AskInformation, answerMs, 2));
        to.back().optional = true;
    } else {
        settings.everyMs = settingsEveryMs;
    }
    to.push_back(settings);
    to.push_back(listen(Status, streamMs));
    to.back().orNext = true;
    // The stream has stopped: this begins it again.
    to.push_back(ask(Settings, AskSettings, streamMs, 3));
}

void JkBleDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    if (!request.bytes.isEmpty())
        m_acknowledgements.clear();
    m_statusHeard = m_settingsHeard = m_acknowledged = false;
    if (request.id >= writeTo)
        m_settings.clear();
}

Reply JkBleDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    QByteArrayView text = viewOf(bytes);
    if (text.startsWith(moduleText) &&
        (text.size() == moduleText.size() || bytes[moduleText.size()] == rule.header[0]))
        bytes = bytes.subspan(static_cast<size_t>(moduleText.size()));
    m_acknowledgements.feed(bytes);
    for (Bytes frame = m_acknowledgements.next(); !frame.empty(); frame = m_acknowledgements.next())
        m_acknowledged = m_acknowledged || frame[typeAt] == acknowledged;
    return FrameDriver::receive(bytes, pending, update);
}

Reply JkBleDriver::lineSilent(const Request *pending, Update &update)
{
    const Reply reply = FrameDriver::lineSilent(pending, update);
    if (reply.state != ReplyState::Waiting || !pending)
        return reply;
    // Some boards leave the settings out, others tell them only when they changed.
    bool enough = pending->id == Settings && (m_settingsHeard || m_statusHeard);
    if (pending->id == parameterValues && !m_settings.isEmpty()) {
        enough = decodeSettings(variant(), bytesOf(m_settings), update.values);
        decodeParameters(variant(), bytesOf(m_settings), update.parameters);
    }
    if (pending->id >= writeTo)
        enough = m_acknowledged;
    return enough ? Reply{ReplyState::Complete, 0} : reply;
}

std::optional<int> JkBleDriver::idOf(Bytes frame) const { return frame[typeAt]; }

FrameDriver::Taken JkBleDriver::decode(Bytes frame, const Request &pending, Update &update)
{
    if (!take(frame, update))
        return Taken::Impossible;
    // The question for the settings begins the stream, too.
    return pending.id == Settings && !m_statusHeard ? Taken::Partly : Taken::Done;
}

FrameDriver::Taken JkBleDriver::unasked(Bytes frame, const Request *pending, Update &update)
{
    if (frame[typeAt] < Settings || frame[typeAt] > Information)
        return Taken::Foreign;
    if (!take(frame, update))
        return Taken::Impossible;
    if (!pending)
        return Taken::Partly;
    const bool settings = frame[typeAt] == Settings;
    if (settings && pending->id == parameterValues)
        decodeParameters(variant(), frame, update.parameters);
    const bool answers = pending->id == anything || (settings && pending->id >= parameterValues) ||
                         (pending->id == Settings && m_statusHeard && m_settingsHeard);
    return answers ? Taken::Done : Taken::Partly;
}

bool JkBleDriver::take(Bytes frame, Update &update)
{
    switch (frame[typeAt]) {
    case Settings:
        if (!decodeSettings(variant(), frame, update.values))
            return false;
        m_settings = viewOf(frame).toByteArray();
        m_settingsHeard = true;
        return true;
    case Status:
        if (!takeStatus(frame, update.values))
            return false;
        m_statusHeard = true;
        return true;
    default:
        m_firmware = decodeInformation(frame, update.values);
        return true;
    }
}

std::optional<Variant> JkBleDriver::variant() const
{
    if (const auto named = variantByName(config().options.value(QStringLiteral("variant")).toString()))
        return named;
    return m_firmware ? variantByFirmware(*m_firmware) : m_told;
}

bool JkBleDriver::takeStatus(Bytes frame, BatteryState &to)
{
    const Variant variant = this->variant().value_or(variantByStatus(frame));
    if (!decodeStatus(variant, m_firmware, frame, to))
        return false;
    m_told = variant;
    return true;
}

Recognition JkBleDriver::recognise(const BatteryState &read) const
{
    const bool fits = cellsMakeUp(read, sumTolerance, lowestCell, highestCell);
    return fits ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> JkBleDriver::control(Control control, double value, const BatteryState &)
{
    const bool on = value != 0;
    const auto command = [on](Register reg, const Request &read, Flag BatteryState::*shown,
                              const QString &notDone, const QString &noEffect) {
        QByteArray raw;
        appendInteger(raw, on ? 1 : 0, Wire::U32LE);
        return modbus::commandAndCheck({[reg, raw] { return writing(reg, raw); }, read,
                                        [on, shown](const BatteryState &state) { return state.*shown == on; },
                                        notDone, noEffect, refusalText});
    };
    const Request status = listen(Status, streamMs);
    switch (control) {
    case Control::Charge:
        return command(ChargeSwitch, status, &BatteryState::chargeAllowed,
                       Words::tr("the charge FET was not switched"),
                       Words::tr("the BMS confirmed, but the charge FET did not change"));
    case Control::Discharge:
        return command(DischargeSwitch, status, &BatteryState::dischargeAllowed,
                       Words::tr("the discharge FET was not switched"),
                       Words::tr("the BMS confirmed, but the discharge FET did not change"));
    case Control::Balancing:
        return command(BalanceSwitch, ask(parameterValues, AskSettings, streamMs, 3),
                       &BatteryState::balancerEnabled, Words::tr("the balancer was not switched"),
                       Words::tr("the BMS confirmed, but the balance switch did not change"));
    default:
        return nullptr;
    }
}

const std::vector<ParameterInfo> &JkBleDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows({}));
    return infos;
}

modbus::SettingAccess JkBleDriver::settings() const
{
    const std::optional<Variant> layout = variant();
    return {settingRows(layout),
            [](const modbus::SettingRow &) { return ask(parameterValues, AskSettings, streamMs, 3); },
            [layout](const modbus::SettingRow &row, const QByteArray &raw) {
                return writing(registerOf(row, layout), raw);
            },
            refusalText};
}

std::unique_ptr<Procedure> JkBleDriver::readParameters(const QStringList &ids)
{
    return variant() == Variant::Floats ? nullptr : modbus::readSettings(settings(), ids);
}

std::unique_ptr<Procedure> JkBleDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return variant() == Variant::Floats ? nullptr : modbus::writeSettings(settings(), values);
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<JkBleDriver>(config);
            }};
}

} // namespace sb::jk_ble
