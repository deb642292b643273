// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_pb/jk_pbstream.h"

#include "bms/checksum.h"

#include <algorithm>
#include <array>

namespace sb::jk_pb {
namespace {

constexpr std::array<quint8, 4> head{0x55, 0xAA, 0xEB, 0x90};
constexpr size_t dataSize = 300;
constexpr quint8 writeFunction = 0x10;
constexpr quint8 refusal = 0x90;
constexpr size_t confirmedSize = 8;
constexpr size_t refusedSize = 5;
constexpr size_t enough = 4096; ///< buffered; more has no end

bool beginsData(Bytes rest)
{
    return std::equal(rest.begin(), rest.begin() + static_cast<qsizetype>(std::min(rest.size(), head.size())),
                      head.begin());
}

bool hasCrc(Bytes frame)
{
    const auto told = readInteger(frame, frame.size() - 2, Wire::U16LE);
    return told == checksum(Checksum::Crc16Modbus, frame.first(frame.size() - 2));
}

} // namespace

void Stream::feed(Bytes bytes)
{
    m_buffer.erase(m_buffer.begin(), m_buffer.begin() + static_cast<qsizetype>(m_start));
    m_start = 0;
    if (m_buffer.size() > enough) {
        m_counters.noiseBytes += m_buffer.size();
        m_buffer.clear();
    }
    m_buffer.insert(m_buffer.end(), bytes.begin(), bytes.end());
    m_silent = false;
}

void Stream::clear()
{
    m_counters.noiseBytes += m_buffer.size() - m_start;
    m_buffer.clear();
    m_start = 0;
    m_silent = false;
}

int Stream::missing() const
{
    const Bytes rest = Bytes(m_buffer).subspan(m_start);
    const bool begun = rest.size() >= head.size() && beginsData(rest) && rest.size() < dataSize;
    return begun ? static_cast<int>(dataSize - rest.size()) : 0;
}

bool Stream::mayBecome(Bytes rest) const
{
    if (m_silent)
        return false;
    if (beginsData(rest))
        return rest.size() < dataSize;
    if (rest.size() < 2)
        return true;
    return (rest[1] == writeFunction && rest.size() < confirmedSize) ||
           (rest[1] == refusal && rest.size() < refusedSize);
}

Stream::Item Stream::next()
{
    const auto take = [this](Kind kind, Bytes rest, size_t size) {
        m_start += size;
        ++m_counters.frames;
        return Item{kind, rest.first(size)};
    };
    for (; m_start < m_buffer.size(); ++m_start, ++m_counters.noiseBytes) {
        const Bytes rest = Bytes(m_buffer).subspan(m_start);
        if (mayBecome(rest))
            return {};
        if (rest.size() >= dataSize && beginsData(rest)) {
            if (checksum(Checksum::Sum8, rest.first(dataSize - 1)) == rest[dataSize - 1])
                return take(Kind::Data, rest, dataSize);
            ++m_counters.badChecksums;
        } else if (rest.size() >= confirmedSize && rest[1] == writeFunction) {
            if (hasCrc(rest.first(confirmedSize)))
                return take(Kind::Confirmed, rest, confirmedSize);
        } else if (rest.size() >= refusedSize && rest[1] == refusal && hasCrc(rest.first(refusedSize))) {
            return take(Kind::Refused, rest, refusedSize);
        }
    }
    return {};
}

} // namespace sb::jk_pb
