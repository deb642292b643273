// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "transport/clock.h"
#include "transport/transport.h"

#include <QObject>

namespace sb {

/// How one request ended.
struct ExchangeResult
{
    enum class End : quint8 { Complete, Refused, Timeout };
    End end = End::Timeout;
    int code = 0; ///< of a refusal
    int tries = 1;
    int form = 0;           ///< in use at the end: how often nextForm() was called
    qint64 startedAt = 0;   ///< when the first try went out, ms of the clock
    qint64 finishedAt = 0;  ///< when the last byte of the reply was there
    quint64 bytesHeard = 0; ///< anything at all, in all tries
    quint64 badChecksums = 0;
};

/// One question and its answer on a line that can carry only one at a time: gap, send, collect, time-out,
/// retry. Used by sessions and by detection. Never blocks; everything is driven by the transport's signals
/// and one alarm.
class Exchange : public QObject
{
    Q_OBJECT
public:
    using Done = std::function<void(const ExchangeResult &)>;

    Exchange(Transport &transport, Clock &clock, QObject *parent = nullptr);
    ~Exchange() override;

    /// Asks \a request of \a driver; what the reply meant is added to \a update; both must live until \a done
    /// was called or cancel(). Only one at a time. \a gapMs: least silence before the request.
    void start(Driver &driver, const Request &request, Update &update, int gapMs, int quietMs, Done done);
    /// From the next start on: a try ends when nothing at all was heard for so long after it, or when what
    /// came fell silent and is no reply. 0: only the time-out of the request counts.
    void setPatience(int ms) { m_patienceMs = ms; }
    /// Ends without calling done.
    void cancel();
    [[nodiscard]] bool isBusy() const { return m_phase != Phase::Idle; }

private:
    enum class Phase : quint8 { Idle, Gap, Sending, Receiving };
    enum class NextTry : quint8 { SameForm, NextForm };

    void onReceived(const QByteArray &bytes);
    void onFrame(const CanFrame &frame);
    void onSent();
    void onAlarm();
    void send();
    void handle(const Reply &reply);
    void lineFellSilent();
    void tryEnded(int pauseMs, NextTry next = NextTry::NextForm);
    void finish(ExchangeResult::End end, int code);
    void armReceive();

    Transport &m_transport;
    Clock &m_clock;
    std::unique_ptr<AlarmClock> m_alarm;
    Phase m_phase = Phase::Idle;
    Driver *m_driver = nullptr;
    Update *m_update = nullptr;
    Request m_request;
    Done m_done;
    int m_quietMs = 150;
    int m_gapMs = 0;
    int m_patienceMs = 0;
    ExchangeResult m_result;
    bool m_sentOnce = false;
    qint64 m_deadline = 0;
    qint64 m_firstByteUntil = 0;        ///< with patience
    qint64 m_lastActivity = 0;          ///< last byte on the line, either way
    std::optional<qint64> m_quietSince; ///< last byte heard in this try
    quint64 m_badBefore = 0;
    const Driver *m_silent = nullptr; ///< its reply may still come; only compared
    qint64 m_lateUntil = 0;           ///< until then
};

} // namespace sb
