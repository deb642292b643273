// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/frames/framedriver.h"

#include <algorithm>

namespace sb::frames {

FrameDriver::FrameDriver(const DriverConfig &config, const FrameRule &rule, std::span<const Ask> asks)
    : Driver(config)
    , m_asks(asks)
    , m_splitter(rule)
{}

Request FrameDriver::request(const Ask &ask)
{
    Request request;
    request.id = ask.id;
    request.bytes = QByteArray::fromHex(ask.hex);
    request.optional = ask.optional;
    request.everyMs = ask.everyMs;
    request.timeoutMs = ask.timeoutMs;
    request.tries = ask.tries;
    return request;
}

void FrameDriver::requests(Phase phase, std::vector<Request> &to)
{
    for (const Ask &ask : m_asks) {
        if (ask.asked != (phase == Phase::Identify ? Asked::InPoll : Asked::AtStart))
            to.push_back(request(ask));
    }
}

void FrameDriver::begin(const Request &request)
{
    // What a BMS says by itself may be half there when the next reading begins.
    if (request.bytes.isEmpty())
        return;
    m_splitter.clear();
    if (m_other)
        m_other->clear();
}

Reply FrameDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    const Bytes clean = cleaned(bytes);
    m_splitter.feed(clean);
    if (m_other)
        m_other->feed(clean);
    return takeFrames(pending, update);
}

Reply FrameDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    if (m_other)
        m_other->lineSilent();
    return takeFrames(pending, update);
}

Reply FrameDriver::takeFrames(const Request *pending, Update &update)
{
    const Reply reply = takeFrom(m_splitter, pending, update);
    return m_other && reply.state == ReplyState::Waiting ? takeFrom(*m_other, pending, update) : reply;
}

Reply FrameDriver::takeFrom(FrameSplitter &splitter, const Request *pending, Update &update)
{
    for (Bytes frame = splitter.next(); !frame.empty(); frame = splitter.next()) {
        if (lineEchoes() && pending && !pending->bytes.isEmpty() && viewOf(frame) == pending->bytes) {
            ++m_counters.echoes;
            continue;
        }
        const bool asked = pending && idOf(frame) == pending->id;
        switch (asked ? decode(frame, *pending, update) : unasked(frame, pending, update)) {
        case Taken::Foreign:
            ++m_counters.foreignFrames;
            break;
        case Taken::Impossible:
            ++m_counters.malformed;
            break;
        case Taken::Partly:
            if (keepOnly(splitter))
                return takeFrom(m_splitter, pending, update);
            break;
        case Taken::Done:
            if (!pending)
                break;
            keepOnly(splitter);
            return {ReplyState::Complete, 0};
        case Taken::Refused:
            return {ReplyState::Refused, refusal()};
        }
    }
    return {};
}

/// True where there was another one.
bool FrameDriver::keepOnly(const FrameSplitter &splitter)
{
    if (!m_other)
        return false;
    if (&splitter != &m_splitter)
        std::swap(m_splitter, *m_other);
    m_other.reset();
    return true;
}

void FrameDriver::setRule(const FrameRule &rule)
{
    m_counters = counters();
    m_splitter = FrameSplitter(rule);
}

LinkCounters FrameDriver::counters() const
{
    LinkCounters counters = m_counters;
    counters.frames += m_splitter.counters().frames;
    counters.badChecksums += m_splitter.counters().badChecksums;
    counters.noiseBytes += m_splitter.counters().noiseBytes;
    return counters;
}

} // namespace sb::frames
