// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import SerialBattery

/// What the BMS lets happen: charge and discharge FET, balancer, heater.
Card {
    id: panel

    required property BatteryModel battery

    title: qsTr("Switches")

    component Allowed: InfoRow {
        required property var allowed
        value: Format.known(allowed) ? (allowed ? qsTr("Allowed") : qsTr("Blocked")) : Format.dash
        icon: Format.known(allowed) ? (allowed ? "ok" : "blocked") : ""
        valueColor: Format.known(allowed) && !allowed ? Theme.alarm : Theme.text
    }

    Allowed {
        label: qsTr("Charge")
        allowed: panel.battery.chargeAllowed
    }
    Allowed {
        label: qsTr("Discharge")
        allowed: panel.battery.dischargeAllowed
    }
    InfoRow {
        label: qsTr("Balancing")
        value: Format.known(panel.battery.balancing) ? (panel.battery.balancing ? qsTr("On") : qsTr("Off"))
                                                     : Format.dash
        icon: Format.known(panel.battery.balancing) ? (panel.battery.balancing ? "ok" : "idle") : ""
    }
    InfoRow {
        visible: Format.known(panel.battery.heating)
        label: qsTr("Heater")
        value: panel.battery.heating === true ? qsTr("On") : qsTr("Off")
        icon: panel.battery.heating === true ? "ok" : "idle"
    }
}
