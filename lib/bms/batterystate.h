// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/alarms.h"

#include <QDate>
#include <QString>
#include <QStringList>
#include <bitset>
#include <optional>
#include <vector>

class QJsonObject;

namespace sb {

/// States that are neither measurement nor alarm, worth a line on the screen.
enum class Notice : quint8 {
    LockedByCommand,      ///< charge or discharge FET held open by a command, not by a protection
    ChargeTimeout,        ///< the BMS stopped charging after its time limit
    CapacityUnitDoubtful, ///< SoC and remaining / full capacity disagree: the BMS may count in a larger unit
};
inline constexpr int noticeCount = 3;
using NoticeSet = std::bitset<noticeCount>;
[[nodiscard]] QLatin1String noticeKey(Notice notice);

/// How often the BMS intervened, as it counts itself.
enum class EventCounter : quint8 {
    ShortCircuit,
    ChargeOvercurrent,
    DischargeOvercurrent,
    CellOvervoltage,
    CellUndervoltage,
    ChargeOvertemperature,
    ChargeUndertemperature,
    DischargeOvertemperature,
    DischargeUndertemperature,
    PackOvervoltage,
    PackUndervoltage,
};
inline constexpr int eventCounterCount = 11;
/// JSON key, such as `shortCircuitCount`.
[[nodiscard]] QLatin1String eventCounterKey(EventCounter counter);
using EventCounters = std::array<std::optional<int>, eventCounterCount>;

using Text = std::optional<QString>;
using Number = std::optional<double>;
using Count = std::optional<qint64>;
using Flag = std::optional<bool>;
using Date = std::optional<QDate>;
using Numbers =
    std::vector<std::optional<double>>; ///< empty: unknown; an element without value: that one is missing
using Flags = std::vector<bool>;        ///< empty: unknown

/// What a field is, which decides what becomes of it when the BMS falls silent.
enum class FieldKind : quint8 {
    Identity,    ///< does not change: stays
    Slow,        ///< settings, counters, capacity, state of charge: stays, marked with its age
    Measurement, ///< means nothing when it is old: becomes unknown
};

/// One line per value of a battery: type, name (also its JSON key), kind, unit, meaning. This list is the one
/// home of the set of values; storage, JSON, ages, change tracking and tests are made from it.
#define SB_BATTERY_FIELDS(X)                                                                                 \
    X(Text, productName, Identity, "", "name of the product, for people")                                    \
    X(Text, manufacturer, Identity, "", "maker or BMS type name")                                            \
    X(Text, deviceName, Identity, "", "name that the user stored in the BMS")                                \
    X(Text, uniqueId, Identity, "", "tells this pack from every other: serial number or the driver's best")  \
    X(Text, serialNumber, Identity, "", "as the BMS gives it")                                               \
    X(Text, hardwareVersion, Identity, "", "hardware version or model text of the BMS")                      \
    X(Text, firmwareVersion, Identity, "", "firmware of the BMS")                                            \
    X(Date, productionDate, Identity, "", "ISO date")                                                        \
    X(Number, voltage, Measurement, "V", "pack voltage")                                                     \
    X(Number, current, Measurement, "A", "positive = charging")                                              \
    X(Number, power, Measurement, "W", "positive = charging; voltage x current unless the BMS says")         \
    X(Number, soc, Slow, "%", "state of charge")                                                             \
    X(Number, soh, Slow, "%", "state of health")                                                             \
    X(Number, capacityAh, Slow, "Ah", "full capacity")                                                       \
    X(Number, remainingAh, Slow, "Ah", "charge left")                                                        \
    X(Count, cycles, Slow, "", "full charge and discharge cycles")                                           \
    X(Count, cellCount, Identity, "", "cells in series")                                                     \
    X(Numbers, cellVoltages, Measurement, "V", "in order, cell 1 first")                                     \
    X(Flags, cellBalancing, Measurement, "", "per cell: its balancer is on")                                 \
    X(Numbers, cellResistances, Slow, "ohm", "per cell or its wire, as the BMS measures it")                 \
    X(Number, minCellVoltage, Measurement, "V", "only where the BMS gives no cell list")                     \
    X(Number, maxCellVoltage, Measurement, "V", "only where the BMS gives no cell list")                     \
    X(Numbers, temperatures, Measurement, "degC",                                                            \
      "battery sensors in their order; one without value is missing")                                        \
    X(QStringList, temperatureNames, Identity, "", "names of the sensors where the BMS gives them")          \
    X(Number, mosfetTemperature, Measurement, "degC", "power stage")                                         \
    X(Number, minCellTemperature, Measurement, "degC", "lowest battery sensor")                              \
    X(Number, maxCellTemperature, Measurement, "degC", "highest battery sensor")                             \
    X(Flag, chargeAllowed, Measurement, "", "charge FET closed")                                             \
    X(Flag, dischargeAllowed, Measurement, "", "discharge FET closed")                                       \
    X(Flag, balancing, Measurement, "", "any cell balances")                                                 \
    X(Flag, balancerEnabled, Slow, "", "the balance switch in the settings")                                 \
    X(Number, balanceCurrent, Measurement, "A", "current of the balancer")                                   \
    X(Flag, heating, Measurement, "", "heater on")                                                           \
    X(Number, maxChargeCurrent, Slow, "A", "as stored in the BMS, never negative")                           \
    X(Number, maxDischargeCurrent, Slow, "A", "as stored in the BMS, never negative")                        \
    X(Number, maxVoltage, Slow, "V", "pack, as stored in the BMS")                                           \
    X(Number, minVoltage, Slow, "V", "pack, as stored in the BMS")                                           \
    X(Count, problemCode, Measurement, "", "raw protection word of the BMS")                                 \
    X(AlarmSet, alarms, Measurement, "", "levels by name")                                                   \
    X(EventCounters, history, Slow, "", "interventions counted by the BMS")                                  \
    X(NoticeSet, notices, Measurement, "", "states worth a line")

enum class Field : quint8 {
#define SB_X(type, name, kind, unit, meaning) name,
    SB_BATTERY_FIELDS(SB_X)
#undef SB_X
};
#define SB_X(type, name, kind, unit, meaning) +1 // NOLINT(bugprone-macro-parentheses): a term of the sum
inline constexpr int fieldCount = 0 SB_BATTERY_FIELDS(SB_X);
#undef SB_X
using FieldSet = std::bitset<fieldCount>;

struct FieldInfo
{
    QLatin1String key; ///< JSON key
    FieldKind kind;
    QLatin1String unit;
    QLatin1String meaning;
};
[[nodiscard]] const FieldInfo &fieldInfo(Field field);

/// What a battery said. Nothing in it is a default: a value that the BMS did not give is unknown.
struct BatteryState
{
#define SB_X(type, name, kind, unit, meaning) type name{};
    SB_BATTERY_FIELDS(SB_X)
#undef SB_X

