// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts

/// What it is on the left, its value on the right, optionally with a sign.
RowLayout {
    id: row

    required property string label
    required property string value
    property string icon
    property color valueColor: Theme.text

    Layout.fillWidth: true
    spacing: 8
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1: %2").arg(label).arg(value)

    Label {
        Layout.alignment: Qt.AlignTop
        text: row.label
        color: Theme.muted
        Accessible.ignored: true
    }
    Label {
        Layout.fillWidth: true
        Layout.minimumWidth: 60
        text: row.value
        color: row.valueColor
        horizontalAlignment: Text.AlignRight
        wrapMode: Text.Wrap
        Accessible.ignored: true
    }
    StatusIcon {
        Layout.alignment: Qt.AlignTop
        visible: row.icon.length > 0
        kind: row.icon.length > 0 ? row.icon : "unknown"
        size: 16
    }
}
