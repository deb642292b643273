// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bytes.h"

#include <QString>
#include <string_view>
#include <vector>

/// Frames of the Chinese telecom standard YD/T 1363.3, which PACE, Seplos V2, Pylontech, Daren and others
/// share: everything between start and end is hexadecimal text, a reply doesn't name the command that it
/// answers. Facts: the vendors' documents; both checksums were recomputed for real frames of five makers.
namespace sb::ydt1363 {

/// A frame that was found whole and right. A request has its command where a reply has its return code.
struct Frame
{
    quint8 version = 0;
    quint8 address = 0;
    quint8 device = 0;   ///< class, CID1
    quint8 code = 0;     ///< CID2: the command, or the return code
    Bytes info;          ///< two characters made one byte
    QByteArrayView text; ///< as it was on the line, from start to end
};

/// What a family's frames have in common.
struct Header
{
    char start = '~';
    quint8 version = 0;
    quint8 device = 0;
};

[[nodiscard]] QByteArray makeFrame(const Header &header, quint8 address, quint8 code,
                                   QByteArrayView info = {});

/// Return codes. What stands in their place and is none is the command of somebody else's request.
enum Return : quint8 {
    Normal = 0x00,
    WrongVersion = 0x01,
    WrongChecksum = 0x02,
    WrongLengthChecksum = 0x03,
    UnknownCommand = 0x04,
    WrongFormat = 0x05,
    WrongData = 0x06,
    NoData = 0x07,
    OperationFailed = 0x09,
    WrongAddress = 0x90,
    InternalCommunication = 0x91,
    WrongDevice = 0xE1,
    ExecutionFailed = 0xE2,
    DeviceFault = 0xE3,
    NotPermitted = 0xE4,
};
[[nodiscard]] bool isCommand(quint8 code);
/// "unknown command (code 0x04)", for messages; translated.
[[nodiscard]] QString returnText(int code);

/// Finds frames in a stream, whatever pieces it arrives in. A start never occurs inside a frame, so each one
/// begins anew and nothing has to be searched twice. Stray bytes that are no digits do no harm.
class FrameStream
{
public:
    struct Counters
    {
        quint64 frames = 0;
        quint64 badChecksums = 0; ///< of the length or of the frame
        quint64 noiseBytes = 0;
    };

    /// \a starts: the characters with which frames can begin.
    explicit FrameStream(std::string_view starts)
        : m_starts(starts)
    {}

    void feed(Bytes bytes);
    /// The next whole frame; valid until the next call of any member. Null: wait for more bytes.
    [[nodiscard]] const Frame *next();
    /// What has begun will not be finished.
    void lineSilent() { drop(); }
    /// Forgets everything that arrived.
    void clear();
    /// Bytes that the frame in progress needs at least; 0: none began.
    [[nodiscard]] int missing() const;
    [[nodiscard]] const Counters &counters() const { return m_counters; }

private:
    bool take(char c);
    void drop();
    [[nodiscard]] bool finish();

    std::string_view m_starts;
    QByteArray m_arrived;
    qsizetype m_at = 0;   ///< characters before it are used up
    QByteArray m_text;    ///< of the frame in progress
    qsizetype m_size = 0; ///< of the whole frame, once its length is known
    bool m_done = false;  ///< m_text was handed out
    std::vector<quint8> m_info;
    Frame m_frame;
    Counters m_counters;
};

} // namespace sb::ydt1363
