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
    if (!request.bytes.isEmpty())
        m_splitter.clear();
}

Reply FrameDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_splitter.feed(cleaned(bytes));
    return takeFrames(pending, update);
}

Reply FrameDriver::lineSilent(const Request *pending, Update &update)
{
    m_splitter.lineSilent();
    return takeFrames(pending, update);
}

Reply FrameDriver::takeFrames(const Request *pending, Update &update)
{
    for (Bytes frame = m_splitter.next(); !frame.empty(); frame = m_splitter.next()) {
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
            break;
        case Taken::Done:
            if (pending)
                return {ReplyState::Complete, 0};
            break;
        case Taken::Refused:
            return {ReplyState::Refused, refusal()};
        }
    }
    return {};
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
