// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic as Controls
import QtQuick.Layouts
import SerialBattery

/// A battery on a small touch screen: three views behind large buttons.
ColumnLayout {
    id: page

    required property BatteryModel battery
    property alias view: bar.currentIndex

    spacing: Theme.spacing

    StackLayout {
        Layout.fillWidth: true
        Layout.fillHeight: true
        currentIndex: bar.currentIndex

        OverviewCompact {
            battery: page.battery
        }
        CellPanel {
            battery: page.battery
        }
        Flickable {
            id: flick
            contentHeight: details.implicitHeight
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            Controls.ScrollBar.vertical: Controls.ScrollBar {}
            RowLayout {
                id: details
                width: flick.width
                height: Math.max(implicitHeight, flick.height)
                spacing: Theme.spacing
                DetailPanel {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    Layout.fillHeight: true
                    battery: page.battery
                }
                TemperaturePanel {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    Layout.fillHeight: true
                    battery: page.battery
                }
            }
        }
    }
    Controls.TabBar {
        id: bar
        Layout.fillWidth: true
        spacing: Theme.spacing
        background: Item {}

        component Tab: Controls.TabButton {
            id: tab
            implicitHeight: Theme.touch
            background: Rectangle {
                radius: Theme.radius
                color: tab.checked ? Theme.accent : Theme.card
                border.color: tab.visualFocus ? Theme.text : Theme.border
                border.width: tab.visualFocus ? 2 : 1
            }
            contentItem: Label {
                text: tab.text
                color: tab.checked ? Theme.accentText : Theme.text
                font.weight: tab.checked ? Font.DemiBold : Font.Normal
                horizontalAlignment: Text.AlignHCenter
                Accessible.ignored: true
            }
        }
        Tab {
            text: qsTr("Overview")
        }
        Tab {
            text: qsTr("Cells")
        }
        Tab {
            text: qsTr("Details")
        }
    }
}
