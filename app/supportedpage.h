// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"

namespace sb {

/// Names for JSON and lists: "serial", "set-soc".
[[nodiscard]] QString transportKey(TransportKind kind);
[[nodiscard]] QString controlKey(Control control);

/// docs/supported-bms.md, from what the drivers say about themselves.
[[nodiscard]] QString supportedPage(const DriverRegistry &drivers);

} // namespace sb
