// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbddriver.h"

#include "drivers/jbd/jbdparameters.h"
#include "drivers/jbd/jbdprocedures.h"

namespace sb::jbd {
namespace {

constexpr int replyTimeoutMs = 500;
constexpr int replyTries = 3;
constexpr int wakeUpMs = 100; // the request that wakes a sleeping board gets no answer
constexpr int countersEveryMs = 10 * 60000;

const DriverInfo &description()
{
    static const DriverInfo info = [] {
        DriverInfo d;
        d.id = QStringLiteral("jbd");
        d.names = {QStringLiteral("JBD"),       QStringLiteral("Jiabaida"),       QStringLiteral("LLT Power"),
                   QStringLiteral("Xiaoxiang"), QStringLiteral("Overkill Solar"), QStringLiteral("Liontron")};
        d.bmsTypes = {QStringLiteral("LltJbd"), QStringLiteral("LltJbd_Ble")};
        d.typeName = QStringLiteral("LLT/JBD");
        d.transports = {TransportKind::Serial};
        d.serial.baudRates = {9600};
        d.serial.settleMs = 100;
        d.serial.quietMs = 150;
        d.serial.gapMs = 30;
        d.detectionRank = 30;
        d.reads = {Field::productName,
                   Field::hardwareVersion,
                   Field::firmwareVersion,
                   Field::productionDate,
                   Field::voltage,
                   Field::current,
                   Field::soc,
                   Field::capacityAh,
                   Field::remainingAh,
                   Field::cycles,
                   Field::cellCount,
                   Field::cellVoltages,
                   Field::cellBalancing,
                   Field::temperatures,
                   Field::mosfetTemperature,
                   Field::chargeAllowed,
                   Field::dischargeAllowed,
                   Field::problemCode,
                   Field::alarms,
                   Field::history,
                   Field::notices,
                   Field::maxChargeCurrent,
                   Field::maxDischargeCurrent,
                   Field::maxVoltage,
                   Field::minVoltage,
                   Field::balancerEnabled,
                   Field::serialNumber,
                   Field::manufacturer,
                   Field::deviceName};
        d.writes = {Control::Charge, Control::Discharge, Control::Balancing, Control::StateOfCharge,
                    Control::BalanceTest};
        d.hasParameters = true;
        return d;
    }();
    return info;
}

DecodeOptions decodeOptions(const DriverConfig &config)
{
    DecodeOptions options;
    options.extended = config.address.has_value();
    // Over Bluetooth the sensors are all on the cells, unless an old configuration counted otherwise.
    const bool standard =
        config.transport != TransportKind::Bluetooth ||
        config.options.value(QStringLiteral("bmsType")).toString() == QLatin1String("LltJbd_Ble");
    options.firstSensorIsMosfet =
        config.options.value(QStringLiteral("firstSensorIsMosfet"), standard).toBool();
    options.fullChargeAsWarning = config.options.value(QStringLiteral("fullChargeAsWarning"), true).toBool();
    return options;
}

std::unique_ptr<Driver> create(const DriverConfig &config) { return std::make_unique<JbdDriver>(config); }

} // namespace

DriverDescriptor driver() { return {description(), create}; }

JbdDriver::JbdDriver(const DriverConfig &config)
    : Driver(config)
    , m_options(decodeOptions(config))
    , m_addressed(config.address.has_value())
    , m_splitter(replyRule(m_addressed))
{}

const DriverInfo &JbdDriver::info() const { return description(); }
const std::vector<ParameterInfo> &JbdDriver::parameters() const { return parameterInfos(); }

Request JbdDriver::readRequest(quint8 reg) const
{
    Request request;
    request.id = reg;
    request.bytes = readFrame(reg, config().address);
    request.timeoutMs = replyTimeoutMs;
    request.tries = replyTries;
    request.retryAfterMs = wakeUpMs;
    return request;
}

Request JbdDriver::writeRequest(quint8 reg, QByteArrayView data) const
{
    Request request = readRequest(reg);
    request.bytes = writeFrame(reg, data, config().address);
    return request;
}

void JbdDriver::requests(Phase phase, std::vector<Request> &to)
{
    // A dialogue that lost its link may have left the settings mode open, in which some boards stop counting
    // SoC.
    if (m_factoryModeOpen) {
        to.push_back(writeRequest(FactoryExit, word(factoryExitDiscard)));
        to.back().optional = true;
    }
    if (phase == Phase::Identify) {
        to.push_back(readRequest(DeviceName));
        to.back().optional = true;
    }
    to.push_back(readRequest(BasicInformation));
    to.push_back(readRequest(CellVoltages));
    if (phase == Phase::Poll) {
        to.push_back(readRequest(ErrorCounters));
        to.back().optional = true;
        to.back().everyMs = countersEveryMs;
    }
}

void JbdDriver::begin(const Request &) { m_splitter.clear(); }

Reply JbdDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_splitter.feed(bytes);
    return drain(pending, update);
}

