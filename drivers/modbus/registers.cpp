// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/modbus/registers.h"

#include <cmath>

namespace sb::modbus {

Bytes Registers::from(quint16 reg) const
{
    if (reg < m_start)
        return {};
    const size_t at = static_cast<size_t>(reg - m_start) * m_bytesEach;
    return at < m_data.size() ? m_data.subspan(at) : Bytes();
}

Text Registers::text(quint16 reg, size_t size) const
{
    const Bytes bytes = from(reg);
    return bytes.size() < size ? std::nullopt : decodeText(bytes.first(size));
}

void Registers::decode(std::span<const FieldRow> rows, BatteryState &to) const
{
    for (FieldRow row : rows) {
        const Bytes bytes = from(row.offset);
        row.offset = 0;
        decodeFields({&row, 1}, bytes, to);
    }
}

void Registers::decode(std::span<const FlagRow> rows, BatteryState &to) const
{
    for (FlagRow row : rows) {
        const Bytes bytes = from(row.offset);
        row.offset = 0;
        decodeFlags({&row, 1}, bytes, to);
    }
}

int Registers::decode(const ListRow &row, int count, BatteryState &to) const
{
    const Bytes bytes = from(row.offset);
    if (bytes.empty())
        return 0;
    ListRow list = row;
    list.offset = 0;
    return decodeList(list, count, bytes, to);
}

int fittedCells(const Numbers &cells)
{
    int count = 0;
    for (const Number &cell : cells) {
        if (!cell || *cell <= 0)
            break;
        ++count;
    }
    return count;
}

} // namespace sb::modbus
