// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/temperatureguard.h"

#include "control/rounding.h"

namespace sb::control {

TemperatureGuard::Bridged TemperatureGuard::bridge(Held &held, const Number &raw, const Adjustment &adjust,
                                                   qint64 now)
{
    if (raw && std::isfinite(*raw)) {
        // A broken sensor reads far off; the clamp turns that into a value that stops the current.
        const double clamped = rounded(std::clamp(*raw, -20.0, 100.0), 10);
        held = {clamped * adjust.slope + adjust.offset, now, true};
        return {held.value, false};
    }
    if (held.known && now - held.at <= holdMs)
        return {held.value, false};
    return {{}, held.known};
}

void TemperatureGuard::update(const BatteryState &state, qint64 now)
{
    constexpr size_t mostSensors = 64;
    if (m_held.size() < std::min(state.temperatures.size(), mostSensors))
        m_held.resize(std::min(state.temperatures.size(), mostSensors));
    m_sensors.assign(m_held.size(), std::nullopt);
    m_lowest.reset();
    m_highest.reset();
    m_lowestSensor.reset();
    m_highestSensor.reset();
    m_mean.reset();
    m_lost = false;

    double sum = 0;
    int known = 0;
    for (size_t i = 0; i < m_held.size(); ++i) {
        const Adjustment adjust = i < sensorCount ? m_settings.temperatureAdjust[i] : Adjustment();
        const Number raw = i < state.temperatures.size() ? state.temperatures[i] : Number();
        const Bridged sensor = bridge(m_held[i], raw, adjust, now);
        m_sensors[i] = sensor.value;
        const int number = static_cast<int>(i) + 1;
        const auto &sources = m_settings.temperatureSources;
        if (std::find(sources.begin(), sources.end(), number) == sources.end())
            continue;
        m_lost = m_lost || sensor.lost;
        if (!sensor.value)
            continue;
        sum += *sensor.value;
        ++known;
        if (!m_lowest || *sensor.value < *m_lowest) {
            m_lowest = sensor.value;
            m_lowestSensor = number;
        }
        if (!m_highest || *sensor.value >= *m_highest) {
            m_highest = sensor.value;
            m_highestSensor = number;
        }
    }
    if (m_held.empty()) { // some BMS give the extremes only
        const Bridged low = bridge(m_heldLowest, state.minCellTemperature, {}, now);
        const Bridged high = bridge(m_heldHighest, state.maxCellTemperature, {}, now);
        m_lowest = low.value;
        m_highest = high.value;
        m_lost = low.lost || high.lost;
        if (m_lowest && m_highest) {
            sum = *m_lowest + *m_highest;
            known = 2;
        }
    }
    if (known > 0)
        m_mean = rounded(sum / known, 10);

    const Bridged mosfet = bridge(m_heldMosfet, state.mosfetTemperature, m_settings.mosfetAdjust, now);
    m_mosfet = mosfet.value;
    m_mosfetLost = mosfet.lost;
}

} // namespace sb::control
