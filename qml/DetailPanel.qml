// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import SerialBattery

/// Who the battery is and how well it is heard.
Card {
    id: panel

    required property BatteryModel battery

    title: qsTr("Details")

    InfoRow {
        label: qsTr("Health")
        value: Format.withUnit(panel.battery.soh, 0, "%")
    }
    InfoRow {
        label: qsTr("Cycles")
        value: Format.number(panel.battery.cycles, 0)
    }
    InfoRow {
        label: qsTr("Hardware")
        value: Format.orDash(panel.battery.hardwareVersion)
    }
    InfoRow {
        label: qsTr("Firmware")
        value: Format.orDash(panel.battery.firmwareVersion)
    }
    InfoRow {
        label: qsTr("Serial no.")
        value: Format.orDash(panel.battery.serialNumber)
    }
    InfoRow {
        label: qsTr("Port")
        value: Format.orDash(panel.battery.connection)
    }
    InfoRow {
        label: qsTr("Good polls")
        value: Format.known(panel.battery.goodShare) ? Format.withUnit(panel.battery.goodShare * 100, 0, "%")
                                                     : Format.dash
    }
}
