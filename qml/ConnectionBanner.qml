// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import SerialBattery

/// Says why there is nothing new, while there is not.
Rectangle {
    id: banner

    required property BatteryModel battery

    readonly property bool needed: battery.condition !== "fresh"
    readonly property bool bad: battery.condition === "lost"
    readonly property string line: {
        if (battery.lastError.length > 0 && (battery.condition === "lost" || battery.condition === "stale"
                                             || battery.condition === "connecting"))
            return battery.lastError;
        switch (battery.condition) {
        case "lost":
            return qsTr("The battery does not answer. Measurements are unknown until it does.");
        case "stale":
            return qsTr("The battery did not answer just now. Values are from the last reading.");
        case "asleep":
            return qsTr("The BMS sleeps. It wakes up when the battery is used.");
        case "paused":
            return qsTr("Reading is paused, so that another program can talk to the battery.");
        default:
            return qsTr("Waiting for the first reading.");
        }
    }

    implicitHeight: content.implicitHeight + (Theme.compact ? 10 : 16)
    radius: Theme.radius
    color: bad ? Theme.alarmSurface : battery.condition === "stale" ? Theme.warningSurface : Theme.infoSurface
    Accessible.role: Accessible.AlertMessage
    Accessible.name: line

    RowLayout {
        id: content
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: Theme.padding
        anchors.rightMargin: Theme.padding
        spacing: 10
        StatusIcon {
            kind: Format.conditionIcon(banner.battery.condition)
        }
        Label {
            Layout.fillWidth: true
            text: banner.line
            wrapMode: Text.Wrap
            Accessible.ignored: true
        }
    }
}
