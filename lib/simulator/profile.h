// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>
#include <vector>

namespace sb {

/// What chargers and loads want of a pack over time, A, positive = charging.
class Profile
{
public:
    [[nodiscard]] static Profile constant(double amperes);
    /// A sunny day in some minutes: charging that swells and fades, a house that draws in between.
    [[nodiscard]] static Profile lively();

    struct Step
    {
        double seconds;
        double current;
    };
    [[nodiscard]] static Profile steps(std::vector<Step> steps, bool repeat);

    [[nodiscard]] double currentAt(double seconds) const;

private:
    enum class Kind : quint8 { Constant, Lively, Steps };
    Kind m_kind = Kind::Constant;
    double m_constant = 0;
    std::vector<Step> m_steps;
    bool m_repeat = false;
};

} // namespace sb
