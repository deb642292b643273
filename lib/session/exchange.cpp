// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/exchange.h"

#include <algorithm>

namespace sb {

Exchange::Exchange(Transport &transport, Clock &clock, QObject *parent)
    : QObject(parent)
    , m_transport(transport)
    , m_clock(clock)
    , m_alarm(clock.alarm([this] { onAlarm(); }))
{
    connect(&transport, &Transport::received, this, &Exchange::onReceived);
    connect(&transport, &Transport::frameReceived, this, &Exchange::onFrame);
    connect(&transport, &Transport::sent, this, &Exchange::onSent);
}

Exchange::~Exchange() = default;

void Exchange::start(Driver &driver, const Request &request, Update &update, int gapMs, int quietMs,
                     Done done)
{
    Q_ASSERT(!isBusy());
    m_driver = &driver;
    m_update = &update;
    m_request = request;
    m_request.tries = request.leastTries();
    m_done = std::move(done);
    m_quietMs = quietMs;
    m_gapMs = gapMs;
    m_result = {};
    m_sentOnce = false;
    m_phase = Phase::Gap;
    const qint64 quietFor = m_clock.now() - m_lastActivity;
    qint64 wait = std::max<qint64>(gapMs - quietFor, m_request.pauseBeforeMs - quietFor);
    if (&driver == m_silent)
        wait = std::max(wait, m_lateUntil - m_clock.now());
    m_silent = nullptr;
    // Even without a gap the request goes out from the event loop, so that a chain of requests can't recurse.
    m_alarm->start(wait);
}

void Exchange::cancel()
{
    m_alarm->stop();
    m_phase = Phase::Idle;
    m_done = nullptr;
}

void Exchange::send()
{
    m_transport.discardInput();
    m_driver->begin(m_request);
    m_badBefore = m_driver->counters().badChecksums;
    m_quietSince.reset();
    if (!m_sentOnce) {
        m_result.startedAt = m_clock.now();
        m_sentOnce = true;
    }
    m_phase = Phase::Sending;
    // Replaced by onSent() as soon as the bytes are out; a line that never takes them ends here.
    m_deadline = m_clock.now() + m_request.timeoutMs +
                 2 * m_transport.lineTimeMs(static_cast<int>(m_request.bytes.size()));
    m_alarm->start(m_deadline - m_clock.now());
    if (m_request.reads) {
        m_transport.readFrom(m_request.characteristic);
        return;
    }
    if (m_request.bytes.isEmpty() && m_request.frames.empty()) {
        onSent();
        return;
    }
    for (const CanFrame &frame : m_request.frames)
        m_transport.writeFrame(frame);
    if (!m_request.bytes.isEmpty() && !m_request.characteristic.isNull())
        m_transport.writeTo(m_request.characteristic, m_request.bytes, m_request.secretFrom,
                            m_request.secretSize);
    else if (!m_request.bytes.isEmpty())
        m_transport.write(m_request.bytes, m_request.secretFrom, m_request.secretSize);
    else
        onSent();
}

void Exchange::onSent()
{
    if (m_phase != Phase::Sending)
        return;
    m_phase = Phase::Receiving;
    m_lastActivity = m_clock.now();
    const qint64 outAt = m_lastActivity + m_transport.lineTimeMs(static_cast<int>(m_request.bytes.size()));
    m_deadline = outAt + m_request.timeoutMs;
    m_firstByteUntil = m_patienceMs > 0 ? std::min(m_deadline, outAt + m_patienceMs) : m_deadline;
    armReceive();
}

void Exchange::armReceive()
{
    // A transport that knows how much is to come delivers it as one: until then the line seems silent.
    const qint64 until = m_quietSince
                             ? std::min(m_deadline, *m_quietSince + m_quietMs +
                                                        m_transport.lineTimeMs(m_driver->missingBytes()))
                             : m_firstByteUntil;
    m_alarm->start(until - m_clock.now());
}

void Exchange::onReceived(const QByteArray &bytes)
{
    m_lastActivity = m_clock.now();
    if (m_phase != Phase::Sending && m_phase != Phase::Receiving)
        return; // nobody asked: the transport's tap has recorded it
    m_result.bytesHeard += static_cast<quint64>(bytes.size());
    m_quietSince = m_lastActivity;
    handle(m_driver->receive(bytesOf(bytes), &m_request, *m_update));
}

void Exchange::onFrame(const CanFrame &frame)
{
    if (m_phase != Phase::Sending && m_phase != Phase::Receiving)
        return;
    m_result.bytesHeard += static_cast<quint64>(frame.data.size());
    handle(m_driver->receiveFrame(frame, &m_request, *m_update));
}

void Exchange::handle(const Reply &reply)
{
    if (!reply.answer.isEmpty())
        m_transport.write(reply.answer);
    switch (reply.state) {
    case ReplyState::Complete:
        finish(ExchangeResult::End::Complete, 0);
        break;
    case ReplyState::Refused:
        finish(ExchangeResult::End::Refused, reply.code);
        break;
    case ReplyState::Repeat:
        // Whoever says no is there: each form has its turn, however few tries silence gets.
        m_request.tries = std::max(m_request.tries, 1 + static_cast<int>(m_request.otherForms.size()));
        m_result.code = reply.code;
        tryEnded(m_gapMs); // no late reply is to be waited for
        break;
    case ReplyState::Waiting:
        m_transport.expectBytes(m_driver->missingBytes());
        if (m_phase == Phase::Receiving)
            armReceive();
        break;
    }
}

void Exchange::onAlarm()
{
    switch (m_phase) {
    case Phase::Idle:
        break;
    case Phase::Gap:
        send();
        break;
    case Phase::Sending:
        tryEnded(m_request.retryAfterMs);
        break;
    case Phase::Receiving:
        if (m_clock.now() >= m_deadline) {
            const Reply reply = m_driver->lineSilent(&m_request, *m_update);
            if (reply.state == ReplyState::Waiting)
                tryEnded(m_request.retryAfterMs);
            else
                handle(reply);
        } else if (m_quietSince) {
            lineFellSilent();
        } else {
            tryEnded(m_request.retryAfterMs);
        }
        break;
    }
}

void Exchange::lineFellSilent()
{
    // A reply that was begun, or had its length but not its checksum, will not get better by waiting for the
    // deadline. Anything else may be a stray byte before a reply that is still to come.
    const bool begun = m_driver->missingBytes() > 0;
    const Reply reply = m_driver->lineSilent(&m_request, *m_update);
    if (reply.state != ReplyState::Waiting) {
        handle(reply);
        return;
    }
    m_quietSince.reset();
    if (begun || m_driver->counters().badChecksums > m_badBefore)
        tryEnded(m_request.retryAfterMs, NextTry::SameForm); // it was understood
    else
        armReceive();
}

void Exchange::tryEnded(int pauseMs, NextTry next)
{
    m_result.badChecksums += m_driver->counters().badChecksums - m_badBefore;
    if (TrafficTap *tap = m_transport.tap())
        tap->event(m_result.tries < m_request.tries ? "retry" : "timeout");
    if (m_result.tries >= m_request.tries) {
        const int code = m_result.code;
        m_silent = m_driver;
        m_lateUntil = m_clock.now() + pauseMs;
        finish(code != 0 ? ExchangeResult::End::Refused : ExchangeResult::End::Timeout, code);
        return;
    }
    ++m_result.tries;
    if (next == NextTry::NextForm) {
        m_request.nextForm();
        ++m_result.form;
    }
    m_phase = Phase::Gap;
    m_alarm->start(pauseMs);
}

void Exchange::finish(ExchangeResult::End end, int code)
{
    m_alarm->stop();
    m_phase = Phase::Idle;
    m_result.end = end;
    m_result.code = code;
    m_result.finishedAt = m_clock.now();
    const Done done = std::move(m_done);
    m_done = nullptr;
    const ExchangeResult result = m_result;
    done(result);
}

} // namespace sb
