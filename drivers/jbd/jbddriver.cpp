// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbddriver.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace sb::jbd {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Jbd)
};

constexpr int wakeUpMs = 100; ///< a board that sleeps misses the request that wakes it
constexpr int countersEveryMs = 600000;
constexpr double lowestCell = 0.5; ///< V, of a BMS that is recognised
constexpr double highestCell = 5.0;
constexpr double sumTolerance = 0.05; ///< of the pack voltage

GattProfile profile(quint16 service, quint16 notify, quint16 write)
{
    return {.service = bluetoothUuid(service),
            .notify = {bluetoothUuid(notify)},
            .write = bluetoothUuid(write),
            .mode = GattProfile::Write::WithoutResponse,
            .writeSize = 20}; // of longer ones, the texts among the settings, modules may lose the end
}

BluetoothSettings radio()
{
    BluetoothSettings radio;
    // Some modules ("DH04") have other characteristics, Eleksol's another service.
    radio.profiles = {profile(0xFF00, 0xFF01, 0xFF02), profile(0xFF00, 0xFFF1, 0xFFF2),
                      profile(0xFFF0, 0xFFF1, 0xFFF2), profile(0xFF06, 0xFF07, 0xFF08)};
    for (const char *name :
         {"DWF*", "JBD-*", "LSG-*", "N-?????BL*", "SX1*", "SX60*", "SBL-*", "OGR-*", "TZ-H*"})
        radio.advertisements.push_back({.name = name, .service = "ff00"});
    for (const char *oui :
         {"10:A5:62", "A4:C1:37", "A4:C1:38", "A5:C2:37", "A5:C2:39", "A5:C2:3A", "AA:C2:37", "70:3E:97"})
        radio.advertisements.push_back({.service = "ff00", .oui = oui});
    for (const char *oui : {"A4:C1:37", "A4:C1:38", "A5:C2:37", "A5:C2:39", "AA:C2:37"})
        radio.advertisements.push_back({.service = "ff06", .oui = oui});
    radio.settleMs = 200;
    return radio;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("jbd");
    info.names = {QStringLiteral("JBD"),       QStringLiteral("Jiabaida"),
                  QStringLiteral("LLT Power"), QStringLiteral("Overkill Solar"),
                  QStringLiteral("Xiaoxiang"), QStringLiteral("Liontron"),
                  QStringLiteral("Supervolt"), QStringLiteral("Accurat"),
                  QStringLiteral("Lossigy"),   QStringLiteral("Chins"),
                  QStringLiteral("Ogrphy"),    QStringLiteral("Perfektium"),
                  QStringLiteral("Eleksol")};
    info.bmsTypes = {QStringLiteral("LltJbd"), QStringLiteral("LltJbd_Ble"),
                     QStringLiteral("aiobmsble_jbd_bms"), QStringLiteral("eleksol_ble"),
                     QStringLiteral("aiobmsble_eleksol_bms")};
    info.typeName = QStringLiteral("LLT/JBD");
    info.transports = {TransportKind::Serial, TransportKind::Bluetooth};
    info.serial.baudRates = {9600};
    info.serial.gapMs = 30;
    info.bluetooth = radio();
    info.detectionRank = 10;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Basic information, cells, device name, the frames for the FETs and the state of "
                    "charge, settings 24, 28, 29 and 2D: vendor document and captures of an SP04S. Over "
                    "Bluetooth: recorded replies.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The addressed frame of UP boards (used with an address), most settings, register FB, "
                    "the balance test, the password of the Bluetooth module, its other characteristics. Not "
                    "read: extended access FA, calibration.");
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
                  Field::balancerEnabled,
                  Field::maxChargeCurrent,
                  Field::maxDischargeCurrent,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::problemCode,
                  Field::alarms,
                  Field::history,
                  Field::notices};
    info.writes = {Control::Charge, Control::Discharge, Control::Balancing, Control::StateOfCharge,
                   Control::BalanceTest};
    info.hasParameters = true;
    return info;
}

} // namespace

JbdDriver::JbdDriver(const DriverConfig &config)
    : Driver(config)
    , m_context{Protocol(config), std::make_shared<Memory>()}
    , m_splitter(m_context.protocol.frameRule())
{
    const Protocol &protocol = m_context.protocol;
    const QByteArray password = config.options.value(QStringLiteral("password")).toString().toLatin1();
    if (config.transport == TransportKind::Bluetooth && !password.isEmpty()) {
        m_password = protocol.passwordRequest(password);
        m_password->optional = true;   // a module without lock does not know it
        m_password->absentEveryMs = 1; // no answer is no reason to leave it out
    }
    Request name = protocol.read(reg::deviceName);
    name.optional = true;
    const Request basic = protocol.read(reg::basicInformation);
    const Request cells = protocol.read(reg::cellVoltages);
    m_identify = {name, basic, cells};
    if (protocol.options().readSettingsAtStart) {
        // Only what the board tells without its settings mode; the barcode first, it identifies better.
        for (const quint8 reg : {reg::barcode, reg::serialNumber, reg::packOvervoltage, reg::packUndervoltage,
                                 reg::chargeOvercurrent, reg::dischargeOvercurrent, reg::functions}) {
            Request setting = protocol.read(reg);
            setting.optional = true;
            setting.tries = 2;
            m_identify.push_back(setting);
        }
    }
    for (Request &request : m_identify)
        request.retryAfterMs = wakeUpMs;

    Request counters = protocol.read(reg::errorCounters);
    counters.optional = true;
    counters.everyMs = countersEveryMs;
    m_poll = {basic, cells, counters};
}

