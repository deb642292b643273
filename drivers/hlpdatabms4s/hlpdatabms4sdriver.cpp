// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/hlpdatabms4s/hlpdatabms4sdriver.h"

#include "bms/cells.h"

#include <utility>

namespace sb::hlpdatabms4s {
namespace {

constexpr qsizetype mostHeard = 8192; ///< a dump of settings has some 700 characters
constexpr qsizetype leastCommas = 4;  ///< of a line that is no message, but a measurement
constexpr int againBit = 0x10;
/// Of the second one of two: it may have been the first that was wrong.
constexpr int triesAgain = 4;
constexpr int triesOfSettings = 2; ///< they take long

struct CommandText
{
    const char *bytes;
    int timeoutMs;
};
constexpr std::array commands{
    CommandText{"\n", 200}, // also ends what noise may have begun
    CommandText{"pv\n", 800},
    CommandText{"ps\n", 3000},
    CommandText{"m1\n", 800},
};

DriverInfo describe()
{
    DriverInfo info;
    info.id = QStringLiteral("hlpdatabms4s");
    info.names = {QStringLiteral("HLPdata BMS4S")};
    info.bmsTypes = {QStringLiteral("HLPdataBMS4S")};
    info.typeName = QStringLiteral("HLPdataBMS4S");
    info.transports = {TransportKind::Serial};
    info.serial.baudRates = {9600};
    info.serial.gapMs = 50;
    info.serial.firstByteMs = 300;
    info.pollIntervalMs = 5000;
    info.detectionRank = 97; // slow, and without a checksum
    info.documents = QT_TRANSLATE_NOOP(
        "Evidence", "Everything: a public driver and texts built from it; spacing and units of real replies "
                    "are not known.");
    info.reads = {Field::manufacturer,
                  Field::uniqueId,
                  Field::hardwareVersion,
                  Field::voltage,
                  Field::current,
                  Field::power,
                  Field::soc,
                  Field::capacityAh,
                  Field::cellCount,
                  Field::cellVoltages,
                  Field::temperatures,
                  Field::temperatureNames,
                  Field::minCellTemperature,
                  Field::maxCellTemperature,
                  Field::chargeAllowed,
                  Field::dischargeAllowed,
                  Field::maxVoltage,
                  Field::minVoltage,
                  Field::alarms};
    return info;
}

} // namespace

Request request(Command command, bool again)
{
    const CommandText &text = commands[command];
    Request request;
    request.id = command | (again ? againBit : 0);
    request.bytes = text.bytes;
    request.timeoutMs = text.timeoutMs;
    request.tries = again ? triesAgain : request.tries;
    request.optional = command == Wake || command == Stored;
    if (request.optional)
        request.tries = command == Wake ? 1 : triesOfSettings;
    return request;
}

Bms4sDriver::Bms4sDriver(const DriverConfig &config)
    : Driver(config)
{}

const DriverInfo &Bms4sDriver::info() const
{
    static const DriverInfo info = describe();
    return info;
}

void Bms4sDriver::requests(Phase phase, std::vector<Request> &to)
{
    if (phase == Phase::Identify) {
        to.push_back(request(Wake));
        // What other drivers asked may stand before the first command in the same line: that one only ends
        // it.
        to.push_back(request(Version));
        to.back().orNext = true;
        for (const Command command : {Version, Stored}) {
            to.push_back(request(command));
            to.push_back(request(command, true));
        }
    }
    to.push_back(request(Measure));
    to.push_back(request(Measure, true));
}

void Bms4sDriver::begin(const Request &)
{
    m_counters.noiseBytes += m_taken ? 0 : static_cast<quint64>(m_heard.size());
    m_heard.clear();
    m_taken = false;
}

Reply Bms4sDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    if (!pending || m_taken || m_heard.size() > mostHeard) {
        m_counters.noiseBytes += bytes.size();
        return {};
    }
    m_heard.append(viewOf(bytes));
    const bool again = (pending->id & againBit) != 0;
    switch (pending->id & ~againBit) {
    case Version:
        return takeVersion(again, update);
    case Measure:
        return takeMeasurement(again, update);
    default: // where settings end, only silence tells
        return {};
    }
}

Reply Bms4sDriver::lineSilent(const Request *pending, Update &update)
{
    if (!pending || m_taken || (pending->id & ~againBit) != Stored)
        return {};
    return takeSettings((pending->id & againBit) != 0, update);
}

template<typename T, typename Agree>
Reply Bms4sDriver::confirm(std::optional<T> &last, const T &read, bool again, Agree agree, BatteryState &to)
{
    m_taken = true;
    const std::optional<T> before = std::exchange(last, read);
    if (!again)
        return {ReplyState::Complete, 0};
    if (before && agree(*before, read)) {
        if constexpr (std::is_same_v<T, QString>)
            to.hardwareVersion = read;
        else
            read.write(to);
        return {ReplyState::Complete, 0};
    }
    ++m_counters.badChecksums; // the nearest that this protocol has to one: ask once more
    return {};
}

Reply Bms4sDriver::takeVersion(bool again, Update &update)
{
    for (const QByteArray &line : linesOf(m_heard)) {
        const QString version = versionOf(line);
        if (version.isEmpty())
            continue;
        ++m_counters.frames;
        return confirm(
            m_version, version, again, [](const QString &a, const QString &b) { return a == b; },
            update.values);
    }
    return {};
}

Reply Bms4sDriver::takeMeasurement(bool again, Update &update)
{
    for (const QByteArray &line : linesOf(m_heard)) {
        const std::optional<Measurement> read = measurementOf(line);
        if (!read && line.count(',') >= leastCommas) {
            m_taken = true; // it was the measurement, damaged: there is nothing to wait for
            ++m_counters.badChecksums;
            return {};
        }
        if (!read)
            continue;
        ++m_counters.frames;
        return confirm(
            m_measurement, *read, again,
            [](const Measurement &a, const Measurement &b) { return b.isNear(a); }, update.values);
    }
    return {};
}

Reply Bms4sDriver::takeSettings(bool again, Update &update)
{
    const Settings read = settingsOf(m_heard);
    if (read.isEmpty())
        return {}; // perhaps only the echo until now
    ++m_counters.frames;
    return confirm(
        m_settings, read, again, [](const Settings &a, const Settings &b) { return a == b; }, update.values);
}

Recognition Bms4sDriver::recognise(const BatteryState &read) const
{
    return read.hardwareVersion && cellsMakeUp(read, 0.01, 0.5, 5.0) ? Recognition::Yes : Recognition::No;
}

DriverDescriptor driver()
{
    return {describe(), [](const DriverConfig &config) -> std::unique_ptr<Driver> {
                return std::make_unique<Bms4sDriver>(config);
            }};
}

} // namespace sb::hlpdatabms4s
