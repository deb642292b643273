// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/exchange.h"
#include "session/packlink.h"

#include <deque>
#include <span>

namespace sb {

/// Pauses between attempts to open a line of that kind; the last one counts for all that follow.
[[nodiscard]] std::span<const qint64> reopenPauses(TransportKind kind);

struct SessionSettings
{
    int pollIntervalMs = 1000;
    qint64 lostAfterMs = 10000; ///< from the first failed poll until measurements are unknown
    qint64 staleAfterMs =
        30000; ///< a measurement not given for so long, by a battery that answers, is unknown
};

/// A line and the packs on it: opens it, identifies each pack, polls them in turn, retries, runs commands
/// between polls, notices loss and comes back. All waiting is done by the event loop.
///
/// Of several packs, one that fell silent costs the others one time-out per round, and once it is lost one
/// per minute. Packs that are only sought cost at most one time-out per round, each once per minute.
///
/// A poll counts only as a whole: values are merged, checked for plausibility and published when every
/// request that must succeed has, so no reading mixes two moments.
class Session : public QObject
{
    Q_OBJECT
public:
    /// \a transport and \a clock must outlive the session.
    Session(Transport &transport, Clock &clock, SessionSettings settings, QObject *parent = nullptr);
    ~Session() override;

    PackLink *addPack(std::unique_ptr<Driver> driver,
                      PackLink::Presence presence = PackLink::Presence::Expected);
    [[nodiscard]] const std::vector<std::unique_ptr<PackLink>> &packs() const { return m_packs; }

    void start();
    /// Ends after the exchange in progress and after what a running procedure must undo; then stopped()
    /// comes.
    void stop();
    [[nodiscard]] bool isRunning() const { return m_running; }

    using Finished = std::function<void(const ProcedureResult &, const std::vector<ParameterValue> &)>;
    /// Runs a dialogue with \a pack between two polls; a poll follows at once, so that its effect is seen.
    /// \a finished gets the result and the parameters that were read.
    void run(PackLink *pack, std::unique_ptr<Procedure> procedure, Finished finished);
    /// Leaves the line alone (closed) for so long, then takes it back. A dialogue in progress is ended
    /// properly before.
    void pause(qint64 ms);
    /// Ends a pause at once.
    void resume();

    /// Time of the clock that all times of packs are in.
    [[nodiscard]] qint64 now() const { return m_clock.now(); }

signals:
    /// After every poll, good or failed, and when the condition of a pack changed.
    void packUpdated(sb::PackLink *pack);
    /// First identification; after this its state is complete.
    void packIdentified(sb::PackLink *pack);
    /// Another battery answers where the pack was: its owner must start anew. What was known of the old one
    /// is forgotten; packUpdated() with the new one follows.
    void packReplaced(sb::PackLink *pack);
    /// A value was dropped; once per event, not per poll.
    void implausible(sb::PackLink *pack, const sb::ImplausibleReading &reading);
    void linkLost(const sb::LinkError &error);
    void linkOpened();
    void stopped();

private:
    struct Command
    {
        PackLink *pack;
        std::unique_ptr<Procedure> procedure;
        Finished finished;
        std::vector<ParameterValue> read;
        Update update;
    };

    void open();
    void onOpened();
    void onFailed(const LinkError &error);
    void scheduleReopen();
    void reopenIfSilent();
    void onTick();
    void beginRound();
    [[nodiscard]] qint64 untilNextRound() const;
    void nextPack();
    [[nodiscard]] bool isDue(const PackLink &pack) const;
    [[nodiscard]] bool othersAnswer(const PackLink &pack) const;
    void nextRequest();
    void requestDone(const ExchangeResult &result);
    void packDone(bool good, const QString &error);
    void accept(PackLink &pack);
    [[nodiscard]] bool isAnother(const PackLink &pack) const;
    void failed(PackLink &pack, const QString &error);
    void beginCommand();
    void continueCommand(const StepResult &last);
    void commandDone();
    void failCommands(const QString &error);
    void beginPause(qint64 ms);
    void absorb(PackLink &pack, BatteryState &values);
    void finishStop();
    [[nodiscard]] QString silenceText(const PackLink &pack, const ExchangeResult &result,
                                      const Request &request) const;

    Transport &m_transport;
    Clock &m_clock;
    SessionSettings m_settings;
    Exchange m_exchange;
    std::unique_ptr<AlarmClock> m_tick;   ///< begins rounds
    std::unique_ptr<AlarmClock> m_reopen; ///< opens a closed line again
    std::vector<std::unique_ptr<PackLink>> m_packs;
    std::deque<Command> m_commands;

    bool m_running = false;
    bool m_stopping = false;
    bool m_lineOpen = false;
    bool m_opening = false;
    qint64 m_openingSince = 0;
    bool m_everOpened = false;
    bool m_lossReported = false;
    int m_reopenAttempt = 0;
    qint64 m_openedAt = 0;
    std::optional<qint64> m_pausedUntil;
    std::optional<qint64> m_pauseAfterCommand; ///< ms
    LinkError m_lastLinkError;

    bool m_inRound = false;
    bool m_inCommand = false;
    qint64 m_roundStart = 0;
    size_t m_packIndex = 0;
    std::vector<Request> m_requests;
    size_t m_requestIndex = 0;
    Phase m_phase = Phase::Identify;
    std::optional<qint64> m_firstRequestAt;
    bool m_soughtThisRound = false; ///< one address per round is enough
    quint64 m_heardThisTurn = 0;    ///< bytes, of anything
};

} // namespace sb