const DriverInfo &JbdDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void JbdDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify && m_password && !m_context.memory->passwordRefused)
        to.push_back(*m_password);
    if (m_context.memory->settingsOpen) {
        to.push_back(m_context.protocol.write(reg::exitSettings, discardKey));
        to.back().optional = true;
    }
    const size_t first = to.size();
    const std::vector<Request> &list = phase == Phase::Identify ? m_identify : m_poll;
    to.insert(to.end(), list.begin(), list.end());
    // A locked module is silent. The round ends all the same, so that objection() can say why.
    if (phase == Phase::Identify && m_context.memory->passwordRefused) {
        for (size_t i = first; i < to.size(); ++i)
            to[i].optional = true;
    }
}

void JbdDriver::listenWith(const FrameRule &rule)
{
    m_counters = counters();
    m_splitter = FrameSplitter(rule);
}

void JbdDriver::begin(const Request &request)
{
    m_splitter.clear();
    if (const bool password = Protocol::isPassword(request); password != m_listensForPassword) {
        listenWith(password ? Protocol::passwordRule() : m_context.protocol.frameRule());
        m_listensForPassword = password;
    }
    m_context.memory->reg.reset();
}

Reply JbdDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_splitter.feed(bytes);
    return takeFrames(pending, update);
}

Reply JbdDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    return takeFrames(pending, update);
}

Reply JbdDriver::takePassword(Bytes frame)
{
    const quint8 verdict = frame[passwordVerdictAt];
    if (verdict != passwordGranted && verdict != passwordRefused) {
        ++m_counters.malformed;
        return {};
    }
    m_context.memory->passwordRefused = verdict == passwordRefused;
    return {verdict == passwordGranted ? ReplyState::Complete : ReplyState::Refused, verdict};
}

Reply JbdDriver::takeFrames(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
        if (m_listensForPassword) {
            if (!pending || viewOf(frame) == pending->bytes) {
                ++(pending ? m_counters.echoes : m_counters.foreignFrames);
                continue;
            }
            if (const Reply reply = takePassword(frame); reply.state != ReplyState::Waiting)
                return reply;
            continue;
        }
        const Message message = m_context.protocol.parse(frame);
        if (message.echo) {
            ++m_counters.echoes;
            continue;
        }
        // A late or repeated reply to something else: boards send those over Bluetooth.
        if (!pending || message.reg != Protocol::registerOf(*pending)) {
            ++m_counters.foreignFrames;
            continue;
        }
        if (message.status != status::ok)
            return {ReplyState::Refused, message.status};
        if (message.data.empty() != Protocol::isWrite(*pending)) {
            ++m_counters.foreignFrames;
            continue;
        }
        if (Protocol::isWrite(*pending) && message.reg == reg::exitSettings)
            m_context.memory->settingsOpen = false;
        if (Protocol::isWrite(*pending) || decode(message.reg, message.data, update))
            return {ReplyState::Complete, 0};
        ++m_counters.malformed;
    }
    return {};
}

bool JbdDriver::decode(quint8 reg, Bytes data, Update &update)
{
    if (!isSetting(reg, m_context.protocol.isAddressed()))
        return m_context.protocol.decode(reg, data, update.values);
    if (!decodeSettings(reg, data, update))
        return false;
    m_context.memory->reg = reg;
    m_context.memory->raw.assign(data.begin(), data.end());
    return true;
}

Recognition JbdDriver::recognise(const BatteryState &read) const
{
    if (!read.voltage || !read.soc || *read.soc > 100 || !read.cellCount ||
        static_cast<size_t>(*read.cellCount) != read.cellVoltages.size())
        return Recognition::No;
    double sum = 0;
    for (const Number &cell : read.cellVoltages) {
        if (!cell || *cell < lowestCell || *cell > highestCell)
            return Recognition::No;
        sum += *cell;
    }
    return std::abs(sum - *read.voltage) <= sumTolerance * *read.voltage ? Recognition::Yes : Recognition::No;
}

QString JbdDriver::objection(const BatteryState &read) const
{
    return m_context.memory->passwordRefused && !read.voltage ? Words::tr("wrong Bluetooth password")
                                                              : QString();
}

std::unique_ptr<Procedure> JbdDriver::control(Control control, double value, const BatteryState &now)
{
    switch (control) {
    case Control::Charge:
    case Control::Discharge:
        return switchFet(m_context, control, value != 0, now);
    case Control::Balancing:
        return switchBalancing(m_context, value != 0);
    case Control::StateOfCharge:
        return setStateOfCharge(m_context, value, now);
    case Control::BalanceTest:
        return testBalancing(m_context, value == 1 ? BalanceTest::OddCells : BalanceTest::EvenCells);
    case Control::Heater:
        break;
    }
    return nullptr;
}

const std::vector<ParameterInfo> &JbdDriver::parameters() const
{
    return parameterInfos(m_context.protocol.isAddressed());
}

std::unique_ptr<Procedure> JbdDriver::readParameters(const QStringList &ids)
{
    return readSettings(m_context, ids);
}

std::unique_ptr<Procedure> JbdDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return writeSettings(m_context, values);
}

LinkCounters JbdDriver::counters() const
{
    LinkCounters counters = m_counters;
    counters.frames += m_splitter.counters().frames;
    counters.badChecksums += m_splitter.counters().badChecksums;
    counters.noiseBytes += m_splitter.counters().noiseBytes;
    return counters;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<JbdDriver>(config);
            }};
}

} // namespace sb::jbd
