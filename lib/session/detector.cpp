// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/detector.h"

#include "session/detectionreport.h"

#include <QLoggingCategory>
#include <algorithm>
#include <cmath>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logDetect, "serialbattery.detect", QtInfoMsg)

/// Enough for a board that sleeps through the first request; more would make the search of all families long.
constexpr int patientTries = 2;
/// So many addresses of a family are asked at once; the others when nothing answered there.
constexpr size_t usualAddresses = 3;
/// Between two readings of one battery a voltage does not move further, as a share.
constexpr double voltageMoves = 0.1;

bool contains(const std::vector<int> &list, int value)
{
    return std::find(list.begin(), list.end(), value) != list.end();
}

template<typename T>
bool agree(const std::optional<T> &a, const std::optional<T> &b)
{
    return !a || !b || *a == *b;
}

/// Two readings that one battery can have given, one after the other.
bool consistent(const BatteryState &a, const BatteryState &b)
{
    return agree(a.uniqueId, b.uniqueId) && agree(a.serialNumber, b.serialNumber) &&
           agree(a.hardwareVersion, b.hardwareVersion) && agree(a.cellCount, b.cellCount) &&
           (!a.voltage || !b.voltage || std::abs(*a.voltage - *b.voltage) <= voltageMoves * *a.voltage);
}

/// \a heard is what was sent, once per try, and nothing else.
bool isEchoOf(QByteArrayView heard, Request sent)
{
    if (heard.isEmpty())
        return false;
    for (; !heard.isEmpty(); sent.nextForm()) {
        if (sent.bytes.isEmpty() || !heard.startsWith(sent.bytes))
            return false;
        heard = heard.sliced(sent.bytes.size());
    }
    return true;
}

} // namespace

std::vector<int> lineAddresses(const DriverInfo &info)
{
    std::vector<int> addresses = info.addresses;
    for (const int address : info.packAddresses) {
        if (!contains(addresses, address))
            addresses.push_back(address);
    }
    return addresses;
}

std::vector<Candidate> serialCandidates(const DriverRegistry &registry, const DriverDescriptor *only,
                                        const std::vector<int> &addresses)
{
    std::vector<Candidate> candidates;
    for (const DriverDescriptor &descriptor : registry.all()) {
        const auto &kinds = descriptor.info.transports;
        if ((only && &descriptor != only) ||
            std::find(kinds.begin(), kinds.end(), TransportKind::Serial) == kinds.end())
            continue;
        const std::vector<int> all = addresses.empty() ? lineAddresses(descriptor.info) : addresses;
        for (const int baud : descriptor.info.serial.baudRates) {
            if (all.empty())
                candidates.push_back({&descriptor, baud, std::nullopt, false});
            for (size_t i = 0; i < all.size(); ++i) {
                const bool rare = addresses.empty() &&
                                  (i >= usualAddresses || !contains(descriptor.info.addresses, all[i]));
                candidates.push_back({&descriptor, baud, all[i], rare});
            }
        }
    }
    return candidates;
}

std::vector<Candidate> bluetoothCandidates(const DriverRegistry &registry, const DriverDescriptor *only,
                                           const std::optional<Advertisement> &advertisement,
                                           const QList<QUuid> &services)
{
    std::vector<Candidate> candidates;
    const auto add = [&](const DriverDescriptor &driver, const char *variant) {
        Candidate candidate;
        candidate.driver = &driver;
        if (advertisement && !advertisement->name.isEmpty())
            candidate.options.insert(QStringLiteral("localName"), advertisement->name);
        if (variant)
            candidate.options.insert(QStringLiteral("variant"), QString::fromLatin1(variant));
        candidates.push_back(std::move(candidate));
    };
    if (only) {
        const AdvertisementRule *rule =
            advertisement ? bestRule(only->info.bluetooth.advertisements, *advertisement) : nullptr;
        add(*only, rule ? rule->variant : nullptr);
        return candidates;
    }
    if (advertisement) {
        for (const AdvertisedDriver &each : registry.advertised(*advertisement))
            add(*each.driver, each.rule->variant);
    }
    for (const DriverDescriptor &driver : registry.all()) {
        const BluetoothSettings &bluetooth = driver.info.bluetooth;
        const bool named = std::any_of(candidates.begin(), candidates.end(),
                                       [&](const Candidate &each) { return each.driver == &driver; });
        const bool fits = std::any_of(
            bluetooth.profiles.begin(), bluetooth.profiles.end(), [&](const GattProfile &profile) {
                return services.contains(profile.service) &&
                       (profile.writeService.isNull() || services.contains(profile.writeService));
            });
        if (!named && fits && bluetooth.probes)
            add(driver, nullptr);
    }
    return candidates;
}

