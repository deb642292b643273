// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "bms/bytes.h"
#include "bms/parameter.h"

#include <span>

namespace sb {
struct Update;
}

namespace sb::jbd {

/// How a setting lies in its register.
enum class Coding : quint8 {
    Unsigned, ///< u16, or some bits of it
    Signed,   ///< s16
    Negated,  ///< s16, stored negative, shown positive
    Kelvin,   ///< 0.1 K, 2731 = 0 degC
    Choice,   ///< index into a list of values
    Flags,    ///< a word of switches
    Date,
    Text, ///< a length byte, then ASCII
};

/// Where in the 16-bit register the setting is; several may share one.
struct BitField
{
    quint8 shift = 0;
    quint8 width = 16;
    [[nodiscard]] constexpr quint16 mask() const
    {
        return static_cast<quint16>(((1U << width) - 1U) << shift);
    }
};

/// One setting of the board: a line of the register map.
struct ParameterRow
{
    quint8 reg;
    const char *id;
    const char *name;
    const char *group;
    Coding coding;
    const char *unit;
    int decimals; ///< also says what one raw unit is worth: 0.1 to this power
    double minimum;
    double maximum;
    bool dangerous = false;
    BitField bits{};
    std::span<const quint16> choices{};
};

[[nodiscard]] std::span<const ParameterRow> parameterRows();
/// Null when there is none.
[[nodiscard]] const ParameterRow *findParameter(QStringView id);
/// False for registers that mean something else on boards with the addressed frame.
[[nodiscard]] bool isSetting(quint8 reg, bool addressed);
[[nodiscard]] const std::vector<ParameterInfo> &parameterInfos(bool addressed);

/// What goes into a register: the bits of \a mask, or a text with its length byte.
struct RegisterValue
{
    quint16 mask = 0; ///< 0: a text
    quint16 bits = 0;
    QByteArray text;
};
/// Nothing where the setting can't have this value.
[[nodiscard]] std::optional<RegisterValue> encodeParameter(const ParameterRow &row, const QVariant &value);
/// Nothing where the raw value has no meaning.
[[nodiscard]] std::optional<QVariant> decodeParameter(const ParameterRow &row, Bytes data);

/// All settings in the register, and what they tell about the battery. False, and nothing in \a to touched,
/// where the data can't be of this register.
[[nodiscard]] bool decodeSettings(quint8 reg, Bytes data, Update &to);

} // namespace sb::jbd
