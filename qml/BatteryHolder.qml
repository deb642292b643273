// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import SerialBattery

/// Gives a battery of the list to who is no view.
QtObject {
    required property BatteryModel battery
}
