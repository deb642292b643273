// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/frames/hextextdriver.h"

namespace sb::frames {
namespace {

constexpr quint8 mark = ':';
constexpr char startChar = ':';
constexpr char endChar = '~';
constexpr qsizetype mostDigits = 510;
constexpr qsizetype fewestDigits = 10;
constexpr quint16 headSize = 3; ///< mark and number of bytes
constexpr FrameRule rule{.header = {mark},
                         .headerSize = 1,
                         .length = FrameRule::Length::U16BE,
                         .lengthOffset = 1,
                         .lengthPlus = headSize,
                         .minimum = headSize + fewestDigits / 2,
                         .maximum = headSize + mostDigits / 2};

bool isDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

/// The radio module's own words before what the BMS says.
constexpr QByteArrayView moduleWords("AT\r\n");

} // namespace

HexTextDriver::HexTextDriver(const DriverConfig &config, std::span<const Ask> asks)
    : FrameDriver(config, rule, asks)
{}

void HexTextDriver::begin(const Request &request)
{
    FrameDriver::begin(request);
    if (!request.bytes.isEmpty())
        drop();
}

Reply HexTextDriver::lineSilent(const Request *pending, Update &update)
{
    drop();
    return FrameDriver::lineSilent(pending, update);
}

Bytes HexTextDriver::cleaned(Bytes bytes)
{
    m_binary.clear();
    QByteArrayView text = viewOf(bytes);
    if (text.startsWith(moduleWords))
        text = text.sliced(moduleWords.size());
    for (const char c : text)
        take(c);
    return bytesOf(m_binary);
}

void HexTextDriver::take(char c)
{
    if (c == startChar) {
        drop();
        m_began = true;
    } else if (!m_began) {
        ++m_text.noiseBytes;
    } else if (c == endChar) {
        finish();
    } else if (isDigit(c) && m_digits.size() < mostDigits) {
        m_digits.append(c);
    } else {
        drop();
    }
}

void HexTextDriver::finish()
{
    if (m_digits.size() < fewestDigits || m_digits.size() % 2 != 0 || !isWhole(m_digits)) {
        ++m_text.badChecksums;
        drop();
        return;
    }
    m_binary.append(static_cast<char>(mark));
    appendInteger(m_binary, m_digits.size() / 2, Wire::U16BE);
    m_binary.append(QByteArray::fromHex(m_digits));
    m_digits.clear();
    m_began = false;
}

void HexTextDriver::drop()
{
    m_text.noiseBytes += static_cast<quint64>(m_digits.size()) + (m_began ? 1 : 0);
    m_digits.clear();
    m_began = false;
}

LinkCounters HexTextDriver::counters() const
{
    LinkCounters counters = FrameDriver::counters();
    counters.badChecksums += m_text.badChecksums;
    counters.noiseBytes += m_text.noiseBytes;
    return counters;
}

} // namespace sb::frames
