// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts

/// One large value with its unit, in a card of fixed size so that nothing moves when digits do.
Rectangle {
    id: reading

    required property string label
    /// undefined while unknown
    required property var value
    required property int decimals
    required property string unit
    property string note
    property string noteIcon
    property color noteColor: Theme.muted

    implicitWidth: 150
    implicitHeight: Theme.compact ? 88 : 112
    radius: Theme.radius
    color: Theme.card
    border.color: Theme.border
    border.width: 1
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1: %2").arg(label).arg(Format.withUnit(value, decimals, unit))
                     + (note.length > 0 ? ", " + note : "")

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.padding
        anchors.topMargin: Theme.compact ? 8 : 12
        anchors.bottomMargin: Theme.compact ? 8 : 12
        spacing: 0

        Label {
            Layout.fillWidth: true
            text: reading.label
            color: Theme.muted
            Accessible.ignored: true
        }
        Item {
            Layout.fillWidth: true
            Layout.preferredHeight: figure.implicitHeight
            Label {
                id: figure
                text: Format.number(reading.value, reading.decimals)
                font.pixelSize: Theme.fontReading
                Accessible.ignored: true
            }
            Label {
                anchors.left: figure.right
                anchors.leftMargin: 5
                anchors.baseline: figure.baseline
                visible: Format.known(reading.value)
                text: reading.unit
                color: Theme.muted
                font.pixelSize: Theme.fontReading * 0.58
                Accessible.ignored: true
            }
        }
        RowLayout {
            Layout.fillWidth: true
            spacing: 6
            StatusIcon {
                visible: reading.noteIcon.length > 0
                kind: reading.noteIcon.length > 0 ? reading.noteIcon : "unknown"
                color: reading.noteColor
                size: 14
            }
            Label {
                Layout.fillWidth: true
                text: reading.note
                color: reading.noteColor
                font.pixelSize: Theme.fontSmall
                Accessible.ignored: true
            }
        }
    }
}
