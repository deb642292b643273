// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/procedure.h"
#include "drivers/jbd/jbddriver.h"

namespace sb::jbd {

/// Bits of the FET lock: 1 holds the FET open. It is a lock; protections act beside it.
enum LockBit : quint8 { LockCharge = 1, LockDischarge = 2 };

// Every dialogue that enters the settings ("factory") mode leaves it again, whatever happens; the driver must
// outlive it.

/// Locks or releases one FET, keeps the other as last commanded, reads back what the FETs do.
[[nodiscard]] std::unique_ptr<Procedure> lockFets(JbdDriver &driver, LockBit bit, bool lock);
/// Sets the remaining capacity to \a percent of \a capacityAh; the board rounds to whole percent.
[[nodiscard]] std::unique_ptr<Procedure> setStateOfCharge(JbdDriver &driver, double percent,
                                                          double capacityAh);
/// Balances the odd (1) or even (2) cells for some seconds and reads which do.
[[nodiscard]] std::unique_ptr<Procedure> balanceTest(JbdDriver &driver, quint8 mode);
/// Reads settings, without the settings mode where the board allows it; all when \a ids is empty. Registers
/// that the board does not have are left out.
[[nodiscard]] std::unique_ptr<Procedure> readSettings(JbdDriver &driver, const QStringList &ids);
/// Writes settings, saves them, reads them back in a new session and compares.
[[nodiscard]] std::unique_ptr<Procedure> writeSettings(JbdDriver &driver,
                                                       const std::vector<ParameterValue> &values);

} // namespace sb::jbd
