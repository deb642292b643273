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
    bool rare = false;     ///< an unusual address: asked when nothing else answered
    QVariantMap options{}; ///< of the driver, beside those that the user gave
};

/// What a candidate gave, in figures; detectionreport.h makes words of them.
struct CandidateReport
{
    Candidate candidate;
    int requests = 0; ///< asked, each with its tries
    int replies = 0;  ///< valid ones
    quint64 bytesHeard = 0;
    quint64 bytesEchoed = 0; ///< our own, sent back
    quint64 badChecksums = 0;
    quint64 foreignFrames = 0; ///< valid frames that answer nothing we asked
    QByteArray sent;           ///< the first request
    QByteArray heard;          ///< the first bytes that came, at most heardBytes
    qint64 tookMs = 0;
    bool implausible = false; ///< answered, but not as this BMS would
    QString objection;        ///< what the driver has against it, where it knows
    bool unconfirmed = false; ///< answered well once, and otherwise the second time
    bool recognised = false;

    static constexpr qsizetype heardBytes = 64;
};

/// What most probably keeps a line without a battery, from all that its candidates heard.
enum class LikelyCause : quint8 {
    NothingAsked,   ///< no candidate was asked
    Found,          ///< nothing keeps it
    NothingHeard,   ///< wiring, ground, or the BMS sleeps
    OnlyEchoes,     ///< the adapter hears itself, and nobody else
    OtherDevice,    ///< text of something that is no BMS
    WrongSpeed,     ///< bytes without any form
    DamagedReplies, ///< frames of the right form with wrong checksums
    OtherTraffic,   ///< valid frames that answer nothing we asked: another master, another device
    Implausible,    ///< valid replies whose content no battery of that kind would give
};

/// Every driver, baud rate and address that \a registry knows for serial lines, strict recognisers first.
/// \a only restricts to one driver, \a addresses replace those of the drivers.
[[nodiscard]] std::vector<Candidate> serialCandidates(const DriverRegistry &registry,
                                                      const DriverDescriptor *only,
                                                      const std::vector<int> &addresses);
/// What a device over Bluetooth may be: those whom its advertisement speaks for, then those that have a
/// profile on one of \a services and may ask strangers. \a only: that driver, whatever is advertised.
[[nodiscard]] std::vector<Candidate> bluetoothCandidates(const DriverRegistry &registry,
                                                         const DriverDescriptor *only,
                                                         const std::optional<Advertisement> &advertisement,
                                                         const QList<QUuid> &services);
/// Addresses that packs of one line can have.
[[nodiscard]] std::vector<int> lineAddresses(const DriverInfo &info);

/// How long it takes at most, on a line where nobody else answers, until \a driver has been asked at its
/// usual speeds and addresses, among all that \a registry knows.
[[nodiscard]] qint64 askedWithinMs(const DriverRegistry &registry, const DriverDescriptor &driver);

/// Finds out which BMS is on an open line by asking as each candidate would, and judging what comes back.
/// What a candidate's BMS says must be right twice, and the same both times.
///
/// All usual candidates are asked hastily first (one question, given up when nothing begins to come), then
/// those at unusual addresses, then all usual ones, and those that gave a byte, with the patience that a
/// sleeping or slow board needs.
class Detector : public QObject
{
    Q_OBJECT
public:
    enum class Find : quint8 {
        First,        ///< the first BMS ends the search
        EveryAddress, ///< then every other address of its family is asked, too
    };

    /// \a prepare sets the line to a candidate's speed before it is asked.
    Detector(Transport &transport, Clock &clock, std::function<void(const Candidate &)> prepare,
             QObject *parent = nullptr);

    /// The line must be open. Goes through \a candidates once; found() for what is there, nothingFound()
    /// where that is nothing, finished() after either.
    void start(std::vector<Candidate> candidates, const QVariantMap &options, Find find = Find::First);
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }
    /// Of the last start(), one entry per candidate, in their order; requests == 0: not asked.
    [[nodiscard]] const std::vector<CandidateReport> &report() const { return m_report; }

signals:
    void found(const sb::Candidate &candidate);
    void nothingFound();
    void finished();

private:
    void onReceived(const QByteArray &bytes);
    void nextCandidate();
    void askCandidate();
    /// Begins a pass over those of the candidates.
    void ask(const std::function<bool(const CandidateReport &)> &whom);
    void nextRequest();
    void requestDone(const ExchangeResult &result);
    void judge();
    void candidateDone();
    void end();
    [[nodiscard]] CandidateReport &current() { return m_report[m_queue[m_at]]; }

    Transport &m_transport;
    Clock &m_clock;
    Exchange m_exchange;
    std::unique_ptr<AlarmClock> m_settle;
    std::function<void(const Candidate &)> m_prepare;
    QVariantMap m_options;
    Find m_find = Find::First;
    std::vector<CandidateReport> m_report;
    std::vector<size_t> m_queue; ///< into m_report: whom to ask in this pass
    size_t m_at = 0;
    bool m_patient = false;
    bool m_rareAsked = false;
    bool m_foundOne = false;
    bool m_settled = false;
    std::unique_ptr<Driver> m_driver;
    LinkCounters m_before;
    quint64 m_echoedBefore = 0;
    qint64 m_askedAt = 0;
    std::vector<Request> m_requests;
    std::vector<Request> m_answered; ///< those to be asked once more
    size_t m_requestIndex = 0;
    Update m_update;
    std::optional<BatteryState> m_first; ///< what was recognised, while it is confirmed
    QByteArray m_heardNow;               ///< after the request in progress
    std::optional<LikelyCause> m_told;   ///< in the log, once until it changes
    bool m_running = false;
};

} // namespace sb
