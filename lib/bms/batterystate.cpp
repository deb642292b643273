// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/batterystate.h"

#include <QJsonArray>
#include <QJsonObject>
#include <cmath>

namespace sb {
namespace {

constexpr std::array<const char *, alarmCount> alarmNames = {
    "LowVoltage",
    "HighVoltage",
    "LowCellVoltage",
    "HighCellVoltage",
    "LowSoc",
    "StateOfHealth",
    "HighChargeCurrent",
    "HighDischargeCurrent",
    "CellImbalance",
    "InternalFailure",
    "HighChargeTemperature",
    "LowChargeTemperature",
    "HighTemperature",
    "LowTemperature",
    "BmsCable",
    "HighInternalTemperature",
    "FuseBlown",
};

constexpr std::array<const char *, eventCounterCount> counterKeys = {
    "shortCircuitCount",           "chargeOvercurrentCount",        "dischargeOvercurrentCount",
    "cellOvervoltageCount",        "cellUndervoltageCount",         "chargeOvertemperatureCount",
    "chargeUndertemperatureCount", "dischargeOvertemperatureCount", "dischargeUndertemperatureCount",
    "packOvervoltageCount",        "packUndervoltageCount",
};

constexpr std::array<const char *, noticeCount> noticeKeys = {"lockedByCommand", "chargeTimeout",
                                                              "capacityUnitDoubtful"};

double rounded(double value, int decimals)
{
    const double factor = std::pow(10.0, decimals);
    return std::round(value * factor) / factor + 0.0; // + 0.0: no negative zero in print
}

/// Digits after the point that the unit of a field can mean; cell voltages and resistances have their own.
int decimalsOf(Field field)
{
    switch (field) {
    case Field::cellResistances:
        return 6;
    case Field::temperatures:
    case Field::mosfetTemperature:
    case Field::minCellTemperature:
    case Field::maxCellTemperature:
        return 1;
    default:
        return 3;
    }
}

QJsonValue json(const Text &value, Field) { return *value; }
QJsonValue json(const Date &value, Field) { return value->toString(Qt::ISODate); }
QJsonValue json(const Number &value, Field field) { return rounded(*value, decimalsOf(field)); }
QJsonValue json(const Count &value, Field) { return *value; }
QJsonValue json(const Flag &value, Field) { return *value; }
QJsonValue json(const QStringList &value, Field) { return QJsonArray::fromStringList(value); }
QJsonValue json(const Numbers &value, Field field)
{
    QJsonArray array;
    for (const std::optional<double> &element : value)
        array.append(element ? QJsonValue(rounded(*element, decimalsOf(field))) : QJsonValue());
    return array;
}
QJsonValue json(const Flags &value, Field)
{
    QJsonArray array;
    for (const bool element : value)
        array.append(element);
    return array;
}
QJsonValue json(const AlarmSet &value, Field)
{
    QJsonObject object;
    for (int i = 0; i < alarmCount; ++i) {
        const auto name = static_cast<AlarmName>(i);
        if (const auto level = value.level(name); level && *level != AlarmLevel::Ok)
            object.insert(alarmText(name), static_cast<int>(*level));
    }
    return object;
}
QJsonValue json(const EventCounters &value, Field)
{
    QJsonObject object;
    for (int i = 0; i < eventCounterCount; ++i) {
        if (value[static_cast<size_t>(i)])
            object.insert(eventCounterKey(static_cast<EventCounter>(i)), *value[static_cast<size_t>(i)]);
    }
    return object;
}
QJsonValue json(const NoticeSet &value, Field)
{
    QJsonArray array;
    for (int i = 0; i < noticeCount; ++i) {
        if (value.test(static_cast<size_t>(i)))
            array.append(QString(noticeKey(static_cast<Notice>(i))));
    }
    return array;
}

} // namespace

QLatin1String alarmText(AlarmName name) { return QLatin1String(alarmNames[static_cast<size_t>(name)]); }

std::optional<AlarmName> alarmFromText(QStringView text)
{
    for (size_t i = 0; i < alarmNames.size(); ++i) {
        if (text == QLatin1String(alarmNames[i]))
            return static_cast<AlarmName>(i);
    }
    return std::nullopt;
}

bool AlarmSet::isEmpty() const
{
    for (const auto &level : m_levels) {
        if (level)
            return false;
    }
    return true;
}

void AlarmSet::merge(const AlarmSet &newer)
{
    for (size_t i = 0; i < m_levels.size(); ++i) {
        if (newer.m_levels[i])
            m_levels[i] = newer.m_levels[i];
    }
}

QLatin1String noticeKey(Notice notice) { return QLatin1String(noticeKeys[static_cast<size_t>(notice)]); }
QLatin1String eventCounterKey(EventCounter counter)
{
    return QLatin1String(counterKeys[static_cast<size_t>(counter)]);
}

const FieldInfo &fieldInfo(Field field)
{
#define SB_X(type, name, kind, unit, meaning)                                                                \
    {QLatin1String(#name), FieldKind::kind, QLatin1String(unit), QLatin1String(meaning)},
    static constexpr std::array<FieldInfo, fieldCount> infos = {{SB_BATTERY_FIELDS(SB_X)}};
#undef SB_X
    return infos[static_cast<size_t>(field)];
}

bool isKnown(const EventCounters &value)
{
    for (const auto &counter : value) {
        if (counter)
            return true;
    }
    return false;
}

void BatteryState::clear()
{
    visitFields(
        [](Field, auto &value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, Numbers> || std::is_same_v<T, Flags>)
                value.clear();
            else
                value = T{};
        },
        *this);
}

FieldSet knownFields(const BatteryState &state)
{
    FieldSet set;
    visitFields([&](Field field, const auto &value) { set.set(static_cast<size_t>(field), isKnown(value)); },
                state);
    return set;
}

std::optional<CellExtremes> cellExtremes(const Numbers &cells)
{
    std::optional<CellExtremes> found;
    for (size_t i = 0; i < cells.size(); ++i) {
        if (!cells[i])
            continue;
        const double value = *cells[i];
        const int at = static_cast<int>(i);
        if (!found) {
            found = CellExtremes{at, at, value, value};
            continue;
        }
        if (value < found->minimum) {
            found->minimum = value;
            found->lowest = at;
        }
        if (value > found->maximum) {
            found->maximum = value;
            found->highest = at;
        }
    }
    return found;
}

void deriveFields(BatteryState &state)
{
    if (!state.power && state.voltage && state.current)
        state.power = *state.voltage * *state.current;
    if (!state.cellCount && !state.cellVoltages.empty())
        state.cellCount = static_cast<qint64>(state.cellVoltages.size());
    if (!state.balancing && !state.cellBalancing.empty()) {
        state.balancing = false;
        for (const bool on : state.cellBalancing)
            state.balancing = *state.balancing || on;
    }
    if (!state.minCellTemperature && !state.maxCellTemperature) {
        if (const auto extremes = cellExtremes(state.temperatures)) {
            state.minCellTemperature = extremes->minimum;
            state.maxCellTemperature = extremes->maximum;
        }
    }
}

void writeJson(const BatteryState &state, QJsonObject &to)
{
    visitFields(
        [&](Field field, const auto &value) {
            if (isKnown(value))
                to.insert(fieldInfo(field).key, json(value, field));
        },
        state);
}

} // namespace sb
