// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/plausibility.h"

#include <algorithm>
#include <cmath>

namespace sb {
namespace {

constexpr std::array<PlausibilityLimit, 21> limits = {{
    {Field::voltage, 0, 1000, 0,
     "no battery behind these protocols has more than 1000 V; steps are judged by the cells"},
    {Field::current, -1000, 1000, 0, "no board measures more; a current may step by any amount at once"},
    {Field::power, -1000000, 1000000, 0, "1000 V times 1000 A"},
    {Field::soc, -5, 105, 20,
     "a board may overshoot by some percent; 20 points within 10 s are a jump, not a charge"},
    {Field::soh, 0, 110, 0, "a new pack may show somewhat more than 100 %"},
    {Field::capacityAh, 0, 5000, 0, "the largest packs on these boards have 2000 Ah"},
    {Field::remainingAh, 0, 5500, 0, "as the capacity, with some percent of overshoot"},
    {Field::cycles, 0, 100000, 0, "a century of three cycles a day"},
    {Field::cellCount, 1, 64, 0, "no protocol here has room for more"},
    {Field::cellVoltages, 0, 5, 0.6,
     "no lithium chemistry exceeds 4.5 V; a dead cell or broken sense wire reads down to 0 V and must be "
     "seen; load "
     "steps move a cell by some 0.3 V"},
    {Field::minCellVoltage, 0, 5, 0.6, "as a cell"},
    {Field::maxCellVoltage, 0, 5, 0.6, "as a cell"},
    {Field::temperatures, -50, 150, 15,
     "beyond the range of the sensors: an open or shorted one; heat moves slowly through a pack"},
    {Field::minCellTemperature, -50, 150, 15, "as a sensor"},
    {Field::maxCellTemperature, -50, 150, 15, "as a sensor"},
    {Field::mosfetTemperature, -50, 200, 40,
     "silicon fails above; it warms fast, but not by 40 degrees at once"},
    {Field::maxChargeCurrent, 0, 5000, 0, "a magnitude; 0 means that the BMS allows none"},
    {Field::maxDischargeCurrent, 0, 5000, 0, "a magnitude; 0 means that the BMS allows none"},
    {Field::maxVoltage, 0, 1000, 0, "as the pack voltage"},
    {Field::minVoltage, 0, 1000, 0, "as the pack voltage"},
    {Field::balanceCurrent, -50, 50, 0, "the strongest active balancers move 20 A"},
}};

const PlausibilityLimit *limitOf(Field field)
{
    for (const PlausibilityLimit &limit : limits) {
        if (limit.field == field)
            return &limit;
    }
    return nullptr;
}

} // namespace

std::span<const PlausibilityLimit> plausibilityLimits() { return limits; }

const std::vector<ImplausibleReading> &Plausibility::check(BatteryState &update, const TimedState &before,
                                                           qint64 now)
{
    m_found.clear();
    const auto recent = [&](Field field) {
        const std::optional<qint64> age = before.age(field, now);
        return age && *age <= stepWindowMs;
    };
    visitFields(
        [&](Field field, auto &value, const auto &was) {
            using T = std::decay_t<decltype(value)>;
            const PlausibilityLimit *limit = limitOf(field);
            if (!limit || !isKnown(value))
                return;
            if constexpr (std::is_same_v<T, Number> || std::is_same_v<T, Count>) {
                const auto previous =
                    recent(field) && was ? std::optional<double>(static_cast<double>(*was)) : std::nullopt;
                if (!judge(*limit, -1, static_cast<double>(*value), previous, now,
                           m_scalar[static_cast<size_t>(field)]))
                    value.reset();
            } else if constexpr (std::is_same_v<T, Numbers>) {
                auto &streaks = m_lists[field == Field::cellVoltages ? 0 : 1];
                const bool compare = recent(field) && was.size() == value.size();
                for (size_t i = 0; i < value.size(); ++i) {
                    if (!value[i])
                        continue;
                    if (i >= maxElements) {
                        m_found.push_back({field, static_cast<int>(i), *value[i], false, false});
                        value[i].reset();
                        continue;
                    }
                    std::optional<double> previous = compare ? was[i] : std::nullopt;
                    if (compare && !previous && streaks[i].count > 0 &&
                        now - streaks[i].since <= stepWindowMs)
                        previous = streaks[i].believed;
                    if (!judge(*limit, static_cast<int>(i), *value[i], previous, now, streaks[i]))
                        value[i].reset();
                }
            }
        },
        update, before.values());
    m_dropped += m_found.size();
    return m_found;
}

bool Plausibility::judge(const PlausibilityLimit &limit, int index, double value,
                         std::optional<double> previous, qint64 now, Streak &streak)
{
    const bool outside = !std::isfinite(value) || value < limit.minimum || value > limit.maximum;
    const bool jumped = !outside && !m_stepsAllowed && limit.maximumStep > 0 && previous &&
                        std::abs(value - *previous) > limit.maximumStep;
    if (!outside && !jumped) {
        streak = {};
        return true;
    }
    if (streak.count == 0 && !streak.believed) {
        streak.believed = previous;
        streak.since = now;
    }
    // A jump counts only while the readings agree with each other: three different absurdities prove nothing.
    if (jumped && streak.count > 0 && std::abs(value - streak.value) > limit.maximumStep)
        streak.count = 0;
    streak.value = value;
    streak.count = static_cast<quint8>(std::min(streak.count + 1, 200));
    if (jumped && streak.count >= implausibleInARow) {
        m_found.push_back({limit.field, index, value, true, true});
        --m_dropped; // reported, but believed from now on
        streak = {};
        return true;
    }
    m_found.push_back({limit.field, index, value, jumped, streak.count == implausibleInARow});
    return false;
}

void Plausibility::reset()
{
    m_scalar.fill({});
    for (auto &list : m_lists)
        list.fill({});
}

} // namespace sb
