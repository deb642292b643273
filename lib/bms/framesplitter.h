// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/checksum.h"

#include <array>
#include <vector>

namespace sb {

/// Where a frame of a byte stream begins, how long it is and how it is checked. A protocol states it once, as
/// data.
struct FrameRule
{
    enum class Length : quint8 { Fixed, U8, U16BE, U16LE };
    enum class Order : quint8 { BigEndian, LittleEndian };

    std::array<quint8, 4> header{};
    quint8 headerSize = 0;
    Length length = Length::Fixed;
    quint16 lengthOffset = 0; ///< of the length field, from the start of the frame
    quint16 lengthPlus = 0;   ///< total = field + lengthPlus; the whole length where it is Fixed
    quint16 minimum = 0;      ///< total lengths outside these bounds are noise
    quint16 maximum = 0;
    Checksum checksum = Checksum::None;
    Order checksumOrder = Order::BigEndian;
    quint16 checksumFrom = 0; ///< first byte covered
    quint16 checksumAtEnd =
        0; ///< the checksum begins so many bytes before the end; all bytes before it are covered
    std::array<quint8, 4> tail{};
    quint8 tailSize = 0;
};

/// Counted since construction or clearCounters().
struct FrameCounters
{
    quint64 frames = 0;       ///< complete frames with a valid checksum
    quint64 badChecksums = 0; ///< candidates of full length whose checksum or tail was wrong
    quint64 noiseBytes = 0;   ///< bytes thrown away
};

/// Cuts a byte stream into frames, whatever pieces it arrives in, and finds the next frame after noise. A
/// frame whose checksum is wrong never comes out: its first byte is dropped and the rest is searched again,
/// so a frame that stands behind noise or inside a false start is not lost.
class FrameSplitter
{
public:
    explicit FrameSplitter(const FrameRule &rule);

    void feed(Bytes bytes);
    /// The next whole valid frame; valid until the next call of any member. Empty: wait for more bytes.
    [[nodiscard]] Bytes next();
    /// The line fell silent: a frame that is not complete now never will be. Gives up false starts, so that
    /// next() may find frames behind them, and drops what is left once nothing is found.
    void lineSilent();
    /// Forgets everything that is buffered.
    void clear();

    /// Bytes still missing of the frame that has begun, as far as its length is known; 0: nothing begun.
    [[nodiscard]] int missing() const;
    [[nodiscard]] const FrameCounters &counters() const { return m_counters; }
    [[nodiscard]] int buffered() const { return static_cast<int>(m_buffer.size() - m_start); }

private:
    enum class Verdict : quint8 { Frame, Incomplete, Noise, BadCheck };
    /// Judges the candidate at \a at; \a size is its length where that is known, else 0.
    Verdict judge(size_t at, size_t &size) const;
    void drop(size_t bytes);
    void compact();

    FrameRule m_rule;
    std::vector<quint8> m_buffer;
    size_t m_start = 0;    ///< bytes before it are used up
    size_t m_frameEnd = 0; ///< end of the frame handed out last
    bool m_silent = false;
    FrameCounters m_counters;
};

} // namespace sb
