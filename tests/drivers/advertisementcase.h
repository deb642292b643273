// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "vectorcase.h"

namespace sb {

/// Asks \a registry whose the case's advertisement is, and compares with what the case expects.
[[nodiscard]] VectorVerdict checkAdvertisement(const DriverRegistry &registry, const QJsonObject &vector);

} // namespace sb
