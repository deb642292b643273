// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic as Controls
import QtQuick.Layouts
import SerialBattery

/// One button per battery: name, charge, and a sign when something is wrong.
ListView {
    id: selector

    required property BatteryListModel batteries

    implicitHeight: Theme.compact ? 44 : 48
    orientation: ListView.Horizontal
    spacing: Theme.spacing
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    model: batteries
    Accessible.role: Accessible.PageTabList
    Accessible.name: qsTr("Batteries")

    delegate: Controls.AbstractButton {
        id: button
        required property BatteryModel battery
        required property int index

        // A view keeps the button of a battery that has gone until it next lays out: hence the checks for null.
        readonly property string name: battery ? battery.name : ""
        readonly property string charge: battery ? Format.withUnit(battery.soc, 0, "%") : ""
        readonly property string condition: battery ? battery.condition : "lost"
        readonly property bool chosen: selector.currentIndex === index
        readonly property int level: battery && battery.alarms.length > 0 ? battery.alarms[0].level : 0
        readonly property string sign: condition !== "fresh" ? Format.conditionIcon(condition)
                                                                     : level > 0 ? Format.levelIcon(level) : "ok"

        height: selector.height
        leftPadding: 14
        rightPadding: 14
        implicitWidth: implicitContentWidth + leftPadding + rightPadding
        focusPolicy: Qt.StrongFocus
        onClicked: selector.currentIndex = index
        Accessible.role: Accessible.PageTab
        Accessible.name: qsTr("%1, %2, %3").arg(name).arg(charge).arg(Format.conditionWord(condition))
                         + (level > 0 ? ", " + Format.levelWord(level) : "")
        Accessible.onPressAction: button.clicked()

        background: Rectangle {
            radius: Theme.radius
            color: Theme.card
            border.color: button.chosen || button.visualFocus ? Theme.accent : Theme.border
            border.width: button.chosen || button.visualFocus ? 2 : 1
        }
        contentItem: RowLayout {
            spacing: 8
            StatusIcon {
                kind: button.sign
                size: 16
            }
            Label {
                Layout.maximumWidth: Theme.compact ? 130 : 190
                text: button.name
                elide: Text.ElideRight
                font.weight: button.chosen ? Font.DemiBold : Font.Normal
                Accessible.ignored: true
            }
            Label {
                text: button.charge
                color: Theme.muted
                Accessible.ignored: true
            }
        }
    }
}
