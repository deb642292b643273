// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Shapes

/// The state of charge as a ring that is open at the bottom.
Item {
    id: gauge

    /// %, undefined while unknown
    required property var soc
    /// Below the number.
    required property string caption
    /// In the opening of the ring.
    required property string detail

    readonly property real side: Math.min(width, height / 0.93)
    readonly property real thickness: side * 0.085
    readonly property real share: Format.known(soc) ? Math.max(0, Math.min(100, Number(soc))) / 100 : 0

    implicitWidth: 220
    implicitHeight: 195
    Accessible.role: Accessible.ProgressBar
    Accessible.name: qsTr("State of charge %1").arg(Format.withUnit(soc, 0, "%"))

    Shape {
        id: ring
        width: gauge.side
        height: gauge.side
        anchors.horizontalCenter: parent.horizontalCenter
        y: (gauge.height - side * 0.93) / 2
        readonly property real side: gauge.side

        component Arc: ShapePath {
            id: arc
            required property real sweep
            fillColor: "transparent"
            strokeWidth: gauge.thickness
            capStyle: ShapePath.RoundCap
            PathAngleArc {
                centerX: gauge.side / 2
                centerY: gauge.side / 2
                radiusX: (gauge.side - gauge.thickness) / 2 - 1
                radiusY: radiusX
                startAngle: 140
                sweepAngle: arc.sweep
            }
        }

        Arc {
            strokeColor: Theme.track
            sweep: 260
        }
        Arc {
            strokeColor: gauge.share > 0 ? Theme.accent : "transparent"
            sweep: Math.max(0.1, 260 * gauge.share)
        }
    }

    Column {
        anchors.horizontalCenter: ring.horizontalCenter
        y: ring.y + gauge.side / 2 - height * 0.55

        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: 3
            Label {
                id: figure
                text: Format.number(gauge.soc, 0)
                font.pixelSize: Theme.fontGauge
                font.weight: Font.Light
                Accessible.ignored: true
            }
            Label {
                anchors.baseline: figure.baseline
                visible: Format.known(gauge.soc)
                text: "%"
                color: Theme.muted
                font.pixelSize: Theme.fontGauge * 0.42
                Accessible.ignored: true
            }
        }
        Label {
            anchors.horizontalCenter: parent.horizontalCenter
            width: Math.min(implicitWidth, gauge.side * 0.66)
            text: gauge.caption
            color: Theme.muted
            font.pixelSize: Theme.fontSmall
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
        }
    }
    Label {
        anchors.horizontalCenter: ring.horizontalCenter
        y: ring.y + gauge.side * 0.93 - height
        text: gauge.detail
        Accessible.name: qsTr("Charge left: %1").arg(text)
    }
}
