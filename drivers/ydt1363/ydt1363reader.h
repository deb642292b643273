// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "bms/bytes.h"

#include <cmath>

namespace sb::ydt1363 {

/// Walks through the bytes of a reply, whose counts say what follows. Beyond the end everything is 0, and the
/// reader is not good any more: ask before anything of it is used.
class Reader
{
public:
    explicit Reader(Bytes bytes)
        : m_bytes(bytes)
    {}

    [[nodiscard]] bool isGood() const { return m_good; }
    /// Everything was there, and nothing is left.
    [[nodiscard]] bool isAtEnd() const { return m_good && m_at == m_bytes.size(); }
    [[nodiscard]] size_t left() const { return m_bytes.size() - m_at; }

    qint64 integer(Wire wire)
    {
        const std::optional<qint64> value = readInteger(m_bytes, m_at, wire);
        m_good = m_good && value;
        m_at += value ? static_cast<size_t>(wireSize(wire)) : 0;
        return value.value_or(0);
    }
    int u8() { return static_cast<int>(integer(Wire::U8)); }
    int u16() { return static_cast<int>(integer(Wire::U16BE)); }
    int s16() { return static_cast<int>(integer(Wire::S16BE)); }
    Bytes take(qint64 count)
    {
        const auto size = static_cast<size_t>(count);
        m_good = m_good && count >= 0 && size <= left();
        const Bytes taken = m_good ? m_bytes.subspan(m_at, size) : Bytes();
        m_at += taken.size();
        return taken;
    }
    /// So many cells in mV.
    Numbers cells(int count)
    {
        Numbers cells;
        for (int i = 0; i < count && m_good; ++i)
            cells.emplace_back(u16() / 1000.0);
        return cells;
    }
    /// So many sensors in 0.1 K; \a zero: 0 degC.
    std::vector<std::optional<double>> sensors(int count, int zero)
    {
        Numbers sensors;
        for (int i = 0; i < count && m_good; ++i) {
            const int raw = u16();
            sensors.push_back(raw > noSensor && raw != 0xFFFF ? Number((raw - zero) / 10.0) : std::nullopt);
        }
        return sensors;
    }

private:
    static constexpr int noSensor = 0x0853; ///< -60 degC and less: none is fitted

    Bytes m_bytes;
    size_t m_at = 0;
    bool m_good = true;
};

} // namespace sb::ydt1363
