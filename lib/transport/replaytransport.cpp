// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/replaytransport.h"

#include <algorithm>
#include <cmath>

namespace sb {

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
        if (event.link != link)
            continue;
        if (event.kind == CaptureEvent::Kind::ToBms && !event.bytes.isEmpty()) {
            m_exchanges.push_back({event.t, event.bytes, event.mask, {}, false});
        } else if (event.kind == CaptureEvent::Kind::FromBms && !event.bytes.isEmpty() && !event.discarded &&
                   !m_exchanges.empty()) {
            Exchange &last = m_exchanges.back();
            last.reply.push_back({std::max(0.0, event.t - last.t), event.bytes});
        } else if (event.kind == CaptureEvent::Kind::Driver) {
            // What was exchanged before belongs to the search; it may still be reused.
            m_next = m_exchanges.size();
        }
    }
}

ReplayTransport::~ReplayTransport() = default;

void ReplayTransport::open()
{
    m_open = true;
    emit opened();
}

bool ReplayTransport::matches(const Exchange &exchange, const QByteArray &request)
{
    if (exchange.request.size() != request.size())
        return false;
    if (exchange.mask.isEmpty())
        return exchange.request == request;
    for (qsizetype i = 0; i < request.size(); ++i) {
        if (exchange.mask.at(i) != '\0' && exchange.request.at(i) != request.at(i))
            return false;
    }
    return true;
}

void ReplayTransport::write(const QByteArray &bytes, int, int)
{
    ++m_counters.requests;
    emit sent();
    for (size_t i = m_next; i < m_exchanges.size(); ++i) {
        if (!matches(m_exchanges[i], bytes))
            continue;
        m_counters.skipped += i - m_next;
        m_next = i + 1;
        m_exchanges[i].used = true;
        deliver(m_exchanges[i]);
        return;
    }
    for (size_t i = m_next; i-- > 0;) {
        if (matches(m_exchanges[i], bytes)) {
            ++m_counters.reused;
            deliver(m_exchanges[i]);
            return;
        }
    }
    ++m_counters.unmatched;
    const QString hex = QString::fromLatin1(bytes.toHex());
    if (!m_unmatched.contains(hex))
        m_unmatched.append(hex);
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

void ReplayTransport::push(qint64 atMs, const QByteArray &bytes)
{
    const auto place = std::upper_bound(m_queue.begin(), m_queue.end(), atMs,
                                        [](qint64 time, const auto &entry) { return time < entry.first; });
    m_queue.emplace(place, atMs, bytes);
    m_alarm->start(m_queue.front().first - m_clock.now());
}

void ReplayTransport::onAlarm()
{
    // One piece per turn: what it makes the driver do comes before the next one.
    if (m_queue.empty())
        return;
    const QByteArray bytes = m_queue.front().second;
    m_queue.erase(m_queue.begin());
    if (!m_queue.empty())
        m_alarm->start(std::max<qint64>(0, m_queue.front().first - m_clock.now()));
    if (m_open)
        emit received(bytes);
}

bool ReplayTransport::isAtEnd() const { return m_next >= m_exchanges.size() && m_queue.empty(); }

} // namespace sb
