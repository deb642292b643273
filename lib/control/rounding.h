// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <optional>

namespace sb::control {

/// To a whole number of 1/steps as the decimal number says: 32.45 (in binary a little more) to 32.5, 13.25 (a
/// true half) to the even 13.2.
[[nodiscard]] inline double rounded(double value, double steps)
{
    double whole = std::nearbyint(value * steps);
    const double rest = std::fma(value, steps, -whole); // exact, where the product above was not
    if (rest > 0.5)
        whole += 1;
    else if (rest < -0.5)
        whole -= 1;
    return whole / steps;
}

[[nodiscard]] inline std::optional<double> rounded(const std::optional<double> &value, double steps)
{
    return value ? std::optional<double>(rounded(*value, steps)) : value;
}

/// What is not a number, or beyond anything a battery can have, is not known.
[[nodiscard]] inline std::optional<double> finite(const std::optional<double> &value)
{
    constexpr double beyondAnything = 1e9;
    return value && std::abs(*value) < beyondAnything ? value : std::nullopt;
}

} // namespace sb::control
