// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic as Controls
import QtQuick.Layouts
import SerialBattery

/// Raised alarms, highest level first, then notices.
Card {
    id: panel

    required property BatteryModel battery

    fill: true
    title: qsTr("Alarms")

    Flickable {
        id: flick
        Layout.fillWidth: true
        Layout.fillHeight: true
        // The scroll bar has its place in the padding: a width that followed it would be a loop with wrapped lines.
        Layout.rightMargin: -Theme.padding + 2
        implicitHeight: list.implicitHeight
        contentHeight: list.implicitHeight
        clip: true
        interactive: contentHeight > height
        boundsBehavior: Flickable.StopAtBounds
        Controls.ScrollBar.vertical: Controls.ScrollBar {
            policy: flick.contentHeight > flick.height ? Controls.ScrollBar.AlwaysOn : Controls.ScrollBar.AlwaysOff
            padding: 1
        }

        ColumnLayout {
            id: list
            width: flick.width - Theme.padding + 2
            spacing: 6

            RowLayout {
                visible: panel.battery.alarms.length === 0
                spacing: 8
                StatusIcon {
                    visible: panel.battery.alarmsKnown
                    kind: "ok"
                }
                Label {
                    Layout.fillWidth: true
                    text: panel.battery.alarmsKnown ? qsTr("None") : Format.dash
                    color: Theme.muted
                }
            }
            Repeater {
                model: panel.battery.alarms
                AlarmRow {
                    id: alarm
                    required property var modelData
                    icon: Format.levelIcon(alarm.modelData.level)
                    word: Format.levelWord(alarm.modelData.level)
                    line: alarm.modelData.title
                    surface: alarm.modelData.level >= 2 ? Theme.alarmSurface : Theme.warningSurface
                    tint: alarm.modelData.level >= 2 ? Theme.alarm : Theme.warning
                }
            }
            Repeater {
                model: panel.battery.notices
                AlarmRow {
                    required property string modelData
                    icon: "info"
                    word: qsTr("Notice")
                    line: modelData
                    surface: Theme.infoSurface
                    tint: Theme.minimum
                }
            }
        }
    }
}
