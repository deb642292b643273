// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic as Controls
import QtQuick.Layouts
import SerialBattery

/// A battery on a desktop screen: everything at once.
RowLayout {
    id: page

    required property BatteryModel battery

    spacing: Theme.spacing

    ColumnLayout {
        Layout.preferredWidth: 272
        Layout.maximumWidth: 272
        spacing: Theme.spacing
        ChargePanel {
            Layout.fillWidth: true
            Layout.preferredHeight: 272
            battery: page.battery
        }
        AlarmPanel {
            Layout.fillWidth: true
            Layout.fillHeight: true
            battery: page.battery
        }
    }
    ColumnLayout {
        Layout.fillWidth: true
        spacing: Theme.spacing
        PackReadings {
            Layout.fillWidth: true
            battery: page.battery
        }
        CellPanel {
            Layout.fillWidth: true
            Layout.fillHeight: true
            battery: page.battery
        }
    }
    Flickable {
        id: flick
        // The scroll bar has its place in the margin of the window.
        readonly property int barRoom: Theme.margin - 4
        Layout.preferredWidth: 272 + barRoom
        Layout.maximumWidth: 272 + barRoom
        Layout.rightMargin: -barRoom
        Layout.fillHeight: true
        contentHeight: side.implicitHeight
        clip: true
        interactive: contentHeight > height
        boundsBehavior: Flickable.StopAtBounds
        Controls.ScrollBar.vertical: Controls.ScrollBar {
            policy: flick.contentHeight > flick.height ? Controls.ScrollBar.AlwaysOn : Controls.ScrollBar.AlwaysOff
        }
        ColumnLayout {
            id: side
            width: flick.width - flick.barRoom
            height: Math.max(implicitHeight, flick.height)
            spacing: Theme.spacing
            SwitchPanel {
                Layout.fillWidth: true
                battery: page.battery
            }
            TemperaturePanel {
                Layout.fillWidth: true
                battery: page.battery
            }
            DetailPanel {
                Layout.fillWidth: true
                Layout.fillHeight: true
                battery: page.battery
            }
        }
    }
}
