// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/batterytext.h"

#include <QCoreApplication>
#include <cmath>

namespace sb {
namespace {

QString tr(const char *text, const char *disambiguation = nullptr, int n = -1)
{
    return QCoreApplication::translate("BatteryText", text, disambiguation, n);
}

const QString dash = QStringLiteral("-");

QString number(const Number &value, int decimals, const char *unit)
{
    return value ? QString::number(*value, 'f', decimals) + QLatin1Char(' ') + QString::fromUtf8(unit) : dash;
}

QString yesNo(const Flag &value, const QString &yes, const QString &no)
{
    return value ? (*value ? yes : no) : dash;
}

QString direction(const Number &current)
{
    if (!current)
        return {};
    if (*current > 0.05)
        return tr("charging");
    if (*current < -0.05)
        return tr("discharging");
    return tr("idle");
}

QString alarmLine(const BatteryState &state)
{
    QStringList raised;
    for (int i = 0; i < alarmCount; ++i) {
        const auto name = static_cast<AlarmName>(i);
        const auto level = state.alarms.level(name);
        if (level == AlarmLevel::Alarm)
            raised.append(tr("ALARM %1").arg(QString(alarmText(name))));
        else if (level == AlarmLevel::Warning)
            raised.append(tr("warning %1").arg(QString(alarmText(name))));
    }
    if (state.alarms.isEmpty())
        return dash;
    return raised.isEmpty() ? tr("none") : raised.join(QStringLiteral(", "));
}

QString temperatureLine(const BatteryState &state)
{
    QStringList parts;
    for (const auto &temperature : state.temperatures)
        parts.append(number(temperature, 1, "°C"));
    if (state.mosfetTemperature)
        parts.append(tr("MOSFET %1").arg(number(state.mosfetTemperature, 1, "°C")));
    return parts.isEmpty() ? dash : parts.join(QStringLiteral("  "));
}

QString cellLine(const BatteryState &state, const std::optional<CellExtremes> &extremes)
{
    if (!extremes)
        return dash;
    return tr("lowest %1 (cell %2)   highest %3 (cell %4)   spread %5 mV")
               .arg(number(extremes->minimum, 3, "V"))
               .arg(extremes->lowest + 1)
               .arg(number(extremes->maximum, 3, "V"))
               .arg(extremes->highest + 1)
               .arg(std::lround((extremes->maximum - extremes->minimum) * 1000)) +
           (state.cellBalancing.empty()
                ? QString()
                : QStringLiteral("   ") + yesNo(state.balancing, tr("balancing"), tr("not balancing")));
}

QString row(const QString &name, const QString &value)
{
    return name.leftJustified(14) + value + QLatin1Char('\n');
}

QString headLine(const BatteryModel &battery)
{
    const BatteryState &state = battery.values();
    QStringList parts{battery.name()};
    if (state.hardwareVersion && *state.hardwareVersion != battery.name())
        parts.append(*state.hardwareVersion);
    if (state.firmwareVersion)
        parts.append(tr("firmware %1").arg(*state.firmwareVersion));
    if (!parts.contains(battery.connection()))
        parts.append(battery.connection());
    return parts.join(QStringLiteral(" · "));
}

QString valueRows(const BatteryModel &battery)
{
    const BatteryState &state = battery.values();
    const QString flow = direction(state.current);
    return row(tr("Voltage"), number(state.voltage, 2, "V")) +
           row(tr("Current"),
               number(state.current, 2, "A") + (flow.isEmpty() ? flow : QLatin1Char(' ') + flow)) +
           row(tr("Power"), number(state.power, 0, "W")) +
           row(tr("Charge"), tr("%1   %2 of %3   %4 cycles")
                                 .arg(number(state.soc, 0, "%"), number(state.remainingAh, 2, "Ah"),
                                      number(state.capacityAh, 2, "Ah"),
                                      state.cycles ? QString::number(*state.cycles) : dash)) +
           row(tr("Temperatures"), temperatureLine(state)) +
           row(tr("Allowed"), tr("charge %1, discharge %2")
                                  .arg(yesNo(state.chargeAllowed, tr("yes"), tr("NO")),
                                       yesNo(state.dischargeAllowed, tr("yes"), tr("NO")))) +
           row(tr("Alarms"), alarmLine(state));
}

/// ANSI colour around a text, or the text alone.
QString tint(const QString &text, const char *code, bool colour)
{
    return colour ? QStringLiteral("\x1b[") + QLatin1String(code) + QLatin1Char('m') + text +
                        QStringLiteral("\x1b[0m")
                  : text;
}

/// One cell: number, bar, volts, signs. The bar spans \a low to \a high.
QString cellBar(const BatteryState &state, size_t cell, const CellExtremes &extremes, double low, double high,
                int width, bool colour)
{
    const auto &voltage = state.cellVoltages[cell];
    const bool lowest = static_cast<int>(cell) == extremes.lowest;
    const bool highest = static_cast<int>(cell) == extremes.highest;
    const bool balances = cell < state.cellBalancing.size() && state.cellBalancing[cell];
    const int filled =
        voltage ? std::clamp(static_cast<int>(std::lround((*voltage - low) / (high - low) * width)), 0, width)
                : 0;
    const QString bar = QString(filled, QChar(0x2588)) + QString(width - filled, QChar(0x2591));
    const char *code = highest ? "33" : lowest ? "36" : balances ? "35" : "32";
    const QString signs = QString(lowest    ? QStringLiteral("▼")
                                  : highest ? QStringLiteral("▲")
                                            : QStringLiteral(" ")) +
                          (balances ? QStringLiteral("⇄") : QStringLiteral(" "));
    return QString::number(cell + 1).rightJustified(2) + QLatin1Char(' ') + tint(bar, code, colour) +
           QLatin1Char(' ') + (voltage ? QString::number(*voltage, 'f', 3) : dash.rightJustified(5)) +
           QLatin1Char(' ') + signs;
}

} // namespace

QString batteryText(const BatteryModel &battery)
{
    const BatteryState &state = battery.values();
    QString text = headLine(battery) + QLatin1Char('\n') + valueRows(battery);
    text += row(tr("Cells"), cellLine(state, cellExtremes(state.cellVoltages)));
    for (size_t i = 0; i < state.cellVoltages.size(); ++i) {
        if (i % 8 == 0)
            text += QString(14, QLatin1Char(' '));
        text += (state.cellVoltages[i] ? QString::number(*state.cellVoltages[i], 'f', 3)
                                       : dash.rightJustified(5));
        text += i % 8 == 7 || i + 1 == state.cellVoltages.size() ? QLatin1Char('\n') : QLatin1Char(' ');
    }
    if (state.productionDate)
        text += row(tr("Made"), state.productionDate->toString(Qt::ISODate));
    return text;
}

QString monitorScreen(const BatteryModel &battery, ScreenSize size, bool colour, int index, int count)
{
    const BatteryState &state = battery.values();
    QStringList lines;
    lines.append(tint(headLine(battery), "1", colour));
    lines.append(valueRows(battery).chopped(1).split(QLatin1Char('\n')));
    if (!state.alarms.isEmpty() && alarmLine(state) != tr("none"))
        lines.last() = tint(lines.last(), "31;1", colour);

    const auto extremes = cellExtremes(state.cellVoltages);
    lines.append(row(tr("Cells"), cellLine(state, extremes)).chopped(1));
    if (extremes) {
        // Millivolts must be visible: the bars span what the cells do, at least 50 mV, on round figures.
        const double span = std::max(0.05, extremes->maximum - extremes->minimum);
        const double low = std::floor((extremes->minimum - 0.25 * span) * 100) / 100;
        const double high = std::ceil((extremes->maximum + 0.05 * span) * 100) / 100;
        const int cells = static_cast<int>(state.cellVoltages.size());
        const int room = std::max(4, size.rows - static_cast<int>(lines.size()) - 3);
        const int columns = std::clamp((cells + room - 1) / room, 1, std::max(1, size.columns / 24));
        const int perColumn = (cells + columns - 1) / columns;
        const int width = std::clamp(size.columns / columns - 16, 6, 48);
        for (int line = 0; line < perColumn; ++line) {
            QString text;
            for (int column = 0; column < columns; ++column) {
                const int cell = column * perColumn + line;
                if (cell < cells)
                    text += cellBar(state, static_cast<size_t>(cell), *extremes, low, high, width, colour) +
                            QStringLiteral("   ");
            }
            lines.append(text);
        }
        lines.append(tr("   bars from %1 to %2   ▼ lowest  ▲ highest  ⇄ balancing")
                         .arg(number(low, 2, "V"), number(high, 2, "V")));
    }
    const LinkStatus &link = battery.link();
    QString status =
        tr("%1 · %2 polls, %3 failed").arg(battery.conditionText()).arg(link.polls).arg(link.errors);
    if (link.lastPollMs)
        status += tr(" · %1 ms").arg(std::lround(*link.lastPollMs));
    if (battery.condition() != Condition::Fresh && !link.lastError.isEmpty())
        status += QStringLiteral(" · ") + link.lastError;
    lines.append(tint(status, battery.condition() == Condition::Fresh ? "32" : "31", colour));
    QString keys = tr("q quit   p pause");
    if (count > 1)
        keys += tr("   n/b next, previous battery (%1 of %2)").arg(index + 1).arg(count);
    lines.append(tint(keys, "2", colour));
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace sb
