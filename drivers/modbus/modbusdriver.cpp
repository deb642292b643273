// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/modbus/modbusdriver.h"

namespace sb::modbus {
namespace {

/// So often a joined read may stay unanswered.
constexpr int joinedTries = 2;

/// An id tells the line of the list, and in its low half the register, for messages.
int idOf(size_t line, quint16 start) { return static_cast<int>((line + 1) << 16) | start; }
size_t lineOf(int id) { return (static_cast<size_t>(id) >> 16) - 1; }

} // namespace

ModbusDriver::ModbusDriver(const DriverConfig &config, quint8 unit, std::span<const Read> reads)
    : Driver(config)
    , m_unit(static_cast<quint8>(config.address.value_or(unit)))
    , m_reads(reads)
{}

Request ModbusDriver::request(const Query &query, int timeoutMs)
{
    Request request;
    request.id = query.start;
    request.bytes = readRequest(query);
    request.timeoutMs = timeoutMs;
    return request;
}

Request ModbusDriver::writing(quint8 unit, quint16 start, const QByteArray &words, int timeoutMs)
{
    Request request;
    request.id = start;
    request.bytes = writeRequest(unit, start, words);
    request.timeoutMs = timeoutMs;
    return request;
}

void ModbusDriver::requests(Phase phase, std::vector<Request> &to)
{
    for (size_t line = 0; line < m_reads.size(); ++line) {
        const Read &read = m_reads[line];
        if (read.asked == (phase == Phase::Identify ? Asked::InPoll : Asked::AtStart))
            continue;
        const Joined joined = m_joined[read.group];
        if ((read.form == Form::Proven && joined == Joined::Works) ||
            (read.form == Form::Joined && joined == Joined::Fails))
            continue;
        const quint16 count = read.count > 0 ? read.count : countOf(read);
        if (count == 0)
            continue;
        Request each = request({m_unit, read.function, read.start, count}, read.timeoutMs);
        each.id = idOf(line, read.start);
        each.everyMs = read.everyMs;
        each.optional = read.optional;
        if (read.form == Form::Joined && joined == Joined::Untried) {
            each.optional = true;
            each.tries = 1;
        }
        to.push_back(std::move(each));
    }
}

void ModbusDriver::begin(const Request &request)
{
    m_finder.expect(request.bytes);
    const size_t line = lineOf(request.id);
    if (line >= m_reads.size() || m_reads[line].form != Form::Joined)
        return;
    const size_t group = m_reads[line].group;
    if (m_joined[group] == Joined::Untried && ++m_joinedTries[group] >= joinedTries)
        m_joined[group] = Joined::Fails; // until it answers
}

void ModbusDriver::judgeJoined(const Request &request, bool works)
{
    const size_t line = lineOf(request.id);
    if (line < m_reads.size() && m_reads[line].form == Form::Joined)
        m_joined[m_reads[line].group] = works ? Joined::Works : Joined::Fails;
}

Reply ModbusDriver::receive(Bytes bytes, const Request *pending, Update &update)
{
    m_finder.feed(bytes);
    return take(pending, update);
}

Reply ModbusDriver::lineSilent(const Request *pending, Update &update)
{
    m_finder.lineSilent();
    return take(pending, update);
}

Reply ModbusDriver::take(const Request *pending, Update &update)
{
    if (!pending)
        return {}; // nothing was asked: what is said is not for us, the next begin() drops it
    while (true) {
        const ReplyFinder::Found found = m_finder.next();
        if (found.kind == ReplyFinder::Kind::None)
            return {};
        if (found.kind == ReplyFinder::Kind::Exception) {
            judgeJoined(*pending, false);
            return {ReplyState::Refused, found.code};
        }
        const Query &query = m_finder.query();
        if (dataSize(query) == 0 || decode(query, Registers(query.start, found.data), update)) {
            judgeJoined(*pending, true);
            return {ReplyState::Complete, 0};
        }
        ++m_malformed;
    }
}

LinkCounters ModbusDriver::counters() const
{
    const ReplyFinder::Counters &found = m_finder.counters();
    LinkCounters counters;
    counters.frames = found.frames;
    counters.badChecksums = found.badChecksums;
    counters.noiseBytes = found.noiseBytes;
    counters.foreignFrames = found.foreignFrames;
    counters.echoes = found.echoes;
    counters.malformed = m_malformed;
    return counters;
}

} // namespace sb::modbus
