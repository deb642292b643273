// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts

/// A surface with a title; its children are laid out below each other.
Rectangle {
    id: card

    property string title
    /// The content takes all the height there is.
    property bool fill: false
    default property alias content: column.data

    implicitWidth: column.implicitWidth + 2 * Theme.padding
    implicitHeight: column.implicitHeight + 2 * Theme.padding
    radius: Theme.radius
    color: Theme.card
    border.color: Theme.border
    border.width: 1

    ColumnLayout {
        id: column
        anchors.top: parent.top
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.margins: Theme.padding
        height: card.fill ? card.height - 2 * Theme.padding : implicitHeight
        spacing: Theme.compact ? 4 : 6

        Label {
            Layout.fillWidth: true
            visible: card.title.length > 0
            text: card.title
            font.pixelSize: Theme.fontTitle
            font.weight: Font.DemiBold
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
    }
}
