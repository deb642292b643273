// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic as Controls
import QtQuick.Layouts
import SerialBattery

/// The window. C++ gives it the batteries.
Controls.ApplicationWindow {
    id: window

    required property BatteryListModel batteries
    /// What the program is doing while there is no battery.
    property string message
    property bool panel: false
    /// "light", "dark", or empty: as the desktop has it.
    property string scheme
    /// Which battery is shown, from 0.
    property alias current: selector.currentIndex
    /// On small screens: 0 overview, 1 cells, 2 details.
    property int view: 0

    readonly property bool compact: panel || width < 1080 || height < 640
    /// The battery that is shown, null while there is none.
    property BatteryModel battery: null

    function choose() {
        const row = Math.max(0, Math.min(selector.currentIndex, holders.count - 1));
        const holder = holders.count > 0 ? holders.objectAt(row) as BatteryHolder : null;
        battery = holder ? holder.battery : null;
    }

    width: panel ? 800 : 1280
    height: panel ? 480 : 800
    minimumWidth: 800
    minimumHeight: 480
    visible: true
    title: battery ? qsTr("%1 – SerialBattery").arg(battery.name) : qsTr("SerialBattery")
    color: Theme.background

    onSchemeChanged: {
        if (scheme.length > 0)
            Theme.dark = scheme === "dark";
    }
    Instantiator {
        id: holders
        model: window.batteries
        delegate: BatteryHolder {}
        onObjectAdded: window.choose()
        onObjectRemoved: window.choose()
    }
    Binding {
        target: Theme
        property: "compact"
        value: window.compact
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.margin
        spacing: Theme.spacing

        Loader {
            Layout.fillWidth: true
            active: window.battery !== null
            visible: active
            sourceComponent: Header {
                battery: window.battery
            }
        }
        BatterySelector {
            id: selector
            Layout.fillWidth: true
            visible: window.batteries.count > 1
            batteries: window.batteries
            onCurrentIndexChanged: window.choose()
        }
        Loader {
            Layout.fillWidth: true
            active: window.battery !== null && window.battery.condition !== "fresh"
            visible: active
            sourceComponent: ConnectionBanner {
                battery: window.battery
            }
        }
        Loader {
            Layout.fillWidth: true
            Layout.fillHeight: true
            active: window.battery !== null
            visible: active
            sourceComponent: window.compact ? compactPage : widePage
        }
        Loader {
            Layout.fillWidth: true
            Layout.fillHeight: true
            active: window.battery === null
            visible: active
            sourceComponent: WaitingPage {
                message: window.message
            }
        }
    }
    Component {
        id: compactPage
        CompactPage {
            battery: window.battery
            view: window.view
            onViewChanged: window.view = view
        }
    }
    Component {
        id: widePage
        WidePage {
            battery: window.battery
        }
    }
}
