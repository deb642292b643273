// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/jbd/jbdparameters.h"
#include "drivers/jbd/jbdprotocol.h"

namespace sb::jbd {

/// What a driver and its procedures tell each other.
struct Memory
{
    std::optional<quint16> fetLock; ///< as last commanded by us: bit 0 charge, bit 1 discharge held open
    std::optional<quint8> reg; ///< of the last setting read, with its bytes; nothing since a request went out
    std::vector<quint8> raw;
    bool passwordRefused = false; ///< by the radio module; giving it again could lock it
    bool settingsOpen = false;    ///< entered, and not known to be left: a lost link can do that
};

/// What every procedure needs.
struct Context
{
    Protocol protocol;
    std::shared_ptr<Memory> memory;
};

/// The dialogues of the board that take several requests. Each leaves the settings mode it may have opened,
/// however it ends, except when the line is gone.
///
/// Switches one FET and keeps the other as it was commanded last. \a control: Charge or Discharge.
[[nodiscard]] std::unique_ptr<Procedure> switchFet(Context context, Control control, bool on,
                                                   const BatteryState &now);
[[nodiscard]] std::unique_ptr<Procedure> switchBalancing(Context context, bool on);
/// \a percent: 0 to 100; the board keeps whole percents.
[[nodiscard]] std::unique_ptr<Procedure> setStateOfCharge(Context context, double percent,
                                                          const BatteryState &now);
/// Reads the registers of these settings, all when empty.
[[nodiscard]] std::unique_ptr<Procedure> readSettings(Context context, const QStringList &ids);
[[nodiscard]] std::unique_ptr<Procedure> writeSettings(Context context,
                                                       const std::vector<ParameterValue> &values);

enum class BalanceTest : quint8 { OddCells = 1, EvenCells = 2, AllClosed = 3 };
/// Switches these balancers on, reads the pack after a second (so that they are seen), switches them off.
[[nodiscard]] std::unique_ptr<Procedure> testBalancing(Context context, BalanceTest test);

} // namespace sb::jbd
