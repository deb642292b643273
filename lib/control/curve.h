// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace sb::control {

/// y over x, given at some points; outside them the end values hold.
class Curve
{
public:
    Curve() = default;
    bool operator==(const Curve &) const = default;
    /// Points in ascending or descending order of x. Lists of different or no length give an empty curve.
    Curve(std::vector<double> x, std::vector<double> y);

    [[nodiscard]] bool isEmpty() const { return m_x.empty(); }
    /// Ascending.
    [[nodiscard]] const std::vector<double> &x() const { return m_x; }
    [[nodiscard]] const std::vector<double> &y() const { return m_y; }

    /// Which of two neighbours holds between them in a stepped curve.
    enum class Step : unsigned char { None, Lower, Upper };
    /// \a x must be finite and the curve not empty.
    [[nodiscard]] double at(double x, Step step = Step::None) const;

private:
    std::vector<double> m_x;
    std::vector<double> m_y;
};

} // namespace sb::control
