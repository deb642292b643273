// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>

namespace sb {

/// How current what we know of a battery is.
enum class Condition : quint8 {
    Connecting, ///< nothing read yet
    Fresh,      ///< the last poll succeeded
    Stale,      ///< polls fail, but not for long
    Asleep,     ///< silent as this BMS is when it sleeps
    Lost,       ///< silent for so long that measurements mean nothing any more
    Paused,     ///< left alone on the user's wish
};
/// JSON text: "fresh", "stale", ...
[[nodiscard]] QLatin1String conditionKey(Condition condition);

/// Health of the way to one battery.
struct LinkStatus
{
    quint64 polls = 0;                ///< finished, good or not
    quint64 errors = 0;               ///< polls that failed
    std::optional<double> lastPollMs; ///< first request to last reply byte of the last good poll
    std::optional<double> goodShare;  ///< 0..1 of the last 100 polls
    double reconnectsPerHour = 0;
    double longestGapS = 0;  ///< between two good polls
    QString lastError;       ///< one line, empty when there was none
    std::optional<int> rssi; ///< dBm, Bluetooth
    std::optional<double> rssiAgeS;
    quint64 implausible = 0; ///< values dropped by the plausibility check
};

} // namespace sb
