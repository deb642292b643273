// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bytes.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

/// Unlike assert(), also in release builds.
#define FUZZ_CHECK(condition)                                                                                \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                   \
            std::abort();                                                                                    \
        }                                                                                                    \
    } while (false)

namespace sb {

/// The fuzzer's input as a source of decisions and bytes; zeros when it is used up.
class FuzzInput
{
public:
    explicit FuzzInput(Bytes bytes)
        : m_bytes(bytes)
    {}
    [[nodiscard]] bool isEmpty() const { return m_at >= m_bytes.size(); }
    quint8 byte() { return isEmpty() ? quint8(0) : m_bytes[m_at++]; }
    /// Up to \a size bytes.
    Bytes take(size_t size)
    {
        const Bytes taken = m_bytes.subspan(m_at, std::min(size, m_bytes.size() - m_at));
        m_at += taken.size();
        return taken;
    }
    Bytes rest() { return take(m_bytes.size()); }

private:
    Bytes m_bytes;
    size_t m_at = 0;
};

} // namespace sb
