// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

#include <array>

namespace sb {

/// A battery state in which every value knows when it was read. Times are milliseconds of a monotonic clock
/// of the caller; this class never asks a clock.
class TimedState
{
public:
    TimedState() { m_readAt.fill(never); }

    /// What the BMS said, completed by deriveFields().
    [[nodiscard]] const BatteryState &values() const { return m_values; }
    /// When the field was last given by the BMS (a derived one: when its sources were); nothing when never.
    [[nodiscard]] std::optional<qint64> readAt(Field field) const;
    /// Milliseconds since the field was read, at \a now; nothing when it is unknown.
    [[nodiscard]] std::optional<qint64> age(Field field, qint64 now) const;

    /// Takes over what \a update knows and derives the rest. \return the fields whose value changed.
    FieldSet merge(const BatteryState &update, qint64 now);
    /// Makes the fields of \a kind unknown that were read before \a before. \return the fields that changed.
    FieldSet expire(FieldKind kind, qint64 before);
    void clear();

private:
    static constexpr qint64 never = -1;
    FieldSet rebuild();

    BatteryState m_given;  ///< what the BMS itself said
    BatteryState m_values; ///< the same with derived values
    BatteryState m_next;   ///< scratch, kept for its memory
    std::array<qint64, fieldCount> m_readAt{};
};

} // namespace sb
