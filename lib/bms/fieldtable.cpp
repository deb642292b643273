// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/fieldtable.h"

#include <limits>

namespace sb {

void decodeFields(std::span<const FieldRow> rows, Bytes payload, BatteryState &to)
{
    for (const FieldRow &row : rows) {
        const std::optional<double> raw = readNumber(payload, row.offset, row.wire);
        if (!raw)
            continue;
        const double value = row.scale.apply(*raw);
        if (const auto *number = std::get_if<Number BatteryState::*>(&row.target))
            to.*(*number) = value;
        else if (std::abs(value) < 0x1p62) // a float on the wire may be larger than any integer
            to.*std::get<Count BatteryState::*>(row.target) = static_cast<qint64>(std::llround(value));
    }
}

void decodeFlags(std::span<const FlagRow> rows, Bytes payload, BatteryState &to)
{
    for (const FlagRow &row : rows) {
        if (const std::optional<qint64> raw = readInteger(payload, row.offset, row.wire))
            to.*row.target = (((*raw >> row.bit) & 1) != 0) != row.inverted;
    }
}

void decodeAlarms(std::span<const AlarmRow> rows, quint64 word, AlarmSet &to)
{
    for (const AlarmRow &row : rows) {
        if ((word >> row.bit) & 1)
            to.raise(row.alarm, row.level);
        else
            to.support(row.alarm);
    }
}

int decodeList(const ListRow &row, int count, Bytes payload, BatteryState &to)
{
    Numbers &list = to.*row.target;
    list.clear();
    for (int i = 0; i < count; ++i) {
        const size_t at = row.offset + static_cast<size_t>(i) * row.stride;
        const std::optional<double> raw = readNumber(payload, at, row.wire);
        if (!raw)
            break;
        list.emplace_back(row.scale.apply(*raw));
    }
    return static_cast<int>(list.size());
}

qint64 decodeWord(Bytes bytes)
{
    constexpr qint64 largest = std::numeric_limits<qint64>::max();
    quint64 word = 0;
    for (const quint8 byte : bytes) {
        if (word >> 55 != 0)
            return largest;
        word = word << 8 | byte;
    }
    return static_cast<qint64>(word);
}

Text decodeText(Bytes bytes)
{
    QString text;
    for (const quint8 byte : bytes) {
        if (byte == 0)
            break;
        if (byte < 0x20 || byte == 0x7F)
            continue;
        text.append(byte < 0x80 ? QLatin1Char(static_cast<char>(byte)) : QLatin1Char('?'));
    }
    text = text.trimmed();
    return text.isEmpty() ? std::nullopt : Text(text);
}

} // namespace sb
