// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/transport.h"

namespace sb {

TrafficTap::~TrafficTap() = default;
Transport::~Transport() = default;

} // namespace sb