Reply JbdDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    return drain(pending, update);
}

Reply JbdDriver::drain(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
        const ReplyFrame reply = takeApart(frame, m_addressed);
        if (reply.reg == readMark || reply.reg == writeMark) {
            ++m_counters.echoes;
            continue;
        }
        const bool otherPack = m_addressed && frame[1] != *config().address;
        if (!pending || reply.reg != pending->id || otherPack) {
            ++m_counters.foreignFrames;
            continue;
        }
        if (reply.status != Good)
            return {ReplyState::Refused, reply.status};
        if (!decode(reply, update)) {
            ++m_counters.malformed;
            continue;
        }
        return {ReplyState::Complete, 0};
    }
    return {};
}

bool JbdDriver::decode(const ReplyFrame &reply, Update &update)
{
    switch (reply.reg) {
    case BasicInformation:
        return decodeBasicInformation(reply.data, m_options, update.values);
    case CellVoltages:
        return decodeCellVoltages(reply.data, update.values);
    case DeviceName:
        return decodeDeviceName(reply.data, update.values);
    case ErrorCounters:
        return decodeErrorCounters(reply.data, update.values);
    case FactoryExit:
        m_factoryModeOpen = false;
        return true;
    default:
        break;
    }
    if (!reply.data.empty()) {
        m_raw.insert(reply.reg,
                     QByteArray(viewOf(reply.data).data(), static_cast<qsizetype>(reply.data.size())));
        decodeParameters(reply.reg, reply.data, update);
    }
    return true;
}

Recognition JbdDriver::recognise(const BatteryState &read) const
{
    constexpr double lowestCell = 0.5;
    constexpr double highestCell = 5.0;
    constexpr double sumTolerance = 0.05; // the two registers are not of one instant
    if (!read.voltage || !read.soc || *read.soc > 100 || read.cellVoltages.empty() ||
        read.cellCount != static_cast<qint64>(read.cellVoltages.size()))
        return Recognition::No;
    double sum = 0;
    for (const auto &cell : read.cellVoltages) {
        if (!cell || *cell < lowestCell || *cell > highestCell)
            return Recognition::No;
        sum += *cell;
    }
    return std::abs(sum - *read.voltage) <= sumTolerance * *read.voltage ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Procedure> JbdDriver::control(Control control, double value, const BatteryState &now)
{
    switch (control) {
    case Control::Charge:
        return lockFets(*this, LockCharge, value == 0);
    case Control::Discharge:
        return lockFets(*this, LockDischarge, value == 0);
    case Control::StateOfCharge:
        return now.capacityAh ? setStateOfCharge(*this, value, *now.capacityAh) : nullptr;
    case Control::Balancing:
        return writeParameters({{QStringLiteral("balancerEnabled"), value != 0 ? 1 : 0}});
    case Control::BalanceTest:
        return balanceTest(*this, static_cast<quint8>(value));
    case Control::Heater:
        break;
    }
    return nullptr;
}

std::unique_ptr<Procedure> JbdDriver::readParameters(const QStringList &ids)
{
    return readSettings(*this, ids);
}

std::unique_ptr<Procedure> JbdDriver::writeParameters(const std::vector<ParameterValue> &values)
{
    return writeSettings(*this, values);
}

LinkCounters JbdDriver::counters() const
{
    LinkCounters all = m_counters;
    all.frames = m_splitter.counters().frames;
    all.badChecksums = m_splitter.counters().badChecksums;
    all.noiseBytes = m_splitter.counters().noiseBytes;
    return all;
}

} // namespace sb::jbd
