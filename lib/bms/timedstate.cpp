// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/timedstate.h"

#include <algorithm>
#include <utility>

namespace sb {
namespace {

size_t index(Field field) { return static_cast<size_t>(field); }

/// What deriveFields() makes a value from: it is as old as the older of these.
struct Derived
{
    Field field;
    Field from;
    Field alsoFrom;
};
constexpr std::array<Derived, 5> derivedFields = {{
    {Field::power, Field::voltage, Field::current},
    {Field::cellCount, Field::cellVoltages, Field::cellVoltages},
    {Field::balancing, Field::cellBalancing, Field::cellBalancing},
    {Field::minCellTemperature, Field::temperatures, Field::temperatures},
    {Field::maxCellTemperature, Field::temperatures, Field::temperatures},
}};

/// Newer alarms and counters may come in several messages, each knowing only some: those add up, all else
/// replaces.
template<typename T>
void take(T &to, const T &from)
{
    to = from;
}
void take(AlarmSet &to, const AlarmSet &from) { to.merge(from); }
void take(EventCounters &to, const EventCounters &from)
{
    for (size_t i = 0; i < from.size(); ++i) {
        if (from[i])
            to[i] = from[i];
    }
}

} // namespace

std::optional<qint64> TimedState::readAt(Field field) const
{
    const qint64 at = m_readAt[index(field)];
    return at == never ? std::nullopt : std::optional<qint64>(at);
}

std::optional<qint64> TimedState::age(Field field, qint64 now) const
{
    const std::optional<qint64> at = readAt(field);
    return at ? std::optional<qint64>(now - *at) : std::nullopt;
}

FieldSet TimedState::merge(const BatteryState &update, qint64 now)
{
    visitFields(
        [&](Field field, auto &given, const auto &fresh) {
            // Notices come as a whole with the alarms; none raised is an answer too.
            if constexpr (std::is_same_v<std::decay_t<decltype(fresh)>, NoticeSet>) {
                if (!update.alarms.isEmpty() || fresh.any())
                    given = fresh;
                else
                    return;
            } else {
                if (!isKnown(fresh))
                    return;
                take(given, fresh);
            }
            m_readAt[index(field)] = now;
        },
        m_given, update);
    return rebuild();
}

FieldSet TimedState::expire(FieldKind kind, qint64 before)
{
    visitFields(
        [&](Field field, auto &given) {
            if (fieldInfo(field).kind != kind || m_readAt[index(field)] == never ||
                m_readAt[index(field)] >= before)
                return;
            given = std::decay_t<decltype(given)>{};
            m_readAt[index(field)] = never;
        },
        m_given);
    return rebuild();
}

void TimedState::clear()
{
    m_given.clear();
    m_values.clear();
    m_readAt.fill(never);
}

FieldSet TimedState::rebuild()
{
    FieldSet changed;
    m_next = m_given;
    deriveFields(m_next);
    visitFields(
        [&](Field field, const auto &was, const auto &is) { changed.set(index(field), !(was == is)); },
        m_values, m_next);
    std::swap(m_values, m_next);
    const FieldSet given = knownFields(m_given);
    const FieldSet known = knownFields(m_values);
    for (const Derived &derived : derivedFields) {
        if (given.test(index(derived.field)))
            continue;
        m_readAt[index(derived.field)] =
            known.test(index(derived.field))
                ? std::min(m_readAt[index(derived.from)], m_readAt[index(derived.alsoFrom)])
                : never;
    }
    return changed;
}

} // namespace sb
