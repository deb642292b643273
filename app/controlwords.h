// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"

#include <QStringList>

namespace sb {

/// What the words of `command` ask for. Without a control it is a pause, value in minutes.
struct ControlRequest
{
    std::optional<Control> control;
    double value = 0; ///< 1 on, 0 off; percent; minutes
    QString word;     ///< "charge", "set-soc", "pause": also the name on D-Bus
};

[[nodiscard]] std::optional<ControlRequest> parseControl(const QStringList &words, QString *error);

} // namespace sb
