// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"

#include <QSet>

namespace sb {

/// Everything that a driver can put on the wire, as VectorPeer::textOf() writes it: its requests, and what
/// its procedures ask when all goes well, and when any one step is refused or stays without answer.
[[nodiscard]] QSet<QString> driverVoice(const DriverDescriptor &descriptor, const DriverConfig &config);

} // namespace sb
