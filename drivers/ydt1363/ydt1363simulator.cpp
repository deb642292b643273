// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ydt1363/ydt1363simulator.h"

namespace sb::ydt1363 {
namespace {

constexpr qsizetype longestLine = 5000;
constexpr qsizetype shortestLine = 17; ///< without its end

QByteArray hexOf(int value, int digits)
{
    return QByteArray::number(value, 16).toUpper().rightJustified(digits, '0', true);
}

int valueOf(const QByteArray &line, int at, int digits) { return line.mid(at, digits).toInt(nullptr, 16); }

/// LENGTH of so many characters: their number, and before it what makes the sum of all four digits a multiple
/// of sixteen.
QByteArray lengthField(int characters)
{
    const QByteArray length = hexOf(characters, 3);
    int sum = 0;
    for (const char c : length)
        sum += QByteArray(1, c).toInt(nullptr, 16);
    return hexOf((16 - sum % 16) % 16, 1) + length;
}

/// What makes the sum of the characters a multiple of 65536.
QByteArray checkField(const QByteArray &characters)
{
    int sum = 0;
    for (const char c : characters)
        sum += static_cast<unsigned char>(c);
    return hexOf((0x10000 - sum % 0x10000) % 0x10000, 4);
}

} // namespace

void SimulatedStation::put8(QByteArray &to, qint64 value) { to.append(static_cast<char>(value & 0xFF)); }

void SimulatedStation::put16(QByteArray &to, qint64 value)
{
    put8(to, value >> 8);
    put8(to, value);
}

void SimulatedStation::putText(QByteArray &to, const QByteArray &text, int size, char filler)
{
    to.append(text.leftJustified(size, filler, true));
}

void SimulatedStation::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    for (const quint8 byte : bytes) {
        const char c = static_cast<char>(byte);
        if (c == m_manner.start)
            m_line.clear();
        if (c == '\r') {
            const QByteArray line = m_line;
            m_line.clear();
            heard(line, replies);
        } else if (m_line.size() < longestLine) {
            m_line.append(c);
        }
    }
}

void SimulatedStation::heard(const QByteArray &line, std::vector<SimulatedReply> &replies)
{
    if (isSilent || line.size() < shortestLine || line.front() != m_manner.start)
        return;
    const int version = valueOf(line, 1, 2);
    const int address = valueOf(line, 3, 2);
    const int device = valueOf(line, 5, 2);
    const int code = valueOf(line, 7, 2);
    if (!m_addresses.contains(address))
        return; // another pack's, or a damaged address
    const QByteArray info = line.mid(13).chopped(4);
    const auto say = [&](const Answer &answer) {
        if (!answer.isSilent)
            replies.push_back({reply(address, device, answer), m_manner.turnaroundMs});
    };
    if (checkField(line.mid(1).chopped(4)) != line.right(4))
        say(refusal(0x02));
    else if (lengthField(static_cast<int>(info.size())) != line.mid(9, 4))
        say(refusal(0x03));
    else if (checksVersion && version != m_manner.version)
        say(refusal(0x01));
    else if (!m_manner.devices.contains(device))
        say(refusal(0xE1));
    else if (refuses.contains(code))
        say(refusal(refuses.value(code)));
    else
        say(answer({address, device, code, QByteArray::fromHex(info)}));
}

QByteArray SimulatedStation::reply(int address, int device, const Answer &answer) const
{
    const QByteArray info = answer.info.toHex().toUpper();
    const QByteArray characters = hexOf(m_manner.version, 2) + hexOf(address, 2) + hexOf(device, 2) +
                                  hexOf(answer.code, 2) + lengthField(static_cast<int>(info.size())) + info;
    return m_manner.replyStart + characters + checkField(characters) + '\r';
}

} // namespace sb::ydt1363
