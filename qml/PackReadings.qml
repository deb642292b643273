// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import SerialBattery

/// Voltage, current and power side by side, each as wide as the others.
RowLayout {
    id: readings

    required property BatteryModel battery

    readonly property color flowColor: {
        switch (Format.directionIcon(battery.current)) {
        case "up":
            return Theme.good;
        case "down":
            return Theme.accent;
        default:
            return Theme.muted;
        }
    }

    spacing: Theme.spacing

    Reading {
        Layout.fillWidth: true
        Layout.preferredWidth: 1
        label: qsTr("Voltage")
        value: readings.battery.voltage
        decimals: 2
        unit: "V"
    }
    Reading {
        Layout.fillWidth: true
        Layout.preferredWidth: 1
        label: qsTr("Current")
        value: readings.battery.current
        decimals: 1
        unit: "A"
        note: Format.known(value) ? Format.directionWord(value) : ""
        noteIcon: Format.known(value) ? Format.directionIcon(value) : ""
        noteColor: readings.flowColor
    }
    Reading {
        Layout.fillWidth: true
        Layout.preferredWidth: 1
        label: qsTr("Power")
        value: readings.battery.power
        decimals: 0
        unit: "W"
    }
}
