// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/detector.h"

#include <QLoggingCategory>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logDetect, "serialbattery.detect", QtInfoMsg)

/// Enough for a board that sleeps through the first request; more would make the search of all families long.
constexpr int triesPerRequest = 2;

} // namespace

std::vector<Candidate> serialCandidates(const DriverRegistry &registry, const DriverDescriptor *only,
                                        std::optional<int> address)
{
    std::vector<Candidate> candidates;
    for (const DriverDescriptor &descriptor : registry.all()) {
        if (only && &descriptor != only)
            continue;
        const auto &kinds = descriptor.info.transports;
        if (std::find(kinds.begin(), kinds.end(), TransportKind::Serial) == kinds.end())
            continue;
        for (const int baud : descriptor.info.serial.baudRates) {
            if (address) {
                candidates.push_back({&descriptor, baud, address});
            } else if (descriptor.info.addresses.empty()) {
                candidates.push_back({&descriptor, baud, std::nullopt});
            } else {
                for (const int each : descriptor.info.addresses)
                    candidates.push_back({&descriptor, baud, each});
            }
        }
    }
    return candidates;
}

Detector::Detector(Transport &transport, Clock &clock, std::function<void(const Candidate &)> prepare,
                   QObject *parent)
    : QObject(parent)
    , m_transport(transport)
    , m_clock(clock)
    , m_exchange(transport, clock)
    , m_settle(clock.alarm([this] { nextRequest(); }))
    , m_prepare(std::move(prepare))
{}

void Detector::start(std::vector<Candidate> candidates, const QVariantMap &options)
{
    m_candidates = std::move(candidates);
    m_options = options;
    m_report.clear();
    m_index = 0;
    m_running = true;
    nextCandidate();
}

void Detector::cancel()
{
    m_running = false;
    m_exchange.cancel();
    m_settle->stop();
}

void Detector::nextCandidate()
{
    if (m_index >= m_candidates.size()) {
        m_running = false;
        emit nothingFound();
        return;
    }
    const Candidate &candidate = m_candidates[m_index];
    m_report.push_back({candidate, 0, 0, 0, 0, false});
    m_driver = candidate.driver->create({TransportKind::Serial, candidate.address, m_options});
    m_requests.clear();
    m_driver->requests(Phase::Identify, m_requests);
    m_requestIndex = 0;
    m_update.clear();
    m_prepare(candidate);
    m_settle->start(candidate.driver->info.serial.settleMs);
}

void Detector::nextRequest()
{
    if (!m_running)
        return;
    if (m_requestIndex >= m_requests.size()) {
        const bool yes = m_driver->recognise(m_update.values) == Recognition::Yes;
        m_report.back().recognised = yes;
        if (yes) {
            m_running = false;
            emit found(m_candidates[m_index]);
            return;
        }
        ++m_index;
        nextCandidate();
        return;
    }
    Request request = m_requests[m_requestIndex];
    request.tries = std::min(request.tries, triesPerRequest);
    ++m_report.back().requests;
    const SerialSettings &serial = m_driver->info().serial;
    m_exchange.start(*m_driver, request, m_update, serial.gapMs, serial.quietMs,
                     [this](const ExchangeResult &result) { requestDone(result); });
}

void Detector::requestDone(const ExchangeResult &result)
{
    CandidateReport &report = m_report.back();
    report.bytesHeard += result.bytesHeard;
    report.badChecksums += result.badChecksums;
    const bool complete = result.end == ExchangeResult::End::Complete;
    report.replies += complete ? 1 : 0;
    const Candidate &candidate = m_candidates[m_index];
    qCDebug(logDetect, "%s: %s at %d baud: request %02x %s", qUtf8Printable(m_transport.name()),
            qUtf8Printable(candidate.driver->info.id), candidate.baudRate, m_requests[m_requestIndex].id,
            complete                ? "answered"
            : result.bytesHeard > 0 ? "answered by something else"
                                    : "unanswered");
    if (!complete && !m_requests[m_requestIndex].optional) {
        ++m_index;
        nextCandidate();
        return;
    }
    ++m_requestIndex;
    nextRequest();
}

} // namespace sb
