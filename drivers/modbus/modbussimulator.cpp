// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/modbus/modbussimulator.h"

namespace sb::modbus {
namespace {

constexpr int turnaroundMs = 15;
constexpr qsizetype shortestRequest = 8;
constexpr qsizetype longestRequest = 9 + 0xFF;

quint8 byteAt(const QByteArray &bytes, qsizetype at) { return static_cast<quint8>(bytes[at]); }
int wordAt(const QByteArray &bytes, qsizetype at) { return byteAt(bytes, at) << 8 | byteAt(bytes, at + 1); }

quint16 crcOf(const QByteArray &bytes)
{
    quint16 crc = 0xFFFF;
    for (const char c : bytes) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<quint16>(crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    return crc;
}

QByteArray closed(QByteArray frame)
{
    const quint16 crc = crcOf(frame);
    frame.append(static_cast<char>(crc & 0xFF));
    frame.append(static_cast<char>(crc >> 8));
    return frame;
}

QByteArray exception(const QByteArray &request, int code)
{
    QByteArray frame = request.first(2);
    frame[1] = static_cast<char>(byteAt(frame, 1) | 0x80);
    frame.append(static_cast<char>(code));
    return closed(frame);
}

} // namespace

bool SimulatedSlave::write(int, int, quint16) { return false; }

void SimulatedSlave::putText(Content &to, int reg, int words, const QByteArray &text)
{
    const QByteArray padded = text.leftJustified(2 * words, '\0', true);
    for (int i = 0; i < words; ++i)
        to[reg + i] = static_cast<quint16>(wordAt(padded, qsizetype{2} * i));
}

void SimulatedSlave::put32(Content &to, int reg, qint64 value)
{
    to[reg] = static_cast<quint16>(value >> 16);
    to[reg + 1] = static_cast<quint16>(value);
}

void SimulatedSlave::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    // A request to another unit may hold what looks like the beginning of a long one to us: a whole one
    // behind it is not kept waiting. Real boards tell them apart by the silence between.
    for (qsizetype at = 0; at + shortestRequest <= m_buffer.size();) {
        const qsizetype size =
            byteAt(m_buffer, at + 1) == 0x10 ? 9 + byteAt(m_buffer, at + 6) : shortestRequest;
        const QByteArray frame = m_buffer.mid(at, size);
        if (frame.size() < size || !m_units.contains(byteAt(frame, 0)) || closed(frame.chopped(2)) != frame) {
            ++at;
            continue;
        }
        m_buffer.remove(0, at + size);
        at = 0;
        replies.push_back({answer(frame), turnaroundMs});
    }
    m_buffer = m_buffer.last(std::min(m_buffer.size(), longestRequest));
}

QByteArray SimulatedSlave::answer(const QByteArray &request)
{
    const int unit = byteAt(request, 0);
    const int function = byteAt(request, 1);
    const int start = wordAt(request, 2);
    const int count = wordAt(request, 4);
    if (function == 0x10) {
        if (refusesWrites.contains(start))
            return exception(request, 4);
        for (int i = 0; i < count && 9 + 2 * i < request.size(); ++i) {
            if (!ignoresWrites.contains(start + i) &&
                !write(unit, start + i, static_cast<quint16>(wordAt(request, 7 + qsizetype{2} * i))))
                return exception(request, 2);
        }
        return closed(request.first(6));
    }
    const Content all = content(unit, function);
    if (all.isEmpty())
        return exception(request, 1);
    const bool coils = function == 1;
    if (count < 1 || count > (coils ? 2000 : longestRead))
        return exception(request, coils ? 3 : 2);
    QByteArray data;
    for (int i = 0; i < count; ++i) {
        const auto at = all.constFind(start + i);
        if (at == all.constEnd())
            return exception(request, 2);
        if (!coils) {
            data.append(static_cast<char>(*at >> 8));
            data.append(static_cast<char>(*at & 0xFF));
        } else {
            if (i % 8 == 0)
                data.append('\0');
            if (*at != 0)
                data.back() = static_cast<char>(byteAt(data, data.size() - 1) | 1 << (i % 8));
        }
    }
    return closed(request.first(2) + static_cast<char>(data.size()) + data);
}

} // namespace sb::modbus
