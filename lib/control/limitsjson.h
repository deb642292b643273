// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/chargecontrol.h"

#include <QJsonObject>

namespace sb {

/// The limits of a battery and why they are so, as every JSON of a battery holds them below `limits`.
/// \a now: ms of the clock of \a control.
[[nodiscard]] QJsonObject limitsJson(const control::ChargeControl &control, qint64 now);

} // namespace sb
