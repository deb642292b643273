// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "session/exchange.h"

namespace sb {

/// One thing a line may carry.
struct Candidate
{
    const DriverDescriptor *driver = nullptr;
    int baudRate = 0;
    std::optional<int> address;
};

/// What a candidate gave, in figures; the words are made where it is shown.
struct CandidateReport
{
    Candidate candidate;
    int requests = 0;
    int replies = 0;
    quint64 bytesHeard = 0;
    quint64 badChecksums = 0;
    bool recognised = false;
};

/// Every driver, baud rate and address that \a registry knows for serial lines, strict recognisers first.
/// \a only restricts to one driver, \a address replaces the addresses of the drivers.
[[nodiscard]] std::vector<Candidate>
serialCandidates(const DriverRegistry &registry, const DriverDescriptor *only, std::optional<int> address);

/// Finds out which BMS is on an open line by asking as each candidate would, and judging what comes back.
class Detector : public QObject
{
    Q_OBJECT
public:
    /// \a prepare sets the line to a candidate's speed before it is asked.
    Detector(Transport &transport, Clock &clock, std::function<void(const Candidate &)> prepare,
             QObject *parent = nullptr);

    /// The line must be open. Goes through \a candidates once; ends with found() or nothingFound().
    void start(std::vector<Candidate> candidates, const QVariantMap &options);
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }
    /// Of the last start(), one entry per candidate asked.
    [[nodiscard]] const std::vector<CandidateReport> &report() const { return m_report; }

signals:
    void found(const sb::Candidate &candidate);
    void nothingFound();

private:
    void nextCandidate();
    void nextRequest();
    void requestDone(const ExchangeResult &result);

    Transport &m_transport;
    Clock &m_clock;
    Exchange m_exchange;
    std::unique_ptr<AlarmClock> m_settle;
    std::function<void(const Candidate &)> m_prepare;
    std::vector<Candidate> m_candidates;
    QVariantMap m_options;
    size_t m_index = 0;
    std::unique_ptr<Driver> m_driver;
    std::vector<Request> m_requests;
    size_t m_requestIndex = 0;
    Update m_update;
    std::vector<CandidateReport> m_report;
    bool m_running = false;
};

} // namespace sb
