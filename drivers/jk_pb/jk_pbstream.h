// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"

namespace sb::jk_pb {

/// Cuts what JK boards send into its two kinds of frames, in their order: data without address, and the
/// Modbus shaped answers that tell whose data it was.
class Stream
{
public:
    enum class Kind : quint8 {
        None,      ///< wait for more
        Data,      ///< 300 bytes
        Confirmed, ///< address, 10, register, count, CRC
        Refused,   ///< address, 90, code, CRC
    };
    struct Item
    {
        Kind kind = Kind::None;
        Bytes bytes; ///< valid until the next call of any member
    };

    void feed(Bytes bytes);
    [[nodiscard]] Item next();
    /// What is incomplete stays so.
    void lineSilent() { m_silent = true; }
    void clear();
    [[nodiscard]] int missing() const;
    [[nodiscard]] const LinkCounters &counters() const { return m_counters; }

private:
    [[nodiscard]] bool mayBecome(Bytes rest) const;

    std::vector<quint8> m_buffer;
    size_t m_start = 0;
    bool m_silent = false;
    LinkCounters m_counters;
};

} // namespace sb::jk_pb