qint64 askedWithinMs(const DriverRegistry &registry, const DriverDescriptor &driver)
{
    constexpr qint64 bitsPerByte = 11;
    qint64 now = 0;
    qint64 asked = 0;
    qint64 quiet = 0; // for so long already, when the next one is to be asked
    std::vector<Request> requests;
    for (const Candidate &candidate : serialCandidates(registry, nullptr, {})) {
        if (candidate.rare)
            continue;
        const SerialSettings &serial = candidate.driver->info.serial;
        now += now == 0 ? serial.settleMs : std::max<qint64>(0, serial.gapMs - quiet);
        if (candidate.driver == &driver)
            asked = now;
        requests.clear();
        candidate.driver->create({TransportKind::Serial, candidate.address, {}})
            ->requests(Phase::Identify, requests);
        const auto first = std::find_if(requests.begin(), requests.end(),
                                        [](const Request &request) { return !request.optional; });
        const qint64 bytes = first == requests.end() ? 0 : first->bytes.size();
        quiet = bytes * bitsPerByte * 1000 / candidate.baudRate + serial.firstByteMs;
        now += quiet;
    }
    return asked;
}

Detector::Detector(Transport &transport, Clock &clock, std::function<void(const Candidate &)> prepare,
                   QObject *parent)
    : QObject(parent)
    , m_transport(transport)
    , m_clock(clock)
    , m_exchange(transport, clock)
    , m_settle(clock.alarm([this] { nextRequest(); }))
    , m_prepare(std::move(prepare))
{
    // Before the exchange, which may end the request with these bytes.
    connect(&transport, &Transport::received, this, &Detector::onReceived);
}

void Detector::start(std::vector<Candidate> candidates, const QVariantMap &options, Find find)
{
    m_options = options;
    m_find = find;
    m_report.clear();
    for (const Candidate &candidate : candidates)
        m_report.emplace_back().candidate = candidate;
    // Over Bluetooth there are few candidates, and all of them slow.
    m_patient = m_rareAsked = m_transport.kind() == TransportKind::Bluetooth;
    m_foundOne = false;
    m_settled = false;
    m_running = true;
    ask([](const CandidateReport &report) { return !report.candidate.rare; });
}

void Detector::cancel()
{
    m_running = false;
    m_exchange.cancel();
    m_settle->stop();
}

void Detector::onReceived(const QByteArray &bytes)
{
    if (!m_running || !m_driver)
        return;
    m_heardNow.append(bytes.first(std::min(bytes.size(), CandidateReport::heardBytes)));
    m_heardNow.truncate(CandidateReport::heardBytes);
}

void Detector::nextCandidate()
{
    if (m_at < m_queue.size())
        askCandidate();
    else if (m_patient || m_foundOne)
        end();
    else if (!std::exchange(m_rareAsked, true))
        ask([](const CandidateReport &report) { return report.candidate.rare; });
    else {
        m_patient = true;
        ask([](const CandidateReport &report) { return !report.candidate.rare || report.bytesHeard > 0; });
    }
}

void Detector::ask(const std::function<bool(const CandidateReport &)> &whom)
{
    m_queue.clear();
    for (size_t i = 0; i < m_report.size(); ++i) {
        if (whom(m_report[i]))
            m_queue.push_back(i);
    }
    m_at = 0;
    nextCandidate();
}

void Detector::askCandidate()
{
    const Candidate &candidate = current().candidate;
    QVariantMap options = candidate.options;
    options.insert(m_options);
    m_driver = candidate.driver->create({m_transport.kind(), candidate.address, options});
    m_requests.clear();
    m_driver->requests(Phase::Identify, m_requests);
    if (!m_patient)
        std::erase_if(m_requests, [](const Request &request) { return request.optional; });
    m_answered.clear();
    m_first.reset();
    m_requestIndex = 0;
    m_update.clear();
    m_askedAt = m_clock.now();
    m_echoedBefore = m_transport.echoedBytes();
    m_prepare(candidate);
    // After opening adapters send a garbage byte; a change of speed needs no more than the gap between
    // requests.
    m_settle->start(
        std::exchange(m_settled, true) ? 0 : candidate.driver->info.timing(m_transport.kind()).settleMs);
}

