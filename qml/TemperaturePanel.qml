// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import SerialBattery

/// Every sensor with its name.
Card {
    id: panel

    required property BatteryModel battery

    title: qsTr("Temperatures")

    Repeater {
        model: panel.battery.temperatures.length
        InfoRow {
            required property int index
            label: panel.battery.temperatureNames[index] || qsTr("Sensor %1").arg(index + 1)
            value: Format.withUnit(panel.battery.temperatures[index], 1, "°C")
        }
    }
    InfoRow {
        visible: panel.battery.temperatures.length === 0
        label: qsTr("Battery")
        value: Format.dash
    }
    InfoRow {
        label: qsTr("MOSFET")
        value: Format.withUnit(panel.battery.mosfetTemperature, 1, "°C")
    }
}
