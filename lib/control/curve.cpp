// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/curve.h"

#include <algorithm>

namespace sb::control {

Curve::Curve(std::vector<double> x, std::vector<double> y)
{
    if (x.empty() || x.size() != y.size())
        return;
    if (x.front() > x.back()) {
        std::reverse(x.begin(), x.end());
        std::reverse(y.begin(), y.end());
    }
    m_x = std::move(x);
    m_y = std::move(y);
}

double Curve::at(double x, Step step) const
{
    if (x <= m_x.front())
        return m_y.front();
    if (x >= m_x.back())
        return m_y.back();
    const auto above = static_cast<size_t>(std::upper_bound(m_x.begin(), m_x.end(), x) - m_x.begin());
    const size_t below = above - 1;
    switch (step) {
    case Step::Lower:
        return m_y[below];
    case Step::Upper:
        return m_y[above];
    case Step::None:
        break;
    }
    return m_y[below] + (m_y[above] - m_y[below]) * (x - m_x[below]) / (m_x[above] - m_x[below]);
}

} // namespace sb::control
