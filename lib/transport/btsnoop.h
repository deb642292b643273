// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "transport/captureformats.h"

namespace sb {

/// The Bluetooth log of Android ("HCI snoop log") and of btmon begins so.
[[nodiscard]] bool isBtsnoop(const QByteArray &content);
/// Writes and notifications of the attribute protocol, of the connection that has most of them.
[[nodiscard]] ImportResult importBtsnoop(const QByteArray &content, const QString &name,
                                         const ImportOptions &options);

} // namespace sb
