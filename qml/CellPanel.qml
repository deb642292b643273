// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic as Controls
import QtQuick.Layouts
import SerialBattery

/// All cells of a battery as bars on a common axis.
Card {
    id: panel

    required property BatteryModel battery

    readonly property CellListModel cells: battery.cells
    readonly property var minimum: battery.minCellVoltage
    readonly property var maximum: battery.maxCellVoltage
    readonly property bool known: Format.known(minimum) && Format.known(maximum)
    // Round steps, so that the axis does not follow every millivolt.
    readonly property real step: {
        if (!known)
            return 0.01;
        const wanted = Math.max(0.02, (maximum - minimum) * 1.1) / 4;
        for (const candidate of [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]) {
            if (candidate >= wanted)
                return candidate;
        }
        return 1;
    }
    readonly property real low: known ? Math.max(0, Math.floor(minimum / step - 0.5) * step) : 0
    readonly property real high: known ? Math.max(Math.ceil(maximum / step + 0.1) * step, low + 2 * step) : 1
    readonly property int ticks: Math.round((high - low) / step)

    fill: true
    title: Theme.compact ? "" : qsTr("Cells")

    Flow {
        Layout.fillWidth: true
        spacing: Theme.compact ? 14 : 20

        component Fact: Row {
            id: fact
            required property string sign
            required property string label
            required property string value
            property color tint: Theme.muted
            spacing: 5
            Label {
                text: fact.sign
                visible: text.length > 0
                color: fact.tint
                font.pixelSize: Theme.fontSmall
                Accessible.ignored: true
            }
            Label {
                text: fact.label
                color: Theme.muted
                font.pixelSize: Theme.fontSmall
                Accessible.ignored: true
            }
            Label {
                text: fact.value
                font.pixelSize: Theme.fontSmall
                font.weight: Font.DemiBold
                Accessible.name: qsTr("%1: %2").arg(fact.label).arg(fact.value)
            }
        }

        Fact {
            sign: ""
            label: qsTr("Spread")
            value: Format.known(panel.battery.cellSpread)
                   ? Format.withUnit(panel.battery.cellSpread * 1000, 0, "mV") : Format.dash
        }
        Fact {
            sign: "▼"
            label: qsTr("Lowest")
            value: Format.withUnit(panel.minimum, 3, "V")
            tint: Theme.minimum
        }
        Fact {
            sign: "▲"
            label: qsTr("Highest")
            value: Format.withUnit(panel.maximum, 3, "V")
            tint: Theme.maximum
        }
        Fact {
            visible: !Theme.compact
            sign: ""
            label: qsTr("Mean")
            value: Format.withUnit(panel.cells.mean, 3, "V")
        }
        Fact {
            sign: "⇄"
            label: qsTr("Balancing")
            value: Format.known(panel.battery.balancing) ? (panel.battery.balancing ? qsTr("on") : qsTr("off"))
                                                         : Format.dash
            tint: Theme.accent
        }
    }

    Item {
        id: area
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.minimumHeight: 60

        readonly property int axisHeight: 20
        readonly property int minimumRow: 18
        readonly property int room: Math.max(1, height - axisHeight)
        readonly property int columns: {
            const needed = Math.ceil(panel.cells.count * minimumRow / room);
            const fitting = Math.max(1, Math.floor((width + gap) / (270 + gap)));
            return Math.max(1, Math.min(needed, fitting));
        }
        readonly property int gap: 20
        readonly property int rows: Math.ceil(panel.cells.count / columns)
        readonly property real rowHeight: Math.max(minimumRow, Math.min(34, Math.floor(room / Math.max(1, rows))))
        readonly property real columnWidth: (width - (columns - 1) * gap - (flick.scrolls ? 12 : 0)) / columns
        readonly property bool showDeviation: columnWidth >= 380
        readonly property real tail: balancingMetrics.advanceWidth + 4 + markMetrics.advanceWidth + 12
                                     + (showDeviation ? deviationMetrics.advanceWidth + 16 : 0)
                                     + voltageMetrics.advanceWidth + 8 + 16
        readonly property real barStart: numberMetrics.advanceWidth + 4 + 8

        component Measure: TextMetrics {
            font.pixelSize: Theme.fontSmall
            font.weight: Font.DemiBold
        }
        Measure {
            id: numberMetrics
            text: "00"
        }
        Measure {
            id: voltageMetrics
            text: Format.withUnit(8.888, 3, "V")
        }
        Measure {
            id: deviationMetrics
            text: "+000\u00a0mV"
        }
        Measure {
            id: markMetrics
            text: qsTr("▲ max")
        }
        Measure {
            id: balancingMetrics
            text: "⇄"
            font.pixelSize: Theme.fontNormal
        }

        Label {
            anchors.centerIn: parent
            width: Math.min(implicitWidth, parent.width)
            visible: panel.cells.count === 0
            text: Format.known(panel.minimum) ? qsTr("This BMS does not tell single cells")
                                              : qsTr("No cell voltages")
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
        }

        Flickable {
            id: flick
            readonly property bool scrolls: area.rows * area.minimumRow > area.room
            width: parent.width
            height: Math.min(area.room, contentHeight)
            contentHeight: area.rows * area.rowHeight
            clip: true
            interactive: contentHeight > height
            boundsBehavior: Flickable.StopAtBounds
            Controls.ScrollBar.vertical: Controls.ScrollBar {
                policy: flick.scrolls ? Controls.ScrollBar.AlwaysOn : Controls.ScrollBar.AlwaysOff
            }

            Repeater {
                model: area.columns
                Item {
                    id: grid
                    required property int index
                    visible: panel.known && panel.cells.count > 0
                    x: grid.index * (area.columnWidth + area.gap) + area.barStart
                    width: area.columnWidth - area.barStart - area.tail
                    height: flick.contentHeight
                    Repeater {
                        model: panel.ticks + 1
                        Rectangle {
                            required property int index
                            x: Math.round(index / panel.ticks * grid.width)
                            width: 1
                            height: grid.height
                            color: Theme.border
                        }
                    }
                }
            }
            Repeater {
                model: panel.cells
                CellBar {
                    required property int index
                    x: Math.floor(index / area.rows) * (area.columnWidth + area.gap)
                    y: index % area.rows * area.rowHeight
                    width: area.columnWidth
                    height: area.rowHeight
                    low: panel.low
                    high: panel.high
                    showDeviation: area.showDeviation
                    numberWidth: numberMetrics.advanceWidth + 4
                    voltageWidth: voltageMetrics.advanceWidth + 8
                    deviationWidth: deviationMetrics.advanceWidth + 8
                    markWidth: markMetrics.advanceWidth + 12
                    balancingWidth: balancingMetrics.advanceWidth + 4
                }
            }
        }

        // The axis stays in view while the rows scroll.
        Repeater {
            model: area.columns
            Item {
                id: axis
                required property int index
                visible: panel.known && panel.cells.count > 0
                x: axis.index * (area.columnWidth + area.gap) + area.barStart
                y: flick.height
                width: area.columnWidth - area.barStart - area.tail
                height: area.axisHeight
                readonly property int decimals: panel.step < 0.01 ? 3 : 2
                // Every mark has its figure where there is room, else the first and the last.
                readonly property bool crowded: width / panel.ticks < endMetrics.advanceWidth + 10
                Accessible.role: Accessible.StaticText
                Accessible.name: qsTr("Bars from %1 to %2").arg(Format.withUnit(panel.low, 3, "V"))
                                     .arg(Format.withUnit(panel.high, 3, "V"))
                Measure {
                    id: endMetrics
                    text: Format.withUnit(panel.high, axis.decimals, "V")
                }
                Repeater {
                    model: panel.ticks + 1
                    Label {
                        required property int index
                        readonly property bool end: index === 0 || index === panel.ticks
                        visible: end || !axis.crowded
                        x: Math.round(index / panel.ticks * axis.width - implicitWidth / 2)
                        height: axis.height
                        text: end ? Format.withUnit(panel.low + index * panel.step, axis.decimals, "V")
                                  : Format.number(panel.low + index * panel.step, axis.decimals)
                        color: Theme.muted
                        font.pixelSize: Theme.fontSmall
                        Accessible.ignored: true
                    }
                }
            }
        }
    }
}
