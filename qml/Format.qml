// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
pragma Singleton
import QtQuick

/// Values as text. Unknown is a dash.
QtObject {
    readonly property string dash: "–"

    function known(value: var): bool {
        return value !== undefined && value !== null;
    }

    function number(value: var, decimals: int): string {
        if (!known(value))
            return dash;
        const factor = Math.pow(10, decimals);
        // + 0 turns a negative zero into one without sign.
        const rounded = Math.round(Number(value) * factor) / factor + 0;
        return rounded.toLocaleString(Qt.locale(), 'f', decimals).replace("-", "−");
    }

    function withUnit(value: var, decimals: int, unit: string): string {
        return known(value) ? number(value, decimals) + "\u00a0" + unit : dash;
    }

    function signed(value: var, decimals: int): string {
        const text = number(value, decimals);
        return known(value) && Number(value) > 0 && Number(text.replace(/[^1-9]/g, "")) > 0 ? "+" + text : text;
    }

    function orDash(text: string): string {
        return text.length > 0 ? text : dash;
    }

    function duration(seconds: var): string {
        if (!known(seconds))
            return dash;
        if (seconds < 120)
            return qsTr("%1 s").arg(number(seconds, 0));
        if (seconds < 7200)
            return qsTr("%1 min").arg(number(Math.floor(seconds / 60), 0));
        if (seconds < 172800)
            return qsTr("%1 h").arg(number(Math.floor(seconds / 3600), 0));
        return qsTr("%1 d").arg(number(Math.floor(seconds / 86400), 0));
    }

    function conditionWord(condition: string): string {
        switch (condition) {
        case "fresh":
            return qsTr("Live");
        case "stale":
            return qsTr("Stale");
        case "asleep":
            return qsTr("Asleep");
        case "lost":
            return qsTr("Lost");
        case "paused":
            return qsTr("Paused");
        default:
            return qsTr("Connecting");
        }
    }

    function conditionIcon(condition: string): string {
        switch (condition) {
        case "fresh":
            return "ok";
        case "stale":
            return "warning";
        case "lost":
            return "alarm";
        case "asleep":
            return "asleep";
        case "paused":
            return "paused";
        default:
            return "waiting";
        }
    }

    function directionWord(current: var): string {
        if (!known(current))
            return dash;
        if (current > 0.05)
            return qsTr("Charging");
        return current < -0.05 ? qsTr("Discharging") : qsTr("Idle");
    }

    function directionIcon(current: var): string {
        if (!known(current) || Math.abs(current) <= 0.05)
            return "idle";
        return current > 0 ? "up" : "down";
    }

    function levelWord(level: int): string {
        return level >= 2 ? qsTr("Alarm") : qsTr("Warning");
    }

    function levelIcon(level: int): string {
        return level >= 2 ? "alarm" : "warning";
    }
}
