// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <span>

namespace sb::config {

enum class KeyType : quint8 {
    Word,
    Text,
    WordList,
    Bool,
    Switch, ///< only the word false disables
    Integer,
    Float,
    FloatList,
    IntegerList,
    HexList, ///< bytes, kept as they were written
};

/// One option of config.ini. This table is the one home of names, defaults and bounds: the parser, the
/// documentation and the tests follow it. Texts are marked for translation in the context "Configuration".
struct KeyInfo
{
    const char *name;
    const char *group;
    KeyType type;
    const char *standard; ///< default, as it stands in a file
    const char *unit;
    double minimum; ///< of numbers and of each number in a list
    double maximum;
    const char *empty;   ///< what an empty value means; null: nothing, the default is taken
    const char *partner; ///< list of equal length that is only valid together with this one; null: none
    const char *meaning;
};

[[nodiscard]] std::span<const KeyInfo> keys();
/// Without regard to case.
[[nodiscard]] std::optional<size_t> findKey(QStringView name);

/// How the value of an old key becomes that of its successor.
enum class Conversion : quint8 {
    Same,
    None,              ///< can't be: ignored
    LinearToMode,      ///< True 1, False 2
    IntegralToMode,    ///< True 2, False 1
    SpreadToDeviation, ///< minus SWITCH_TO_FLOAT_CELL_VOLTAGE_DIFF
    SourceToList,      ///< 0 all sensors, else the one
    DecimalToHex,
    SocSteps, ///< three limits and three fractions become two lists
};

struct RenamedKey
{
    const char *old;
    const char *key; ///< null: there is no successor
    Conversion conversion;
};
[[nodiscard]] std::span<const RenamedKey> renamedKeys();

/// A BMS_TYPE that dbus-serialbattery knows and this program leaves out on purpose.
struct UnsupportedType
{
    const char *type;
    const char *reason; ///< marked for translation in the context "Configuration"
};
[[nodiscard]] std::span<const UnsupportedType> unsupportedTypes();
/// Why \a type is left out, translated; empty: it is not. Without regard to case.
[[nodiscard]] QString unsupportedReason(QStringView type);

} // namespace sb::config
