// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "bms/bytes.h"

#include <cmath>
#include <span>
#include <variant>

namespace sb {

/// What one unit of a raw number is worth: value = raw x unit + zero. A unit such as 0.01 is kept as a
/// division by 100, so that 6623 becomes exactly 66.23.
struct Scale
{
    constexpr Scale(double unit = 1.0, double zeroPoint = 0.0)
        : zero(zeroPoint)
    {
        if (unit < 1.0 && unit > 0.0) {
            const double inverse = 1.0 / unit;
            // NOLINTNEXTLINE(bugprone-incorrect-roundings): lround is not constexpr, inverse is positive
            const auto whole = static_cast<qint64>(inverse + 0.5);
            const double error = inverse - static_cast<double>(whole);
            if (error < 1e-6 && error > -1e-6) {
                divisor = static_cast<double>(whole);
                return;
            }
        }
        factor = unit;
    }
    [[nodiscard]] constexpr double apply(double raw) const { return raw * factor / divisor + zero; }

    double factor = 1.0;
    double divisor = 1.0;
    double zero = 0.0;
};

/// One line of a protocol's field table. A field whose bytes are not all there stays unknown.
struct FieldRow
{
    using Target = std::variant<Number BatteryState::*, Count BatteryState::*>;

    quint16 offset;
    Wire wire;
    Target target;
    Scale scale{};
};

/// One bit of a byte or word.
struct FlagRow
{
    quint16 offset;
    Wire wire;
    quint8 bit;
    Flag BatteryState::*target;
    bool inverted = false;
};

/// One bit of an alarm word. Several rows may name one alarm; the highest raised level counts.
struct AlarmRow
{
    quint8 bit;
    AlarmName alarm;
    AlarmLevel level;
};

/// Where a list of equal numbers lies; how many is told when decoding.
struct ListRow
{
    quint16 offset;
    Wire wire;
    quint16 stride;
    Numbers BatteryState::*target;
    Scale scale{};
};

void decodeFields(std::span<const FieldRow> rows, Bytes payload, BatteryState &to);
void decodeFlags(std::span<const FlagRow> rows, Bytes payload, BatteryState &to);
/// Marks every alarm of the table as supported and raises those whose bit is set in \a word.
void decodeAlarms(std::span<const AlarmRow> rows, quint64 word, AlarmSet &to);
/// Decodes up to \a count elements, fewer where the bytes end. \return how many there were.
int decodeList(const ListRow &row, int count, Bytes payload, BatteryState &to);
/// A protection word of any width, most significant byte first. What is wider than a signed 64-bit number
/// means as much as the largest one.
[[nodiscard]] qint64 decodeWord(Bytes bytes);
/// Text without NUL, control characters and surrounding blanks; nothing where none is left. Bytes outside
/// ASCII become '?', since BMS texts have no encoding.
[[nodiscard]] Text decodeText(Bytes bytes);

} // namespace sb
