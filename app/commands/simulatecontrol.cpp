// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/controlscenario.h"
#include "app/exitcode.h"
#include "app/options.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>

namespace sb {

namespace {
// INTERIM
control::Settings interim(const QHash<QString, QString> &c)
{
    control::Settings s;
    auto num = [&](const char *k, double &v, double empty = 0) { if (c.contains(QLatin1String(k))) { const QString t = c.value(QLatin1String(k)); v = t.isEmpty() ? empty : t.toDouble(); } };
    auto in = [&](const char *k, int &v) { double d = v; num(k, d); v = int(d); };
    auto bo = [&](const char *k, bool &v) { if (c.contains(QLatin1String(k))) v = c.value(QLatin1String(k)).toLower() == QLatin1String("true"); };
    auto li = [&](const char *k) { std::vector<double> v; for (const QString &x : c.value(QLatin1String(k)).split(QLatin1Char(','), Qt::SkipEmptyParts)) v.push_back(x.trimmed().toDouble()); return v; };
    in("SWITCH_TO_FLOAT_WAIT_FOR_SEC", s.floatWaitS); num("SWITCH_TO_FLOAT_CELL_VOLTAGE_DIFF", s.floatSpread, 10);
    in("CVL_CONTROLLER_MODE", s.controllerMode); in("CVL_RECOVERY_HOLD_SEC", s.voltageRecoveryHoldS); num("CVL_RECOVERY_RATE_V_PER_SEC", s.voltageRecoveryRate);
    if (c.contains(QLatin1String("CURRENT_REPORTED_BY_BMS"))) s.currentCorrection = control::Curve(li("CURRENT_REPORTED_BY_BMS"), li("CURRENT_MEASURED_BY_USER"));
    if (c.value(QLatin1String("CHARGE_MODE")) == QLatin1String("2")) s.stepMode = true;
    num("VOLTAGE_DROP", s.voltageDrop); bo("BLOCK_ON_DISCONNECT", s.blockOnDisconnect); bo("SOC_CALCULATION", s.countSoc);
    bo("MIDPOINT_ENABLE", s.midpoint); bo("CCCM_SOC_ENABLE", s.charge.bySoc); bo("DCCM_SOC_ENABLE", s.discharge.bySoc);
    in("CVL_RECALCULATION_EVERY", s.recalculationEveryS); in("CCL_RECOVERY_HOLD_SEC", s.charge.recoveryHoldS); num("CCL_RECOVERY_RATE_A_PER_SEC", s.charge.recoveryRate);
    in("DCL_RECOVERY_HOLD_SEC", s.discharge.recoveryHoldS); num("DCL_RECOVERY_RATE_A_PER_SEC", s.discharge.recoveryRate);
    if (c.contains(QLatin1String("TIME_TO_SOC_POINTS"))) for (double d : li("TIME_TO_SOC_POINTS")) s.timeToSocPoints.push_back(int(d));
    in("TIME_TO_SOC_VALUE_TYPE", s.timeToSocForm);
    for (int i = 0; i < 4; ++i) { auto l = li(qPrintable(QStringLiteral("TEMPERATURE_%1_ADJUST").arg(i + 1))); if (l.size() == 2) s.temperatureAdjust[size_t(i)] = {l[0], l[1]}; }
    { auto l = li("TEMPERATURE_MOS_ADJUST"); if (l.size() == 2) s.mosfetAdjust = {l[0], l[1]}; }
    if (c.contains(QLatin1String("SOC_RESET_AFTER_DAYS"))) s.resetAfterDays = c.value(QLatin1String("SOC_RESET_AFTER_DAYS")).toInt();
    num("SOC_RESET_CELL_VOLTAGE", s.resetCellVoltage);
    if (c.contains(QLatin1String("CELL_VOLTAGES_WHILE_CHARGING"))) { auto x = li("CELL_VOLTAGES_WHILE_CHARGING"); if (x.size() == 5) s.charge.cellVoltage = control::Curve(x, {0, .005, .05, .25, 1}); }
    return s;
}
}

int simulateControlCommand(const QStringList &arguments, Environment &)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("SimulateControl", text); };
    Options options(QStringLiteral("simulate-control SCENARIO"),
                    tr("Runs charge control over a scenario (JSON lines) with a clock of its own and prints what it "
                       "decides, poll by poll."));
    if (const auto code = options.parse(arguments))
        return *code;
    if (options.positional().size() != 1) {
        console::error(tr("simulate-control needs one scenario file (\"simulate-control --help\" tells more)"));
        return WrongUse;
    }
    const QString path = options.positional().constFirst();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        console::error(tr("%1: %2").arg(path, file.errorString()));
        return WrongUse;
    }
    ControlScenario scenario;
    if (const QString reason = scenario.load(file.readAll()); !reason.isEmpty()) {
        console::error(tr("%1: %2").arg(path, reason));
        return WrongUse;
    }
    scenario.run(interim(scenario.configuration()), [](const QJsonObject &line) { console::json(line); });
    return Done;
}

} // namespace sb
