// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import SerialBattery

/// The gauge with what it stands for in ampere hours.
Card {
    id: panel

    required property BatteryModel battery

    readonly property bool old: Format.known(battery.soc) && battery.condition !== "fresh"
    readonly property string amount: {
        const left = Format.withUnit(battery.remainingAh, 1, "Ah");
        const full = Format.withUnit(battery.capacityAh, 1, "Ah");
        return left === Format.dash && full === Format.dash ? left : qsTr("%1 of %2").arg(left).arg(full);
    }

    fill: true

    SocGauge {
        Layout.fillWidth: true
        Layout.fillHeight: true
        soc: panel.battery.soc
        detail: panel.amount
        caption: panel.old && Format.known(panel.battery.age)
                 ? qsTr("last known, %1 ago").arg(Format.duration(panel.battery.age)) : qsTr("State of charge")
    }
}
