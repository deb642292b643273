// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ydt1363/ydt1363frame.h"

#include <QCoreApplication>

namespace sb::ydt1363 {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Ydt1363)
};

constexpr char endChar = '\r';
constexpr char lineFeed = '\n'; ///< some adapters add it
constexpr qsizetype versionAt = 1;
constexpr qsizetype addressAt = 3;
constexpr qsizetype deviceAt = 5;
constexpr qsizetype codeAt = 7;
constexpr qsizetype lengthAt = 9;
constexpr qsizetype infoAt = 13;
constexpr qsizetype trailSize = 5; ///< checksum and end
constexpr qsizetype smallestFrame = infoAt + trailSize;
constexpr int lengthMask = 0xFFF;
constexpr quint8 firstCommand = 0x41;

std::optional<int> digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? std::optional(c - 'a' + 10) : std::nullopt;
}

/// All characters are digits: take() sees to it.
int number(QByteArrayView text, qsizetype at, qsizetype digits)
{
    int value = 0;
    for (const char c : text.sliced(at, digits))
        value = value << 4 | digit(c).value_or(0);
    return value;
}

void appendHex(QByteArray &to, int value, int digits)
{
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        to.append("0123456789ABCDEF"[(value >> shift) & 0xF]);
}

/// The length with its check in the highest four bits.
int checkedLength(int length)
{
    const int sum = (length & 0xF) + (length >> 4 & 0xF) + (length >> 8 & 0xF);
    return (-sum & 0xF) << 12 | length;
}

int checksumOf(QByteArrayView text)
{
    int sum = 0;
    for (const char c : text)
        sum += static_cast<quint8>(c);
    return -sum & 0xFFFF;
}

} // namespace

QByteArray makeFrame(const Header &header, quint8 address, quint8 code, QByteArrayView info)
{
    QByteArray frame(1, header.start);
    appendHex(frame, header.version, 2);
    appendHex(frame, address, 2);
    appendHex(frame, header.device, 2);
    appendHex(frame, code, 2);
    appendHex(frame, checkedLength(static_cast<int>(2 * info.size()) & lengthMask), 4);
    for (const char byte : info)
        appendHex(frame, static_cast<quint8>(byte), 2);
    appendHex(frame, checksumOf(QByteArrayView(frame).sliced(versionAt)), 4);
    frame.append(endChar);
    return frame;
}

bool isCommand(quint8 code)
{
    switch (code) {
    case WrongAddress:
    case InternalCommunication:
    case WrongDevice:
    case ExecutionFailed:
    case DeviceFault:
    case NotPermitted:
        return false;
    default:
        return code >= firstCommand;
    }
}

QString returnText(int code)
{
    const auto text = [code]() -> QString {
        switch (code) {
        case WrongVersion:
            return Words::tr("it speaks another version of the protocol");
        case WrongChecksum:
        case WrongLengthChecksum:
            return Words::tr("the request arrived damaged; check the wiring");
        case UnknownCommand:
            return Words::tr("it does not know the command");
        case WrongFormat:
            return Words::tr("it does not know this form of the command");
        case WrongData:
            return Words::tr("it does not take the value");
        case NoData:
            return Words::tr("it has no such data");
        case OperationFailed:
        case ExecutionFailed:
            return Words::tr("it failed to do it");
        case WrongAddress:
            return Words::tr("no pack has this address");
        case InternalCommunication:
            return Words::tr("the master does not reach the pack");
        case WrongDevice:
            return Words::tr("it is another kind of device");
        case DeviceFault:
            return Words::tr("it is faulty");
        case NotPermitted:
            return Words::tr("it does not allow it");
        default:
            return Words::tr("refused");
        }
    };
    return Words::tr("%1 (code 0x%2)").arg(text()).arg(code, 2, 16, QLatin1Char('0'));
}

void FrameStream::feed(Bytes bytes)
{
    m_arrived.remove(0, m_at);
    m_at = 0;
    m_arrived.append(viewOf(bytes));
}

void FrameStream::clear()
{
    m_counters.noiseBytes += static_cast<quint64>(m_arrived.size() - m_at);
    m_arrived.clear();
    m_at = 0;
    drop();
}

const Frame *FrameStream::next()
{
    while (m_at < m_arrived.size()) {
        if (take(m_arrived[m_at++]))
            return &m_frame;
    }
    return nullptr;
}

int FrameStream::missing() const
{
    if (m_done || m_text.isEmpty())
        return 0;
    return static_cast<int>(std::max(m_size, smallestFrame) - m_text.size());
}

/// What stands in m_text is no frame.
void FrameStream::drop()
{
    if (!m_done)
        m_counters.noiseBytes += static_cast<quint64>(m_text.size());
    m_text.clear();
    m_size = 0;
    m_done = false;
}

/// True when \a c makes a frame whole.
bool FrameStream::take(char c)
{
    if (m_done)
        drop();
    if (m_starts.find(c) != std::string_view::npos) {
        drop();
        m_text.append(c);
        return false;
    }
    // What can't stand in a frame is a stray byte: whether one was lost for it, length and checksum tell.
    if (m_text.isEmpty() || (c != endChar && !digit(c))) {
        m_counters.noiseBytes += c == lineFeed ? 0 : 1;
        return false;
    }
    m_text.append(c);
    const bool last = m_size > 0 && m_text.size() == m_size;
    if (last != (c == endChar)) {
        m_counters.badChecksums += m_size > 0 ? 1 : 0; // it has lost a character, or got one more
        drop();
        return false;
    }
    if (m_text.size() == infoAt) {
        const int length = number(m_text, lengthAt, 4);
        // Half a byte is nobody's: the length counts characters.
        if (checkedLength(length & lengthMask) != length || length % 2 != 0) {
            ++m_counters.badChecksums;
            drop();
            return false;
        }
        m_size = smallestFrame + (length & lengthMask);
    }
    return last && finish();
}

bool FrameStream::finish()
{
    const QByteArrayView text(m_text);
    const qsizetype checkAt = m_size - trailSize;
    if (number(text, checkAt, 4) != checksumOf(text.sliced(versionAt, checkAt - versionAt))) {
        ++m_counters.badChecksums;
        drop();
        return false;
    }
    m_info.clear();
    for (qsizetype at = infoAt; at < checkAt; at += 2)
        m_info.push_back(static_cast<quint8>(number(text, at, 2)));
    const auto byteAt = [&](qsizetype at) { return static_cast<quint8>(number(text, at, 2)); };
    m_frame = {byteAt(versionAt), byteAt(addressAt), byteAt(deviceAt), byteAt(codeAt), m_info, text};
    m_done = true;
    ++m_counters.frames;
    return true;
}

} // namespace sb::ydt1363
