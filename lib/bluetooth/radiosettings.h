// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace sb {

/// What is done when Bluetooth as a whole seems to hang.
struct RadioSettings
{
    /// How the Bluetooth service is started anew when nothing else helped; empty: never.
    QStringList restartCommand{};
    /// So long without any link on an adapter, though its batteries are heard, until its power is switched
    /// off and on; and again until the service is started anew.
    int troubleMs = 120000;
};

} // namespace sb
