// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/framesplitter.h"

#include <algorithm>

namespace sb {

FrameSplitter::FrameSplitter(const FrameRule &rule)
    : m_rule(rule)
{
    // What a rule reads must lie inside the shortest frame that it lets pass, whatever its author wrote.
    const int needed = std::max({1, int(rule.headerSize), int(rule.tailSize), checksumSize(rule.checksum),
                                 rule.checksumFrom + rule.checksumAtEnd});
    m_rule.minimum = static_cast<quint16>(std::clamp(needed, int(rule.minimum), 0xFFFF));
    m_buffer.reserve(2U * rule.maximum);
}

void FrameSplitter::feed(Bytes bytes)
{
    compact();
    m_silent = false;
    m_buffer.insert(m_buffer.end(), bytes.begin(), bytes.end());
}

Bytes FrameSplitter::next()
{
    m_start = std::max(m_start, m_frameEnd);
    while (m_start < m_buffer.size()) {
        size_t size = 0;
        const Verdict verdict = judge(m_start, size);
        if (verdict == Verdict::Frame) {
            ++m_counters.frames;
            m_frameEnd = m_start + size;
            return Bytes(m_buffer).subspan(m_start, size);
        }
        if (verdict == Verdict::Incomplete && !m_silent)
            return {};
        if (verdict == Verdict::BadCheck)
            ++m_counters.badChecksums;
        drop(1);
    }
    return {};
}

void FrameSplitter::lineSilent() { m_silent = true; }

void FrameSplitter::clear()
{
    m_start = std::max(m_start, m_frameEnd);
    m_counters.noiseBytes += m_buffer.size() - m_start;
    m_buffer.clear();
    m_start = m_frameEnd = 0;
    m_silent = false;
}

int FrameSplitter::missing() const
{
    const size_t start = std::max(m_start, m_frameEnd);
    const size_t have = m_buffer.size() - start;
    if (have == 0)
        return 0;
    size_t size = 0;
    if (judge(start, size) != Verdict::Incomplete || size <= have)
        return 0;
    return static_cast<int>(size - have);
}

FrameSplitter::Verdict FrameSplitter::judge(size_t at, size_t &size) const
{
    const Bytes have = Bytes(m_buffer).subspan(at);
    for (size_t i = 0; i < m_rule.headerSize; ++i) {
        if (i >= have.size())
            return Verdict::Incomplete;
        if (have[i] != m_rule.header[i])
            return Verdict::Noise;
    }
    if (m_rule.length == FrameRule::Length::Fixed) {
        size = m_rule.lengthPlus;
    } else {
        const Wire wire = m_rule.length == FrameRule::Length::U8      ? Wire::U8
                          : m_rule.length == FrameRule::Length::U16BE ? Wire::U16BE
                                                                      : Wire::U16LE;
        const std::optional<qint64> field = readInteger(have, m_rule.lengthOffset, wire);
        if (!field)
            return Verdict::Incomplete;
        size = static_cast<size_t>(*field) + m_rule.lengthPlus;
        if (size > m_rule.maximum)
            return Verdict::Noise;
    }
    if (size < m_rule.minimum)
        return Verdict::Noise;
    if (have.size() < size)
        return Verdict::Incomplete;
    const Bytes frame = have.first(size);
    for (size_t i = 0; i < m_rule.tailSize; ++i) {
        if (frame[size - m_rule.tailSize + i] != m_rule.tail[i])
            return Verdict::BadCheck;
    }
    const int width = checksumSize(m_rule.checksum);
    if (width > 0) {
        const size_t sumAt = size - m_rule.checksumAtEnd;
        const bool big = m_rule.checksumOrder == FrameRule::Order::BigEndian;
        const Wire wire = width == 1   ? Wire::U8
                          : width == 2 ? (big ? Wire::U16BE : Wire::U16LE)
                                       : (big ? Wire::U32BE : Wire::U32LE);
        const std::optional<qint64> given = readInteger(frame, sumAt, wire);
        const quint32 wanted =
            checksum(m_rule.checksum, frame.subspan(m_rule.checksumFrom, sumAt - m_rule.checksumFrom));
        if (!given || static_cast<quint32>(*given) != wanted)
            return Verdict::BadCheck;
    }
    return Verdict::Frame;
}

void FrameSplitter::drop(size_t bytes)
{
    m_start += bytes;
    m_counters.noiseBytes += bytes;
}

void FrameSplitter::compact()
{
    m_start = std::max(m_start, m_frameEnd);
    m_buffer.erase(m_buffer.begin(), m_buffer.begin() + static_cast<std::ptrdiff_t>(m_start));
    m_start = m_frameEnd = 0;
}

} // namespace sb
