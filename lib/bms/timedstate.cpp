// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/timedstate.h"

#include <utility>

namespace sb {
namespace {

size_t index(Field field) { return static_cast<size_t>(field); }

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
    bool measured = false;
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
            measured = measured || fieldInfo(field).kind == FieldKind::Measurement;
        },
        m_given, update);
    const FieldSet changed = rebuild();
    visitFields(
        [&](Field field, const auto &given, const auto &value) {
            if (!isKnown(given) && isKnown(value) && (measured || m_readAt[index(field)] == never))
                m_readAt[index(field)] = now;
        },
        m_given, m_values);
    return changed;
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
    return changed;
}

} // namespace sb
