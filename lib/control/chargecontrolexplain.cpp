// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/chargecontrol.h"
#include "control/durationtext.h"

namespace sb::control {

namespace {

Explanation::Limit explainLimit(const CurrentLimit &limit, const LimitInputs &inputs, bool charge,
                                qint64 second)
{
    Explanation::Limit explained;
    explained.target = limit.target();
    explained.holdLeftS = limit.holdLeft(second);
    for (int i = 0; i < limitRuleCount; ++i) {
        const auto rule = static_cast<LimitRule>(i);
        Explanation::Candidate &candidate = explained.candidates[static_cast<size_t>(i)];
        candidate.rule = rule;
        candidate.value = limit.candidates()[static_cast<size_t>(i)];
        candidate.wins = limit.isRuleActive(rule);
        switch (rule) {
        case LimitRule::BmsSettings:
            candidate.input = inputs.bmsLimit;
            break;
        case LimitRule::CellVoltage:
            candidate.input = inputs.cell;
            break;
        case LimitRule::Temperature:
            // Of the two ends the one that is further from where batteries are comfortable.
            candidate.input = charge && inputs.lowestTemperature && *inputs.lowestTemperature < 20
                                  ? inputs.lowestTemperature
                                  : inputs.highestTemperature;
            break;
        case LimitRule::Mosfet:
            candidate.input = inputs.mosfetTemperature;
            break;
        case LimitRule::Soc:
            candidate.input = inputs.soc;
            break;
        case LimitRule::Maximum:
        case LimitRule::Bms:
            break;
        }
    }
    return explained;
}

QString text(const Number &value, int decimals, const char *unit)
{
    if (!value)
        return QStringLiteral("--");
    return QString::number(*value, 'f', decimals) + QLatin1Char(' ') + QLatin1String(unit);
}

QString tick(bool met) { return met ? QStringLiteral("yes") : QStringLiteral("no"); }

} // namespace

Explanation ChargeControl::explain(qint64 now) const
{
    const qint64 second = now / 1000;
    Explanation explanation;
    explanation.charge = explainLimit(m_charge, limitInputs(true), true, second);
    explanation.discharge = explainLimit(m_discharge, limitInputs(false), false, second);
    explanation.charge.value = m_output.ccl;
    explanation.discharge.value = m_output.dcl;
    explanation.charge.blockedByLoss = !m_output.online && m_output.ccl == 0 && m_charge.value() != 0;
    explanation.discharge.blockedByLoss = !m_output.online && m_output.dcl == 0 && m_discharge.value() != 0;
    explanation.controlVoltage = m_voltage.controlVoltage();
    explanation.targetVoltage = m_voltage.controllerTarget();

    using What = Explanation::Condition::What;
    auto &conditions = explanation.toFloat.conditions;
    Number sum = m_cells.hasList() ? m_cells.sum() : m_state.voltage;
    Number spread;
    if (m_cells.lowest() && m_cells.highest())
        spread = *m_cells.highest() - *m_cells.lowest();
    explanation.toFloat.inFloat = !m_voltage.allowsMaximum();
    if (m_voltage.allowsMaximum()) {
        const bool running = m_voltage.absorptionStart().has_value();
        const double needed = m_voltage.maximumVoltage() - (running ? ChargeVoltage::sagAllowance() : 0);
        const double allowed = m_settings.floatSpread + (running ? m_settings.floatSpreadDeviation : 0);
        // A tenth of a millivolt is what the decision itself compares with.
        conditions.push_back({What::PackVoltage, sum, needed, sum && *sum > needed - 0.0001});
        conditions.push_back({What::CellSpread, spread, allowed, !spread || *spread < allowed + 0.0001});
        Number elapsed;
        if (running) {
            elapsed = static_cast<double>(second - *m_voltage.absorptionStart());
            explanation.toFloat.secondsLeft =
                std::max<qint64>(0, m_settings.floatWaitS + 1 - (second - *m_voltage.absorptionStart()));
        }
        conditions.push_back({What::Time, elapsed, m_settings.floatWaitS, false});
    } else {
        if (m_settings.bulkSoc > 0)
            conditions.push_back(
                {What::Soc, m_soc, m_settings.bulkSoc, m_soc && *m_soc < m_settings.bulkSoc});
        conditions.push_back(
            {What::CellSpread, spread, m_settings.bulkSpread, spread && *spread >= m_settings.bulkSpread});
        if (m_settings.resetAfterDays)
            conditions.push_back({What::ResetCharge, {}, {}, m_voltage.isResetRequested()});
    }

    Explanation::Loss &loss = explanation.loss;
    const auto lost = m_connection.lostFor(now);
    loss.failing = lost.has_value();
    loss.offline = !m_output.online;
    loss.givenUp = m_output.givenUp;
    loss.safeCells = m_connection.isSafe();
    if (lost) {
        loss.lostForS = *lost / 1000;
        loss.giveUpInS = std::max<qint64>(0, (m_connection.goneAfter() - *lost) / 1000);
    }
    explanation.cellsLost = m_cells.isLost();
    explanation.temperatureLost = m_temperatures.isLost() || m_temperatures.isMosfetLost();
    explanation.contradiction = m_contradiction;
    return explanation;
}

void ChargeControl::publishDebug(qint64 now, qint64 wallSecond)
{
    const qint64 second = now / 1000;
    QStringList lines;
    const auto line = [&lines](const char *name, const QString &value) {
        lines.append(QLatin1String(name) + QStringLiteral(": ") + value);
    };
    line("driver running", durationText((now - m_started.value_or(now)) / 1000));
    line("max voltage", text(m_voltage.maximumVoltage(), 2, "V"));
    line("pack voltage", text(m_output.voltage, 2, "V"));
    line("control voltage + drop = CVL", text(m_voltage.controlVoltage(), 3, "V") + QStringLiteral(" + ") +
                                             text(m_settings.voltageDrop, 2, "V") + QStringLiteral(" = ") +
                                             text(m_output.cvl, 2, "V"));
    line("controller target", text(m_voltage.controllerTarget(), 3, "V"));
    line("limited for",
         m_voltage.limitedSince() ? durationText(second - *m_voltage.limitedSince()) : QStringLiteral("--"));
    line("cell sum", text(m_output.cellSum, 2, "V"));
    line("cell spread", text(m_output.cellSpread, 3, "V"));
    line("highest cell", text(m_output.highestCell, 3, "V"));
    if (m_settings.controllerMode == 1)
        line("penalty sum", text(m_voltage.penalty(), 3, "V"));
    line("SoC", text(m_output.soc, 2, "%") + QStringLiteral(", counted ") + text(m_counter.soc(), 3, "%"));
    line("SoH", text(m_state.soh, 1, "%"));
    line("current", text(m_state.current, 3, "A") + QStringLiteral(", used ") + text(m_current, 3, "A"));
    line("charge / discharge FET on", tick(m_state.chargeAllowed.value_or(true)) + QStringLiteral(" / ") +
                                          tick(m_state.dischargeAllowed.value_or(true)));
    line("charge / discharge allowed",
         tick(m_output.allowToCharge) + QStringLiteral(" / ") + tick(m_output.allowToDischarge));
    if (m_settings.resetAfterDays) {
        const qint64 last = m_voltage.lastReset();
        line("last SoC reset",
             last > 0 ? durationText(wallSecond - last) + QStringLiteral(" ago") : QStringLiteral("Never"));
        const qint64 due = last + *m_settings.resetAfterDays * 86400LL - wallSecond;
        line("next SoC reset", m_voltage.isResetRequested() || due <= 0
                                   ? QStringLiteral("already planned")
                                   : QStringLiteral("in ") + durationText(due));
    }
    if (m_settings.countSoc)
        line("counted / full capacity",
             text(m_counter.charge(), 3, "Ah") + QStringLiteral(" / ") + text(m_output.capacity, 1, "Ah"));
    if (const auto empty = m_counter.emptyFor(now))
        line("SoC 0 % timer", QString::number(*empty) + QStringLiteral("/60 s"));
    m_output.debugText = lines.join(QLatin1Char('\n'));

    const Explanation explanation = explain(now);
    lines.clear();
    for (const Explanation::Condition &condition : explanation.toFloat.conditions) {
        switch (condition.what) {
        case Explanation::Condition::What::PackVoltage:
            line("sum of cells", text(condition.present, 3, "V") + QStringLiteral(" of ") +
                                     text(condition.needed, 3, "V") + QStringLiteral(": ") +
                                     tick(condition.met));
            break;
        case Explanation::Condition::What::CellSpread:
            line("cell spread", text(condition.present, 3, "V") + QStringLiteral(", limit ") +
                                    text(condition.needed, 3, "V") + QStringLiteral(": ") +
                                    tick(condition.met));
            break;
        case Explanation::Condition::What::Time:
            line("time in absorption",
                 text(condition.present, 0, "s") + QStringLiteral(" of ") + text(condition.needed, 0, "s"));
            break;
        case Explanation::Condition::What::Soc:
            line("SoC", text(condition.present, 1, "%") + QStringLiteral(" below ") +
                            text(condition.needed, 0, "%") + QStringLiteral(": ") + tick(condition.met));
            break;
        case Explanation::Condition::What::ResetCharge:
            line("SoC reset requested", tick(condition.met));
            break;
        }
    }
    m_output.debugFloatText = explanation.toFloat.inFloat ? QString() : lines.join(QLatin1Char('\n'));
    m_output.debugBulkText = explanation.toFloat.inFloat ? lines.join(QLatin1Char('\n')) : QString();
}

} // namespace sb::control
