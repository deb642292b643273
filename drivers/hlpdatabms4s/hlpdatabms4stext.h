// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// HLPdata BMS4S: a terminal that talks to people, used by machines. Text without checksum.
// Facts: a public driver for it. Nothing was verified on a device: spacing and units of real replies are not
// known, so what is not used may be any text, and what is used must be a number within its bounds.

#include "bms/batterystate.h"

#include <QByteArrayList>

namespace sb::hlpdatabms4s {

/// A measurement as the line after `m1` gives it.
struct Measurement
{
    Numbers cells; ///< V
    double current = 0;
    double soc = 0;
    bool charge = false;
    bool discharge = false;
    int beep = 0;
    Numbers temperatures; ///< degC, of the battery's sensors
    QStringList names;    ///< of these

    /// What two readings, one right after the other, of one battery can be. Without a checksum nothing else
    /// tells a wrong digit.
    [[nodiscard]] bool isNear(const Measurement &other) const;
    void write(BatteryState &to) const;
};

struct Settings
{
    Number capacity; ///< Ah
    Number cellHigh; ///< V
    Number cellLow;
    bool operator==(const Settings &) const = default;
    [[nodiscard]] bool isEmpty() const { return !capacity && !cellHigh && !cellLow; }
    void write(BatteryState &to) const;
};

/// A number with sign, fraction and perhaps a unit; nothing where there is anything else. `-5`, `21.5`, `12.5
/// A`.
[[nodiscard]] Number numberOf(const QByteArray &text);

/// Lines that are complete, without their ends.
[[nodiscard]] QByteArrayList linesOf(const QByteArray &text);

[[nodiscard]] std::optional<Measurement> measurementOf(const QByteArray &line);
/// The name and version; empty where it is not this device's.
[[nodiscard]] QString versionOf(const QByteArray &line);
/// What is known of all lines.
[[nodiscard]] Settings settingsOf(const QByteArray &text);

} // namespace sb::hlpdatabms4s
