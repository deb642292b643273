// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic as Controls
import QtQuick.Layouts
import SerialBattery

/// Who it is and whether it is heard.
RowLayout {
    id: header

    required property BatteryModel battery

    spacing: Theme.spacing

    ColumnLayout {
        Layout.fillWidth: true
        spacing: 1
        Label {
            Layout.fillWidth: true
            text: header.battery.name
            font.pixelSize: Theme.fontName
            font.weight: Font.DemiBold
            elide: Text.ElideRight
            Accessible.role: Accessible.Heading
        }
        Label {
            Layout.fillWidth: true
            text: header.battery.connection === header.battery.name ? header.battery.bms : header.battery.connection
            color: Theme.muted
            font.pixelSize: Theme.fontSmall
            elide: Text.ElideMiddle
        }
    }
    ConnectionBadge {
        battery: header.battery
    }
    Controls.AbstractButton {
        id: toggle
        implicitWidth: Theme.touch
        implicitHeight: Theme.touch
        focusPolicy: Qt.StrongFocus
        onClicked: Theme.dark = !Theme.dark
        Accessible.name: Theme.dark ? qsTr("Light colours") : qsTr("Dark colours")
        background: Rectangle {
            radius: height / 2
            color: Theme.card
            border.color: toggle.visualFocus ? Theme.accent : Theme.border
            border.width: toggle.visualFocus ? 2 : 1
        }
        contentItem: Item {
            StatusIcon {
                anchors.centerIn: parent
                kind: Theme.dark ? "bright" : "asleep"
                size: 16
            }
        }
    }
}
