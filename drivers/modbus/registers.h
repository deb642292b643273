// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/fieldtable.h"

namespace sb::modbus {

/// Registers of one reply, by their number in the protocol's list. A register that the reply does not have
/// gives nothing.
class Registers
{
public:
    /// \a bytesEach: of a number in the list; 2, except in lists that number bytes.
    Registers(quint16 start, Bytes data, int bytesEach = 2)
        : m_start(start)
        , m_data(data)
        , m_bytesEach(static_cast<size_t>(bytesEach))
    {}

    /// All bytes from a register on; empty where it is not here.
    [[nodiscard]] Bytes from(quint16 reg) const;
    [[nodiscard]] bool has(quint16 reg) const { return !from(reg).empty(); }
    [[nodiscard]] std::optional<qint64> integer(quint16 reg, Wire wire = Wire::U16BE) const
    {
        return readInteger(from(reg), 0, wire);
    }
    /// Text of \a size bytes; nothing where they are not all here.
    [[nodiscard]] Text text(quint16 reg, size_t size) const;

    /// Offsets of the rows are register numbers. Rows of registers that are not here change nothing.
    void decode(std::span<const FieldRow> rows, BatteryState &to) const;
    void decode(std::span<const FlagRow> rows, BatteryState &to) const;
    /// The list's offset is the number of its first register. \return elements that were there.
    int decode(const ListRow &row, int count, BatteryState &to) const;

private:
    quint16 m_start;
    Bytes m_data;
    size_t m_bytesEach;
};

/// How most lists go on after a cell count that is not known: the first slot without a cell ends it.
[[nodiscard]] int fittedCells(const Numbers &cells);

} // namespace sb::modbus
