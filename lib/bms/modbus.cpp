// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/modbus.h"

#include "bms/checksum.h"

#include <QCoreApplication>
#include <algorithm>

namespace sb::modbus {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Modbus)
};

constexpr quint8 exceptionBit = 0x80;
constexpr size_t exceptionSize = 5; ///< unit, function, code, CRC
constexpr size_t writeReplySize = 8;
constexpr size_t readOverhead = 5; ///< unit, function, length, CRC
constexpr size_t crcSize = 2;
constexpr size_t smallestFrame = 4;
/// More than a line can say between two requests: somebody else is talking without end.
constexpr size_t largestBuffer = 4096;

void appendCrc(QByteArray &frame)
{
    appendInteger(frame, checksum(Checksum::Crc16Modbus, bytesOf(frame)), Wire::U16LE);
}

bool hasValidCrc(Bytes frame)
{
    const auto given = readInteger(frame, frame.size() - crcSize, Wire::U16LE);
    return given && *given == checksum(Checksum::Crc16Modbus, frame.first(frame.size() - crcSize));
}

} // namespace

QByteArray readRequest(const Query &query)
{
    QByteArray frame;
    appendInteger(frame, query.unit, Wire::U8);
    appendInteger(frame, query.function, Wire::U8);
    appendInteger(frame, query.start, Wire::U16BE);
    appendInteger(frame, query.count, Wire::U16BE);
    appendCrc(frame);
    return frame;
}

QByteArray writeRequest(quint8 unit, quint16 start, QByteArrayView words)
{
    QByteArray frame;
    appendInteger(frame, unit, Wire::U8);
    appendInteger(frame, WriteRegisters, Wire::U8);
    appendInteger(frame, start, Wire::U16BE);
    appendInteger(frame, words.size() / 2, Wire::U16BE);
    appendInteger(frame, words.size(), Wire::U8);
    frame.append(words);
    appendCrc(frame);
    return frame;
}

int dataSize(const Query &query)
{
    switch (query.function) {
    case ReadCoils:
        return (query.count + 7) / 8;
    case WriteRegisters:
        return 0;
    default:
        return query.count * 2;
    }
}

QString exceptionText(int code)
{
    const auto text = [code]() -> QString {
        switch (code) {
        case 0x01:
            return Words::tr("it does not know the function");
        case 0x02:
            return Words::tr("it does not have the register");
        case 0x03:
            return Words::tr("it does not take the value");
        case 0x04:
            return Words::tr("it failed to do it");
        case 0x05:
        case 0x06:
            return Words::tr("it is busy, try again later");
        default:
            return Words::tr("refused");
        }
    };
    return Words::tr("%1 (Modbus exception %2)").arg(text()).arg(code);
}

void ReplyFinder::expect(QByteArrayView request)
{
    giveUp();
    m_request = request.toByteArray();
    const Bytes bytes = bytesOf(request);
    const auto number = [bytes](size_t at, Wire wire) { return readInteger(bytes, at, wire).value_or(0); };
    m_query = {static_cast<quint8>(number(0, Wire::U8)), static_cast<quint8>(number(1, Wire::U8)),
               static_cast<quint16>(number(2, Wire::U16BE)), static_cast<quint16>(number(4, Wire::U16BE))};
}

void ReplyFinder::feed(Bytes bytes)
{
    if (m_buffer.size() + bytes.size() > largestBuffer)
        giveUp();
    m_silent = false;
    m_buffer.insert(m_buffer.end(), bytes.begin(), bytes.end());
}

void ReplyFinder::giveUp()
{
    const Bytes heard(m_buffer);
    // Whole, right, and nothing in it for us: another unit was asked, or answered.
    if (!m_found && heard.size() >= smallestFrame && hasValidCrc(heard))
        ++m_counters.foreignFrames;
    m_counters.noiseBytes += heard.size() - m_start;
    m_buffer.clear();
    m_start = 0;
    m_silent = false;
    m_found = false;
}

ReplyFinder::Found ReplyFinder::next()
{
    while (m_start < m_buffer.size()) {
        const Bytes have = Bytes(m_buffer).subspan(m_start);
        if (m_start == 0 && beginsLikeRequest(have)) {
            if (have.size() < static_cast<size_t>(m_request.size()) && !m_silent)
                return {};
            if (have.size() >= static_cast<size_t>(m_request.size())) {
                ++m_counters.echoes;
                m_found = true;
                m_start = static_cast<size_t>(m_request.size());
                continue;
            }
        }
        size_t size = 0;
        switch (judge(have, size)) {
        case Verdict::Frame: {
            ++m_counters.frames;
            m_found = true;
            m_start += size;
            if (have[1] & exceptionBit)
                return {Kind::Exception, have[2], {}};
            const auto data = static_cast<size_t>(dataSize(m_query));
            return {Kind::Reply, 0, data > 0 ? have.subspan(3, data) : Bytes()};
        }
        case Verdict::Incomplete:
            if (!m_silent)
                return {};
            break;
        case Verdict::BadCheck:
            ++m_counters.badChecksums;
            break;
        case Verdict::Noise:
            break;
        }
        ++m_start;
        ++m_counters.noiseBytes;
    }
    return {};
}

int ReplyFinder::missing() const
{
    const Bytes have = Bytes(m_buffer).subspan(m_start);
    size_t size = 0;
    if (have.empty() || judge(have, size) != Verdict::Incomplete || size <= have.size())
        return 0;
    return static_cast<int>(size - have.size());
}

bool ReplyFinder::beginsLikeRequest(Bytes have) const
{
    const Bytes request = bytesOf(m_request);
    const size_t size = std::min(have.size(), request.size());
    return size > 0 &&
           std::equal(have.begin(), have.begin() + static_cast<std::ptrdiff_t>(size), request.begin());
}

ReplyFinder::Verdict ReplyFinder::judge(Bytes have, size_t &size) const
{
    if (have[0] != m_query.unit)
        return Verdict::Noise;
    if (have.size() < 3)
        return have.size() == 2 && (have[1] & ~exceptionBit) != m_query.function ? Verdict::Noise
                                                                                 : Verdict::Incomplete;
    if ((have[1] & ~exceptionBit) != m_query.function)
        return Verdict::Noise;
    const auto data = static_cast<size_t>(dataSize(m_query));
    if (have[1] & exceptionBit) {
        size = exceptionSize;
    } else if (data > 0) {
        if (have[2] != data)
            return Verdict::Noise;
        size = data + readOverhead;
    } else {
        size = writeReplySize;
    }
    if (have.size() < size)
        return Verdict::Incomplete;
    if (!hasValidCrc(have.first(size)))
        return Verdict::BadCheck;
    // What was written must be what was asked for.
    const bool confirms = size != writeReplySize || data > 0 ||
                          std::equal(have.begin(), have.begin() + 6, bytesOf(m_request).begin());
    return confirms ? Verdict::Frame : Verdict::Noise;
}

} // namespace sb::modbus
