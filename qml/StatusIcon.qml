// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Shapes

/// A sign whose shape says what its colour says.
Item {
    id: icon

    /// ok, warning, alarm, blocked, info, waiting, asleep, bright, paused, up, down, idle, unknown
    required property string kind
    property int size: 18
    property color color: {
        switch (kind) {
        case "ok":
            return Theme.good;
        case "warning":
            return Theme.warning;
        case "alarm":
        case "blocked":
            return Theme.alarm;
        case "info":
            return Theme.minimum;
        case "up":
            return Theme.good;
        case "down":
            return Theme.accent;
        default:
            return Theme.muted;
        }
    }

    readonly property string disc: "M12 2 A10 10 0 1 1 12 22 A10 10 0 1 1 12 2 Z "
    readonly property string outline: {
        switch (kind) {
        case "ok":
            return disc + "M10.5 16.9 L6 12.4 L7.5 10.9 L10.5 13.9 L16.5 7.9 L18 9.4 Z";
        case "warning":
            return "M12 2 L23 21 L1 21 Z M11 8.5 h2 v6.5 h-2 Z M11 16.5 h2 v2.2 h-2 Z";
        case "alarm":
            return "M8 2 h8 l6 6 v8 l-6 6 h-8 l-6 -6 v-8 Z M11 6 h2 v7.5 h-2 Z M11 15.5 h2 v2.4 h-2 Z";
        case "blocked":
            return disc + "M6.5 10.7 h11 v2.6 h-11 Z";
        case "info":
            return disc + "M11 10.5 h2 v7 h-2 Z M11 6.3 h2 v2.3 h-2 Z";
        case "waiting":
            return disc + "M6 11 h2.4 v2.4 h-2.4 Z M10.8 11 h2.4 v2.4 h-2.4 Z M15.6 11 h2.4 v2.4 h-2.4 Z";
        case "asleep":
            return "M14 2.5 A9.8 9.8 0 1 0 21.5 15 A8 8 0 0 1 14 2.5 Z";
        case "bright":
            return "M12 7 A5 5 0 1 1 12 17 A5 5 0 1 1 12 7 Z M11 1 h2 v3.5 h-2 Z M11 19.5 h2 v3.5 h-2 Z M1 11 h3.5 v2 h-3.5 Z "
                   + "M19.5 11 h3.5 v2 h-3.5 Z M4.2 2.8 L6.9 5.5 L5.5 6.9 L2.8 4.2 Z M19.8 2.8 L21.2 4.2 L18.5 6.9 L17.1 5.5 Z "
                   + "M5.5 17.1 L6.9 18.5 L4.2 21.2 L2.8 19.8 Z M18.5 17.1 L21.2 19.8 L19.8 21.2 L17.1 18.5 Z";
        case "paused":
            return disc + "M8 7.5 h2.8 v9 h-2.8 Z M13.2 7.5 h2.8 v9 h-2.8 Z";
        case "up":
            return "M12 2.5 L20 11 H14.2 V21.5 H9.8 V11 H4 Z";
        case "down":
            return "M12 21.5 L20 13 H14.2 V2.5 H9.8 V13 H4 Z";
        case "idle":
            return "M4 10.5 h16 v3 h-16 Z";
        default:
            return "M7 10.8 h10 v2.4 h-10 Z";
        }
    }

    implicitWidth: size
    implicitHeight: size

    Shape {
        anchors.fill: parent
        ShapePath {
            scale: Qt.size(icon.size / 24, icon.size / 24)
            fillColor: icon.color
            fillRule: ShapePath.OddEvenFill
            strokeWidth: -1
            PathSvg {
                path: icon.outline
            }
        }
    }
}