    bool operator==(const BatteryState &) const = default;
    /// Everything unknown again; lists keep their memory, so that a poll allocates nothing.
    void clear();
};

template<typename T>
[[nodiscard]] bool isKnown(const std::optional<T> &value)
{
    return value.has_value();
}
[[nodiscard]] inline bool isKnown(const Numbers &value) { return !value.empty(); }
[[nodiscard]] inline bool isKnown(const Flags &value) { return !value.empty(); }
[[nodiscard]] inline bool isKnown(const QStringList &value) { return !value.isEmpty(); }
[[nodiscard]] inline bool isKnown(const AlarmSet &value) { return !value.isEmpty(); }
[[nodiscard]] inline bool isKnown(const NoticeSet &value) { return value.any(); }
[[nodiscard]] bool isKnown(const EventCounters &value);

/// Calls visitor(Field, member of each state ...) for every field: `visitFields(f, a, b)` gives f(field, a.x,
/// b.x).
template<typename Visitor, typename... States>
void visitFields(Visitor &&visitor, States &&...states)
{
#define SB_X(type, name, kind, unit, meaning) visitor(Field::name, (states.name)...);
    SB_BATTERY_FIELDS(SB_X)
#undef SB_X
}

/// Fields of \a state that are known.
[[nodiscard]] FieldSet knownFields(const BatteryState &state);

/// Fills what follows from the rest where the BMS did not say it: power, cell count, balancing, extremes of
/// temperature. Never touches a value that is there.
void deriveFields(BatteryState &state);

/// Lowest and highest cell: index from 0, the first of equals; nothing where no cell has a value.
struct CellExtremes
{
    int lowest = 0;
    int highest = 0;
    double minimum = 0; ///< V
    double maximum = 0; ///< V
};
[[nodiscard]] std::optional<CellExtremes> cellExtremes(const Numbers &cells);

/// The JSON of spec "JSON of a battery", as far as BatteryState goes; unknown fields are absent. Numbers are
/// rounded to what their unit can mean (1 mV, 1 mA, 0.1 degC ...), so that equal readings print equal text.
void writeJson(const BatteryState &state, QJsonObject &to);

} // namespace sb
