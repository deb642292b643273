// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/settings.h"

namespace sb::control {

Settings::Settings()
{
    charge.cellVoltage = Curve({3.375, 3.400, 3.425, 3.450, 3.500}, {1, 0.25, 0.05, 0.005, 0});
    charge.temperature = Curve({0, 2, 5, 10, 40, 45, 50, 55}, {0, 0.25, 0.5, 1, 1, 0.5, 0.25, 0});
    charge.mosfet = Curve({70, 80, 90}, {1, 0.25, 0});
    charge.soc = Curve({85, 90, 95, 98}, {1, 0.5, 0.2, 0.1});
    discharge.maximum = 60;
    discharge.cellVoltage = Curve({2.8, 2.9, 3.0, 3.1, 3.19}, {0, 0.005, 0.05, 0.25, 1});
    discharge.temperature = Curve({-10, 0, 5, 10, 40, 45, 50, 55}, {0, 0.25, 0.5, 1, 1, 0.5, 0.25, 0});
    discharge.mosfet = Curve({70, 80, 90}, {1, 0.25, 0});
    discharge.soc = Curve({5, 10, 15, 20}, {0.1, 0.2, 0.5, 1});
    for (int i = 0; i < sensorCount; ++i)
        temperatureNames[static_cast<size_t>(i)] = QStringLiteral("Temp %1").arg(i + 1);
}

} // namespace sb::control
