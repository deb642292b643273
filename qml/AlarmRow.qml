// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts

/// One alarm, warning or notice: sign, word for its level, what it is.
Rectangle {
    id: row

    required property string icon
    required property string word
    required property string line
    required property color surface
    required property color tint

    Layout.fillWidth: true
    implicitHeight: content.implicitHeight + 12
    radius: 6
    color: surface
    Accessible.role: Accessible.AlertMessage
    Accessible.name: qsTr("%1: %2").arg(word).arg(line)

    RowLayout {
        id: content
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: 8
        anchors.rightMargin: 8
        spacing: 8
        StatusIcon {
            Layout.alignment: Qt.AlignTop
            kind: row.icon
            color: row.tint
        }
        Label {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 1
            visible: Theme.compact
            text: row.word
            color: row.tint
            font.pixelSize: Theme.fontSmall
            font.weight: Font.DemiBold
            Accessible.ignored: true
        }
        Column {
            Layout.fillWidth: true
            Label {
                visible: !Theme.compact
                text: row.word
                color: row.tint
                font.pixelSize: Theme.fontSmall
                font.weight: Font.DemiBold
                Accessible.ignored: true
            }
            Label {
                width: parent.width
                text: row.line
                wrapMode: Text.Wrap
                Accessible.ignored: true
            }
        }
    }
}
