// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"
#include "app/line.h"
#include "app/options.h"

namespace sb {

/// The line configurations that --port, --ble, --bms and --address mean. Prints the error and gives the exit
/// code where they mean none.
[[nodiscard]] std::optional<int> lineConfigs(const Options &options, const Environment &environment,
                                             std::vector<LineConfig> &configs);
/// The same for these ports and Bluetooth batteries ("ID MAC").
[[nodiscard]] std::optional<int> lineConfigs(const Options &options, const Environment &environment,
                                             const QStringList &ports, const QStringList &bluetooth,
                                             std::vector<LineConfig> &configs);
/// "1", "0x01" or "0x01,0x02".
[[nodiscard]] std::optional<std::vector<int>> parseAddresses(const QString &text);

/// A line over a serial port or Bluetooth.
[[nodiscard]] std::unique_ptr<Line> makeLine(const LineConfig &config, const Environment &environment,
                                             Clock &clock, DetectionCache *cache, TrafficTap *tap = nullptr);
/// Where this user's programs keep what they learn; the folder need not exist.
[[nodiscard]] QString stateFolder();

/// What a command does with its battery; it calls \a finish with the exit code when it is done.
using BatteryAction = std::function<void(Battery &battery, const std::function<void(int)> &finish)>;

/// Connects to the battery that \a options name, runs \a action on it in the event loop and ends cleanly.
/// \return the exit code: 3 when the port can't be used, 1 when nothing answers.
[[nodiscard]] int withBattery(const Options &options, const Environment &environment,
                              const BatteryAction &action, TrafficTap *tap = nullptr);

} // namespace sb
