// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

/// One cell: number, bar, voltage, and the signs for lowest, highest and balancing.
Item {
    id: cell

    // Roles of CellListModel.
    required property int number
    required property var voltage
    required property var deviation
    required property var balancing
    required property bool isMinimum
    required property bool isMaximum

    required property real low
    required property real high
    required property bool showDeviation
    required property real numberWidth
    required property real voltageWidth
    required property real deviationWidth
    required property real markWidth
    required property real balancingWidth

    readonly property real barStart: numberWidth + 8
    readonly property real barEnd: width - balancingWidth - markWidth - (showDeviation ? deviationWidth + 8 : 0)
                                   - voltageWidth - 16
    readonly property bool known: Format.known(voltage)
    readonly property real share: known ? Math.max(0, Math.min(1, (Number(voltage) - low) / (high - low))) : 0
    readonly property color tint: isMinimum ? Theme.minimum : isMaximum ? Theme.maximum : Theme.text

    Accessible.role: Accessible.StaticText
    Accessible.name: {
        let words = [qsTr("Cell %1: %2").arg(number).arg(Format.withUnit(voltage, 3, "V"))];
        if (isMinimum)
            words.push(qsTr("lowest"));
        if (isMaximum)
            words.push(qsTr("highest"));
        if (balancing === true)
            words.push(qsTr("balancing"));
        return words.join(", ");
    }

    component Figure: Label {
        height: cell.height
        font.pixelSize: Theme.fontSmall
        horizontalAlignment: Text.AlignRight
        Accessible.ignored: true
    }

    Figure {
        width: cell.numberWidth
        text: cell.number
        color: Theme.muted
    }
    Rectangle {
        id: track
        x: cell.barStart
        width: Math.max(0, cell.barEnd - cell.barStart)
        height: Math.round(Math.min(14, cell.height * 0.55))
        anchors.verticalCenter: parent.verticalCenter
        radius: 3
        color: Theme.track
        Rectangle {
            visible: cell.known
            width: Math.max(2, Math.round(track.width * cell.share))
            height: parent.height
            radius: 3
            color: cell.isMinimum ? Theme.minimum : cell.isMaximum ? Theme.maximum : Theme.bar
        }
    }
    Figure {
        id: volts
        x: cell.barEnd + 8
        width: cell.voltageWidth
        text: Format.withUnit(cell.voltage, 3, "V")
        color: cell.tint
        font.weight: cell.isMinimum || cell.isMaximum ? Font.DemiBold : Font.Normal
    }
    Figure {
        id: apart
        visible: cell.showDeviation
        anchors.left: volts.right
        anchors.leftMargin: 8
        width: cell.deviationWidth
        text: Format.known(cell.deviation) ? Format.signed(Number(cell.deviation) * 1000, 0) + "\u00a0mV" : Format.dash
        color: Theme.muted
    }
    Figure {
        x: cell.width - cell.balancingWidth - width
        width: cell.markWidth - 4
        horizontalAlignment: Text.AlignLeft
        text: cell.isMinimum ? qsTr("▼ min") : cell.isMaximum ? qsTr("▲ max") : ""
        color: cell.tint
    }
    Figure {
        x: cell.width - width
        width: cell.balancingWidth
        text: cell.balancing === true ? "⇄" : ""
        color: Theme.accent
        font.pixelSize: Theme.fontNormal
    }
}
