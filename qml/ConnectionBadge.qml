// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import SerialBattery

/// How current the values are: sign, word, and since when if they are not.
Rectangle {
    id: badge

    required property BatteryModel battery

    readonly property string condition: battery.condition
    readonly property string line: {
        const word = Format.conditionWord(condition);
        return condition !== "fresh" && Format.known(battery.age) ? qsTr("%1 · %2 ago").arg(word).arg(Format.duration(battery.age))
                                                                  : word;
    }

    implicitWidth: content.implicitWidth + 24
    implicitHeight: Theme.compact ? 30 : 34
    radius: height / 2
    color: condition === "lost" ? Theme.alarmSurface : condition === "stale" ? Theme.warningSurface : Theme.card
    border.color: Theme.border
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("Connection: %1").arg(line)

    Row {
        id: content
        anchors.centerIn: parent
        spacing: 7
        StatusIcon {
            anchors.verticalCenter: parent.verticalCenter
            kind: Format.conditionIcon(badge.condition)
            size: 16
        }
        Label {
            text: badge.line
            font.weight: Font.DemiBold
            Accessible.ignored: true
        }
    }
}
