// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/chargecontrol.h"
#include "model/batterymodel.h"
#include "venus/batteryvalues.h"

namespace sb {

/// What charge control decided and a battery said, as a service publishes it. \a values keeps its memory, so
/// that a poll allocates next to nothing.
void fillValues(const BatteryModel &model, const control::ChargeControl &control, BatteryValues &values);

} // namespace sb
