// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "control/settings.h"

namespace sb::control {

/// Temperatures as control may use them: clamped, adjusted, held for ten seconds when a sensor is missing.
class TemperatureGuard
{
public:
    explicit TemperatureGuard(const Settings &settings)
        : m_settings(settings)
    {}

    static constexpr qint64 holdMs = 10000;

    void update(const BatteryState &state, qint64 now);

    /// Per sensor, adjusted, degC. Sensors beyond the fourth are not adjusted and not used for limits.
    [[nodiscard]] const Numbers &sensors() const { return m_sensors; }
    [[nodiscard]] Number mosfet() const { return m_mosfet; }
    /// Mean of the chosen sensors, one decimal.
    [[nodiscard]] Number mean() const { return m_mean; }
    [[nodiscard]] Number lowest() const { return m_lowest; }
    [[nodiscard]] Number highest() const { return m_highest; }
    /// Number of the sensor from 1; nothing when only the extremes are known.
    [[nodiscard]] std::optional<int> lowestSensor() const { return m_lowestSensor; }
    [[nodiscard]] std::optional<int> highestSensor() const { return m_highestSensor; }
    /// A chosen sensor that was there is missing for longer than can be bridged.
    [[nodiscard]] bool isLost() const { return m_lost; }
    [[nodiscard]] bool isMosfetLost() const { return m_mosfetLost; }

private:
    struct Held
    {
        double value = 0;
        qint64 at = 0;
        bool known = false;
    };
    struct Bridged
    {
        Number value;
        bool lost = false;
    };
    [[nodiscard]] static Bridged bridge(Held &held, const Number &raw, const Adjustment &adjust, qint64 now);

    const Settings &m_settings;
    std::vector<Held> m_held;
    Held m_heldMosfet;
    Held m_heldLowest;
    Held m_heldHighest;
    Numbers m_sensors;
    Number m_mosfet;
    Number m_mean;
    Number m_lowest;
    Number m_highest;
    std::optional<int> m_lowestSensor;
    std::optional<int> m_highestSensor;
    bool m_lost = false;
    bool m_mosfetLost = false;
};

} // namespace sb::control
