// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bytes.h"

#include <vector>

namespace sb::modbus {

/// Function codes that BMS use.
enum Function : quint8 {
    ReadCoils = 0x01,
    ReadHolding = 0x03,
    ReadInput = 0x04,
    WriteRegisters = 0x10,
};

/// What a request asks for. The count is of registers, or of coils.
struct Query
{
    quint8 unit = 0;
    quint8 function = 0;
    quint16 start = 0;
    quint16 count = 0;
    bool operator==(const Query &) const = default;
};

[[nodiscard]] QByteArray readRequest(const Query &query);
/// Function 0x10. \a words: two bytes per register, as they go over the wire; at most 246 bytes.
[[nodiscard]] QByteArray writeRequest(quint8 unit, quint16 start, QByteArrayView words);
/// Bytes of data in the reply to a read; 0 for a write, whose reply only confirms.
[[nodiscard]] int dataSize(const Query &query);
/// "illegal data address (code 2)", for messages; translated.
[[nodiscard]] QString exceptionText(int code);

/// Finds the one reply that a request can have in what arrives after it: right unit, function, length and
/// CRC. Neither stray bytes before it, nor the echo of the request, nor replies of other units can be taken
/// for it.
class ReplyFinder
{
public:
    enum class Kind : quint8 { None, Reply, Exception };
    struct Found
    {
        Kind kind = Kind::None;
        quint8 code = 0; ///< of an exception
        Bytes data;      ///< of a reply to a read; valid until the next call of any member
    };
    struct Counters
    {
        quint64 frames = 0;
        quint64 badChecksums = 0;
        quint64 noiseBytes = 0;
        quint64 foreignFrames = 0;
        quint64 echoes = 0;
    };

    /// \a request: as readRequest() or writeRequest() made it. Forgets what arrived before.
    void expect(QByteArrayView request);
    void feed(Bytes bytes);
    [[nodiscard]] Found next();
    /// What is incomplete stays so: next() searches behind it.
    void lineSilent() { m_silent = true; }
    /// Bytes that the frame in progress still needs; 0: none began.
    [[nodiscard]] int missing() const;

    [[nodiscard]] const Query &query() const { return m_query; }
    [[nodiscard]] const Counters &counters() const { return m_counters; }

private:
    enum class Verdict : quint8 { Frame, Incomplete, Noise, BadCheck };
    Verdict judge(Bytes have, size_t &size) const;
    [[nodiscard]] bool beginsLikeRequest(Bytes have) const;
    void giveUp();

    QByteArray m_request;
    Query m_query;
    std::vector<quint8> m_buffer;
    size_t m_start = 0; ///< bytes before it are used up
    bool m_silent = false;
    bool m_found = false; ///< something in the buffer was ours
    Counters m_counters;
};

} // namespace sb::modbus
