// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
pragma Singleton
import QtQuick

/// Colours and sizes: the only place that knows them.
QtObject {
    id: theme

    property bool dark: systemPalette.window.hslLightness < 0.5
    /// Set by the window for small screens.
    property bool compact: false

    readonly property SystemPalette systemPalette: SystemPalette {}

    readonly property color background: dark ? "#0e1418" : "#eef1f4"
    readonly property color card: dark ? "#172027" : "#ffffff"
    readonly property color border: dark ? "#2a363f" : "#d5dce2"
    readonly property color track: dark ? "#26323a" : "#e3e8ec"
    readonly property color text: dark ? "#edf2f5" : "#13202b"
    readonly property color muted: dark ? "#a3b3bf" : "#52616d"
    readonly property color accent: dark ? "#3fc1b0" : "#0b7468"
    readonly property color accentText: dark ? "#06211d" : "#ffffff"
    readonly property color bar: dark ? "#2f8f85" : "#3b9d92"
    readonly property color good: dark ? "#5fd08f" : "#17703f"
    readonly property color warning: dark ? "#f3bd55" : "#865300"
    readonly property color alarm: dark ? "#ff8a80" : "#b3221b"
    readonly property color minimum: dark ? "#7db8ff" : "#1b5fae"
    readonly property color maximum: dark ? "#ffb27a" : "#a04700"
    readonly property color warningSurface: dark ? "#33290f" : "#fff3d6"
    readonly property color alarmSurface: dark ? "#3a1a19" : "#fde7e5"
    readonly property color infoSurface: dark ? "#1a2a3a" : "#e6f0fb"

    readonly property int margin: compact ? 10 : 20
    readonly property int spacing: compact ? 8 : 14
    readonly property int padding: compact ? 10 : 16
    readonly property int radius: compact ? 8 : 12
    readonly property int touch: compact ? 44 : 36

    readonly property int fontSmall: 12
    readonly property int fontNormal: compact ? 13 : 14
    readonly property int fontTitle: compact ? 13 : 14
    readonly property int fontName: compact ? 16 : 20
    readonly property int fontReading: compact ? 24 : 30
    readonly property int fontGauge: compact ? 46 : 60
}
