// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ant/antprotocol.h"

namespace sb::ant {

/// What is switched, and whether on or off.
struct Wish
{
    Control control = Control::Charge; ///< Charge, Discharge or Balancing
    bool on = false;
};

/// Gives the password, switches, and reads the status until it shows what was wished.
///
/// New protocol: the password always goes first, and password and switch are acknowledged. Old protocol: the
/// password only where one is given; nothing is acknowledged, so the status alone tells.
/// \a form Unknown: the new protocol, and the old one where the password stays unanswered.
[[nodiscard]] std::unique_ptr<Procedure> switchTo(const Wish &wish, Form form, const QByteArray &password);

} // namespace sb::ant
