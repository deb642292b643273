// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/profile.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sb {
Profile Profile::constant(double amperes)
{
    Profile profile;
    profile.m_constant = amperes;
    return profile;
}

Profile Profile::lively()
{
    Profile profile;
    profile.m_kind = Kind::Lively;
    return profile;
}

Profile Profile::steps(std::vector<Step> steps, bool repeat)
{
    Profile profile;
    profile.m_kind = Kind::Steps;
    profile.m_steps = std::move(steps);
    profile.m_repeat = repeat;
    return profile;
}

double Profile::currentAt(double seconds) const
{
    switch (m_kind) {
    case Kind::Constant:
        return m_constant;
    case Kind::Lively: {
        constexpr double day = 600; // seconds
        constexpr double tau = 2 * std::numbers::pi;
        const double sun = std::max(0.0, std::sin(seconds / day * tau));
        const double clouds = 0.75 + 0.25 * std::sin(seconds / 17 * tau) * std::sin(seconds / 41 * tau);
        const double house = 9 + 4 * std::sin(seconds / 97 * tau) + (std::fmod(seconds, 73) < 12 ? 22 : 0);
        return 70 * sun * clouds - house;
    }
    case Kind::Steps:
        break;
    }
    double length = 0;
    for (const Step &step : m_steps)
        length += step.seconds;
    if (m_steps.empty() || length <= 0)
        return 0;
    double at = m_repeat ? std::fmod(seconds, length) : seconds;
    for (const Step &step : m_steps) {
        if (at < step.seconds)
            return step.current;
        at -= step.seconds;
    }
    return m_steps.back().current;
}

} // namespace sb
