// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

/// While there is no battery yet.
Item {
    id: page

    required property string message

    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width, 560)
        spacing: 14
        StatusIcon {
            anchors.horizontalCenter: parent.horizontalCenter
            kind: "waiting"
            size: 48
        }
        Label {
            width: parent.width
            text: qsTr("Looking for batteries")
            font.pixelSize: Theme.fontName
            font.weight: Font.DemiBold
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
        }
        Label {
            width: parent.width
            text: page.message.length > 0 ? page.message
                                          : qsTr("Connect the adapter of your BMS. It is found by itself.")
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
        }
    }
}
