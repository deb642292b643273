// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd_up16s/jbd_up16sdriver.h"

#include "bms/cells.h"

#include <QCoreApplication>
#include <cmath>

namespace sb::jbd_up16s {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(JbdUp16s)
};

constexpr quint8 masterAddress = 1;
constexpr int wakeUpMs = 100; ///< a sleeping board drops the request that wakes it
constexpr double sumTolerance = 0.05;
/// So many statuses later the finer SoC is no longer believed.
constexpr int finerSocLasts = 5;

// ---- 2006 ----
constexpr size_t fineSocAt = 0; ///< 0.01 %

// ---- 0045: the pack's own limits ----
constexpr size_t ownChargeAt = 96; ///< 0.1 A
constexpr size_t ownDischargeAt = 98;

// ---- 2810 ----
constexpr size_t versionAt = 4; ///< major, minor, patch
constexpr size_t modelAt = 12;
constexpr size_t modelSize = 16;

constexpr quint16 serialAddress = 0x1C10;
constexpr size_t serialSize = 30;

/// Boards have no words for a refusal: they are silent.
QString refusalText(int code) { return Words::tr("code 0x%1").arg(code, 2, 16, QLatin1Char('0')); }

Request optional(Request request)
{
    request.optional = true;
    return request;
}

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("jbd_up16s");
    info.names = {QStringLiteral("JBD UP16S"), QStringLiteral("Eco-Worthy 3U"), QStringLiteral("ES-UP")};
    info.bmsTypes = {QStringLiteral("LltJbd_Up16s")};
    info.typeName = QStringLiteral("LLT/JBD UP16S");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {9600};
    info.serial.firstByteMs = 250; // it thinks for 150 ms
    info.serial.gapMs = 30;
    info.addresses = {masterAddress};
    info.pollIntervalMs = 2000;
    info.detectionRank = 5;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "All blocks of a master and of a slave, and a slave behind its master: captures of "
                    "UP16S020.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The commands, most settings, the block 1800, the status bytes 2 and 34.");
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
    info.writes = {Control::Charge, Control::Discharge, Control::StateOfCharge};
    info.honoursLimits = true;
    info.resetsSocWhenFull = true;
    info.hasParameters = true;
    return info;
}

} // namespace

Up16sDriver::Up16sDriver(const DriverConfig &config)
    : Driver(config)
    , m_address(static_cast<quint8>(config.address.value_or(masterAddress)))
    , m_requireDirect(config.options.value(QStringLiteral("requireDirectConnection")).toBool())
    , m_splitter(replyRule(readRequest(m_address, statusBlock)))
    , m_switches(std::make_shared<std::optional<quint16>>())
{}

const DriverInfo &Up16sDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void Up16sDriver::requests(Phase phase, std::vector<Request> &to)
{
    const size_t first = to.size();
    to.push_back(readRequest(m_address, statusBlock));
    to.push_back(optional(readRequest(m_address, chargeBlock)));
    if (phase == Phase::Identify && m_requireDirect)
        to.push_back(readRequest(m_address, ownBlock));
    else if (m_address == masterAddress)
        to.push_back(optional(readRequest(m_address, ownBlock)));
    if (phase == Phase::Identify) {
        to.push_back(optional(readRequest(m_address, settingsBlock)));
        to.push_back(optional(readRequest(m_address, productBlock)));
    }
    for (size_t i = first; i < to.size(); ++i)
        to[i].retryAfterMs = wakeUpMs;
}

void Up16sDriver::count()
{
    const FrameCounters &counted = m_splitter.counters();
    m_counters.frames += counted.frames;
    m_counters.badChecksums += counted.badChecksums;
    m_counters.noiseBytes += counted.noiseBytes;
}

void Up16sDriver::begin(const Request &request)
{
    m_splitter.clear();
    count();
    m_splitter = FrameSplitter(replyRule(request));
}

Reply Up16sDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_splitter.feed(bytes);
    return takeFrames(pending, update);
}

Reply Up16sDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    return takeFrames(pending, update);
}

Reply Up16sDriver::takeFrames(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
        // After address, function and start, which the splitter has compared: end, length, data.
        const Bytes data = frame.subspan(8, frame.size() - 10);
        const Bytes asked = pending ? bytesOf(pending->bytes) : Bytes();
        if (!pending || !std::equal(frame.begin() + 4, frame.begin() + 6, asked.begin() + 4)) {
            ++m_counters.foreignFrames;
            continue;
        }
        // A question has data where its answer has none, and the other way round.
        const bool writes = asked[1] == Write;
        if (data.empty() != writes) {
            ++m_counters.echoes;
            continue;
        }
        if (writes || decode(pending->id, data, update))
            return {ReplyState::Complete, 0};
        ++m_counters.malformed;
    }
    return {};
}

bool Up16sDriver::decode(int id, Bytes data, Update &update)
{
    const auto least = [data](size_t size) { return data.size() >= size; };
    const quint16 start = static_cast<quint16>(id & 0xFFFF);
    switch (start) {
    case statusBlock.start:
        return takeStatus(data, update.values);
    case chargeBlock.start:
        if (least(fineSocAt + 2))
            takeCharge(data, update.values);
        return least(fineSocAt + 2);
    case ownBlock.start:
        if (least(ownDischargeAt + 2))
            takeOwnLimits(data, update.values);
        return least(ownDischargeAt + 2);
    case productBlock.start:
        if (least(modelAt + modelSize))
            takeProduct(data, update.values);
        return least(modelAt + modelSize);
    default:
        break;
    }
    const modbus::Registers registers(start, data, 1);
    modbus::decodeSettings(settingRows(), registers, update.parameters);
    if (const Text serial = registers.text(serialAddress, serialSize)) {
        m_serial = *serial;
        m_serialOf = m_packId;
        update.values.serialNumber = update.values.uniqueId = serial;
    }
    return true;
}

