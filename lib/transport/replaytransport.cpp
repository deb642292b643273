// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/replaytransport.h"

#include "bms/bluetooth.h"

#include <algorithm>
#include <cmath>

namespace sb {
namespace {

/// What comes later after a request was said unasked.
constexpr double longestAnswerS = 2;

} // namespace

ReplayTransport::ReplayTransport(const Capture &capture, Settings settings, Clock &clock, QObject *parent)
    : Transport(parent)
    , m_settings(std::move(settings))
    , m_clock(clock)
    , m_alarm(clock.alarm([this] { onAlarm(); }))
    , m_random(m_settings.seed)
{
    const QString link = m_settings.link.isEmpty() ? capture.links.front().id : m_settings.link;
    for (const CaptureLink &each : capture.links) {
        if (each.id == link)
            m_name = each.port.isEmpty() ? QStringLiteral("replay") : each.port;
    }
    for (const CaptureEvent &event : capture.events) {
        if (event.link == link)
            take(event);
    }
}

void ReplayTransport::take(const CaptureEvent &event)
{
    if (!m_begin)
        m_begin = event.t;
    if (event.kind == CaptureEvent::Kind::Driver) {
        // What was exchanged before belongs to the search; it may still be reused.
        m_next = m_exchanges.size();
        return;
    }
    if (event.bytes.isEmpty() || event.discarded)
        return;
    if (event.kind == CaptureEvent::Kind::ToBms) {
        m_exchanges.push_back({event.t, event.bytes, event.mask, {}, {}});
    } else if (event.kind == CaptureEvent::Kind::FromBms && event.wasRead) {
        m_exchanges.push_back({event.t, {}, {}, {{0, event.bytes}}, event.characteristic});
    } else if (event.kind == CaptureEvent::Kind::FromBms) {
        const auto last = std::find_if(m_exchanges.rbegin(), m_exchanges.rend(),
                                       [](const Exchange &each) { return each.read.isNull(); });
        if (last != m_exchanges.rend() && event.t - last->t <= longestAnswerS)
            last->reply.push_back({std::max(0.0, event.t - last->t), event.bytes});
        else
            m_unasked.push_back({event.t, event.bytes});
    }
}

ReplayTransport::~ReplayTransport() = default;

void ReplayTransport::open()
{
    m_open = true;
    // Once: what was said on a link that is opened again is over.
    if (!std::exchange(m_unaskedBegun, true)) {
        for (const Said &each : m_unasked) {
            const qint64 at = m_clock.now() + std::llround((each.t - m_begin.value_or(0)) * 1000);
            for (const Piece &piece : cut({{0, each.bytes}}))
                push(at, piece.bytes, each.t);
        }
    }
    emit opened();
}

bool ReplayTransport::matches(const Exchange &exchange, const Exchange &wanted)
{
    if (exchange.read != wanted.read || exchange.request.size() != wanted.request.size())
        return false;
    if (exchange.mask.isEmpty())
        return exchange.request == wanted.request;
    for (qsizetype i = 0; i < wanted.request.size(); ++i) {
        if (exchange.mask.at(i) != '\0' && exchange.request.at(i) != wanted.request.at(i))
            return false;
    }
    return true;
}

void ReplayTransport::write(const QByteArray &bytes, int, int)
{
    emit sent();
    answer({0, bytes, {}, {}, {}});
}

void ReplayTransport::readFrom(const QUuid &characteristic)
{
    emit sent();
    answer({0, {}, {}, {}, characteristic});
}

void ReplayTransport::answer(const Exchange &wanted)
{
    ++m_counters.requests;
    for (size_t i = m_next; i < m_exchanges.size(); ++i) {
        if (!matches(m_exchanges[i], wanted))
            continue;
        m_counters.skipped += i - m_next;
        m_next = i + 1;
        deliver(m_exchanges[i]);
        return;
    }
    for (size_t i = m_next; i-- > 0;) {
        if (matches(m_exchanges[i], wanted)) {
            ++m_counters.reused;
            deliver(m_exchanges[i]);
            return;
        }
    }
    ++m_counters.unmatched;
    const QString text = wanted.read.isNull() ? QString::fromLatin1(wanted.request.toHex())
                                              : QStringLiteral("read ") + bluetoothUuidText(wanted.read);
    if (!m_unmatched.contains(text))
        m_unmatched.append(text);
}

std::vector<ReplayTransport::Piece> ReplayTransport::cut(const std::vector<Piece> &pieces)
{
    if (m_settings.chunks == Chunks::Recorded || pieces.empty())
        return pieces;
    QByteArray whole;
    for (const Piece &piece : pieces)
        whole += piece.bytes;
    // All of it has arrived when its last piece has; how it is cut must not matter.
    const double after = pieces.back().after;
    std::vector<Piece> result;
    for (qsizetype at = 0; at < whole.size();) {
        qsizetype size = whole.size();
        if (m_settings.chunks == Chunks::Bytes)
            size = 1;
        else if (m_settings.chunks == Chunks::Random)
            size = std::uniform_int_distribution<qsizetype>(1, 20)(m_random);
        size = std::min(size, whole.size() - at);
        result.push_back({after, whole.sliced(at, size)});
        at += size;
    }
    return result;
}

void ReplayTransport::deliver(const Exchange &exchange)
{
    m_position = exchange.t;
    for (const Piece &piece : cut(exchange.reply))
        push(m_clock.now() + std::llround(piece.after * 1000), piece.bytes);
}

void ReplayTransport::push(qint64 atMs, const QByteArray &bytes, std::optional<double> t)
{
    const auto place = std::upper_bound(m_queue.begin(), m_queue.end(), atMs,
                                        [](qint64 time, const Due &due) { return time < due.at; });
    m_queue.insert(place, {atMs, t, bytes});
    m_alarm->start(std::max<qint64>(0, m_queue.front().at - m_clock.now()));
}

void ReplayTransport::onAlarm()
{
    // One piece per turn: what it makes the driver do comes before the next one.
    if (m_queue.empty())
        return;
    const Due due = m_queue.front();
    m_queue.pop_front();
    m_position = due.t.value_or(m_position);
    if (!m_queue.empty())
        m_alarm->start(std::max<qint64>(0, m_queue.front().at - m_clock.now()));
    if (m_open)
        emit received(due.bytes);
}

bool ReplayTransport::isAtEnd() const { return m_next >= m_exchanges.size() && m_queue.empty(); }

} // namespace sb