void Detector::nextRequest()
{
    if (!m_running)
        return;
    if (m_requestIndex >= m_requests.size()) {
        judge();
        return;
    }
    Request request = m_requests[m_requestIndex];
    if (!m_first) {
        request.tries = m_patient && !request.optional ? std::min(request.tries, patientTries) : 1;
        m_exchange.setPatience(m_patient || current().replies > 0 ? 0 : m_driver->info().serial.firstByteMs);
    } else {
        // Whoever answered once answers again: a damaged reply shall not spoil what was found.
        request.tries = std::max(request.tries, patientTries);
        m_exchange.setPatience(0);
    }
    if (current().requests++ == 0)
        current().sent = request.bytes;
    m_heardNow.clear();
    m_before = m_driver->counters();
    const LinkTiming timing = m_driver->info().timing(m_transport.kind());
    m_exchange.start(*m_driver, request, m_update, timing.gapMs, timing.quietMs,
                     [this](const ExchangeResult &result) { requestDone(result); });
}

void Detector::requestDone(const ExchangeResult &result)
{
    const Request &request = m_requests[m_requestIndex];
    CandidateReport &report = current();
    const bool echo = isEchoOf(m_heardNow, request);
    (echo ? report.bytesEchoed : report.bytesHeard) += result.bytesHeard;
    if (!echo) {
        report.heard.append(m_heardNow);
        report.heard.truncate(CandidateReport::heardBytes);
    }
    report.badChecksums += result.badChecksums;
    report.foreignFrames += m_driver->counters().foreignFrames - m_before.foreignFrames;
    const bool answered = result.end == ExchangeResult::End::Complete;
    if (answered) {
        ++report.replies;
        m_answered.push_back(request);
        m_answered.back().orNext = false;
        for (int i = 0; i < result.form; ++i)
            m_answered.back().nextForm(); // the one that was understood
    } else if ((!request.optional && !request.orNext) || m_first) {
        report.unconfirmed = report.unconfirmed || m_first;
        candidateDone();
        return;
    }
    m_requestIndex = requestAfter(m_requests, m_requestIndex, answered);
    nextRequest();
}

void Detector::judge()
{
    CandidateReport &report = current();
    const bool yes = m_driver->recognise(m_update.values) == Recognition::Yes;
    if (!yes)
        report.objection = m_driver->objection(m_update.values);
    if (!m_first) {
        report.implausible = report.implausible || !yes;
        if (!yes || m_answered.empty()) {
            candidateDone();
            return;
        }
        m_first = m_update.values;
        m_requests = std::exchange(m_answered, {});
        m_requestIndex = 0;
        m_update.clear();
        nextRequest();
        return;
    }
    report.recognised = yes && consistent(*m_first, m_update.values);
    report.unconfirmed = report.unconfirmed || !report.recognised;
    candidateDone();
}

void Detector::candidateDone()
{
    CandidateReport &report = current();
    report.tookMs += m_clock.now() - m_askedAt;
    report.bytesEchoed += m_transport.echoedBytes() - m_echoedBefore;
    qCDebug(logDetect, "%s: %s", qUtf8Printable(m_transport.name()), qUtf8Printable(candidateText(report)));
    m_driver.reset();
    ++m_at;
    if (!report.recognised) {
        nextCandidate();
        return;
    }
    m_told.reset();
    const Candidate candidate = report.candidate;
    if (m_find == Find::First) {
        m_running = false;
        emit found(candidate);
        emit finished();
        return;
    }
    if (!std::exchange(m_foundOne, true)) {
        // From here on only the neighbours; they answer as fast as this one, or are not there.
        m_patient = true;
        emit found(candidate);
        if (m_running)
            ask([&candidate](const CandidateReport &neighbour) {
                const Candidate &other = neighbour.candidate;
                return other.driver == candidate.driver && other.baudRate == candidate.baudRate &&
                       other.address != candidate.address;
            });
        return;
    }
    emit found(candidate);
    if (m_running)
        nextCandidate();
}

void Detector::end()
{
    m_running = false;
    if (!m_foundOne) {
        const LikelyCause cause = likelyCause(m_report);
        if (std::exchange(m_told, cause) != cause)
            qCInfo(logDetect, "%s: no BMS found. %s", qUtf8Printable(m_transport.name()),
                   qUtf8Printable(causeText(cause, m_transport.kind())));
        emit nothingFound();
    }
    emit finished();
}

} // namespace sb
