// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import SerialBattery

/// What matters at a glance, for small screens.
RowLayout {
    id: page

    required property BatteryModel battery

    readonly property string temperatureRange: {
        let low = undefined;
        let high = undefined;
        for (const value of battery.temperatures) {
            if (!Format.known(value))
                continue;
            low = low === undefined ? value : Math.min(low, value);
            high = high === undefined ? value : Math.max(high, value);
        }
        if (low === undefined)
            return Format.dash;
        return low === high ? Format.withUnit(low, 1, "°C")
                            : qsTr("%1 to %2").arg(Format.number(low, 1)).arg(Format.withUnit(high, 1, "°C"));
    }

    spacing: Theme.spacing

    ChargePanel {
        Layout.preferredWidth: 236
        Layout.fillHeight: true
        battery: page.battery
    }
    ColumnLayout {
        spacing: Theme.spacing

        PackReadings {
            Layout.fillWidth: true
            battery: page.battery
        }
        RowLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: Theme.spacing

            ColumnLayout {
                Layout.fillWidth: true
                Layout.preferredWidth: 1
                spacing: Theme.spacing
                SwitchPanel {
                    Layout.fillWidth: true
                    battery: page.battery
                }
                Card {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    InfoRow {
                        label: qsTr("Cell spread")
                        value: Format.known(page.battery.cellSpread)
                               ? Format.withUnit(page.battery.cellSpread * 1000, 0, "mV") : Format.dash
                    }
                    InfoRow {
                        label: qsTr("Battery")
                        value: page.temperatureRange
                    }
                    InfoRow {
                        label: qsTr("MOSFET")
                        value: Format.withUnit(page.battery.mosfetTemperature, 1, "°C")
                    }
                }
            }
            AlarmPanel {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 1
                battery: page.battery
            }
        }
    }
}