bool Up16sDriver::takeStatus(Bytes data, BatteryState &to)
{
    const BatteryState before = to;
    Status status;
    if (!decodeStatus(data, to, status))
        return false;
    to.manufacturer = QStringLiteral("JBD");
    *m_switches = status.switches;
    m_packId = status.packCode.isEmpty()
                   ? QString()
                   : QStringLiteral("%1_%2").arg(status.packCode).arg(status.ratedAh, 0, 'f', 1);
    // A serial number that was read stays, as long as the same pack answers.
    if (!m_serial.isEmpty() && m_serialOf == m_packId)
        to.serialNumber = to.uniqueId = m_serial;
    else if (!m_packId.isEmpty())
        to.uniqueId = m_packId;
    if (++m_statusesSinceSoc <= finerSocLasts)
        to.soc = before.soc;
    if (m_productKnown)
        to.firmwareVersion = before.firmwareVersion;
    limitToOwn(to);
    return true;
}

void Up16sDriver::takeCharge(Bytes data, BatteryState &to)
{
    m_statusesSinceSoc = 0;
    to.soc = static_cast<double>(readInteger(data, fineSocAt, Wire::U16BE).value_or(0)) / 100;
}

void Up16sDriver::takeOwnLimits(Bytes data, BatteryState &to)
{
    m_ownCharge = static_cast<double>(readInteger(data, ownChargeAt, Wire::U16BE).value_or(0)) / 10;
    m_ownDischarge = static_cast<double>(readInteger(data, ownDischargeAt, Wire::U16BE).value_or(0)) / 10;
    limitToOwn(to);
}

void Up16sDriver::limitToOwn(BatteryState &to) const
{
    const auto limit = [](Number &told, const Number &own) {
        if (told && own)
            told = std::min(*told, *own);
    };
    limit(to.maxChargeCurrent, m_ownCharge);
    limit(to.maxDischargeCurrent, m_ownDischarge);
}

void Up16sDriver::takeProduct(Bytes data, BatteryState &to)
{
    m_productKnown = true;
    const auto word = [data](size_t at) { return readInteger(data, at, Wire::U16BE).value_or(0); };
    to.firmwareVersion =
        QStringLiteral("%1.%2.%3").arg(word(versionAt)).arg(word(versionAt + 2)).arg(word(versionAt + 4));
    to.hardwareVersion = to.productName = decodeText(data.subspan(modelAt, modelSize));
}

Recognition Up16sDriver::recognise(const BatteryState &read) const
{
    return read.soc && *read.soc <= 100 && cellsMakeUp(read, sumTolerance) ? Recognition::Yes
                                                                           : Recognition::No;
}

std::unique_ptr<Procedure> Up16sDriver::control(Control control, double value, const BatteryState &now)
{
    const quint8 address = m_address;
    if (control == Control::StateOfCharge) {
        if (!(value >= 0 && value <= 100))
            return nullptr;
        return modbus::commandAndCheck(
            {[address, value] {
                 QByteArray data;
                 appendInteger(data, std::llround(value * 100), Wire::U16BE);
                 return writeRequest(address, socAddress, data);
             },
             readRequest(address, chargeBlock),
             [value](const BatteryState &state) { return state.soc && std::abs(*state.soc - value) <= 1; },
             Words::tr("the state of charge was not set"),
             Words::tr("the BMS confirmed, but the state of charge did not change"), refusalText});
    }
    if (control != Control::Charge && control != Control::Discharge)
        return nullptr;
    const bool charge = control == Control::Charge;
    const bool on = value != 0;
    const quint16 told = static_cast<quint16>((now.chargeAllowed.value_or(false) ? chargeSwitch : 0) |
                                              (now.dischargeAllowed.value_or(false) ? dischargeSwitch : 0));
    return modbus::commandAndCheck(
        {[address, charge, on, told, last = m_switches] {
             const quint16 bit = charge ? chargeSwitch : dischargeSwitch;
             const int others = last->value_or(told) & ~bit; // precharge, heater and fan stay, too
             QByteArray data;
             appendInteger(data, on ? others | bit : others, Wire::U16BE);
             return writeRequest(address, switchesAddress, data);
         },
         readRequest(address, statusBlock),
         [charge, on](const BatteryState &state) {
             return (charge ? state.chargeAllowed : state.dischargeAllowed) == on;
         },
         charge ? Words::tr("the charge FET was not switched")
                : Words::tr("the discharge FET was not switched"),
         charge ? Words::tr("the BMS confirmed, but the charge FET did not change")
                : Words::tr("the BMS confirmed, but the discharge FET did not change"),
         refusalText});
}

const std::vector<ParameterInfo> &Up16sDriver::parameters() const
{
    static const std::vector<ParameterInfo> infos = modbus::settingInfos(settingRows());
    return infos;
}

modbus::SettingAccess Up16sDriver::settings() const
{
    const quint8 address = m_address;
    return {settingRows(),
            [address](const modbus::SettingRow &row) {
                return readRequest(address, row.reg >= settingsBlock.start ? settingsBlock : thresholdsBlock);
            },
            [address](const modbus::SettingRow &row, const QByteArray &raw) {
                return writeRequest(address, row.reg, raw);
            },
            refusalText};
}

std::unique_ptr<Procedure> Up16sDriver::readParameters(const QStringList &ids)
{
    return modbus::readSettings(settings(), ids);
}

std::unique_ptr<Procedure> Up16sDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return modbus::writeSettings(settings(), values);
}

LinkCounters Up16sDriver::counters() const
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
                return std::make_unique<Up16sDriver>(config);
            }};
}

} // namespace sb::jbd_up16s
