// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbddriver.h"

#include <algorithm>
#include <cmath>

namespace sb::jbd {
namespace {

constexpr int wakeUpMs = 100; ///< a board that sleeps misses the request that wakes it
constexpr int countersEveryMs = 600000;
constexpr double lowestCell = 0.5; ///< V, of a BMS that is recognised
constexpr double highestCell = 5.0;
constexpr double sumTolerance = 0.05; ///< of the pack voltage

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("jbd");
    info.names = {QStringLiteral("JBD"),       QStringLiteral("Jiabaida"),
                  QStringLiteral("LLT Power"), QStringLiteral("Overkill Solar"),
                  QStringLiteral("Xiaoxiang"), QStringLiteral("Liontron")};
    info.bmsTypes = {QStringLiteral("LltJbd"), QStringLiteral("LltJbd_Ble")};
    info.typeName = QStringLiteral("LLT/JBD");
    info.transports = {TransportKind::Serial, TransportKind::Bluetooth};
    info.serial.baudRates = {9600};
    info.serial.gapMs = 30;
    info.detectionRank = 10;
    info.verified = QT_TRANSLATE_NOOP(
        "Evidence", "Basic information, cells, device name, the frames for the FETs and the state of "
                    "charge, settings 24, 28, 29 and 2D: vendor document and captures of an SP04S.");
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "The addressed frame of UP boards (used with an address), most settings, register FB, "
                    "the balance test. Not read: extended access FA, calibration, the Bluetooth password.");
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
    if (m_context.memory->settingsOpen) {
        to.push_back(m_context.protocol.write(reg::exitSettings, discardKey));
        to.back().optional = true;
    }
    const std::vector<Request> &list = phase == Phase::Identify ? m_identify : m_poll;
    to.insert(to.end(), list.begin(), list.end());
}

void JbdDriver::begin(const Request &)
{
    m_splitter.clear();
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

Reply JbdDriver::takeFrames(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
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
    counters.frames = m_splitter.counters().frames;
    counters.badChecksums = m_splitter.counters().badChecksums;
    counters.noiseBytes = m_splitter.counters().noiseBytes;
    return counters;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<JbdDriver>(config);
            }};
}

} // namespace sb::jbd
