// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/limitsjson.h"

#include <QJsonArray>

namespace sb {

namespace {

using control::Explanation;

QJsonArray candidates(const Explanation::Limit &limit, bool charge)
{
    QJsonArray array;
    for (const Explanation::Candidate &candidate : limit.candidates) {
        if (!candidate.value)
            continue;
        QJsonObject object{{QStringLiteral("rule"), QString(control::limitRuleText(candidate.rule, charge))},
                           {QStringLiteral("value"), *candidate.value},
                           {QStringLiteral("wins"), candidate.wins && !limit.blockedByLoss}};
        if (candidate.input)
            object.insert(QStringLiteral("input"), *candidate.input);
        if (candidate.wins && limit.holdLeftS)
            object.insert(QStringLiteral("holdLeft"), *limit.holdLeftS);
        array.append(object);
    }
    if (limit.blockedByLoss)
        array.append(QJsonObject{{QStringLiteral("rule"), QStringLiteral("BMS connection lost")},
                                 {QStringLiteral("value"), 0},
                                 {QStringLiteral("wins"), true}});
    return array;
}

QString conditionKey(Explanation::Condition::What what)
{
    switch (what) {
    case Explanation::Condition::What::PackVoltage:
        return QStringLiteral("packVoltage");
    case Explanation::Condition::What::CellSpread:
        return QStringLiteral("cellSpread");
    case Explanation::Condition::What::Time:
        return QStringLiteral("absorptionTime");
    case Explanation::Condition::What::Soc:
        return QStringLiteral("socBelow");
    case Explanation::Condition::What::ResetCharge:
        return QStringLiteral("socReset");
    }
    return {};
}

QJsonArray floatConditions(const Explanation::Float &toFloat)
{
    QJsonArray array;
    for (const Explanation::Condition &condition : toFloat.conditions) {
        QJsonObject object{{QStringLiteral("condition"), conditionKey(condition.what)},
                           {QStringLiteral("met"), condition.met}};
        if (condition.present)
            object.insert(QStringLiteral("present"), *condition.present);
        if (condition.needed)
            object.insert(QStringLiteral("needed"), *condition.needed);
        if (condition.what == Explanation::Condition::What::Time && toFloat.secondsLeft)
            object.insert(QStringLiteral("secondsLeft"), *toFloat.secondsLeft);
        array.append(object);
    }
    return array;
}

QJsonObject loss(const Explanation::Loss &loss, const control::Output &output)
{
    QJsonObject object{{QStringLiteral("connection"), output.connectionText},
                       {QStringLiteral("offline"), loss.offline},
                       {QStringLiteral("givenUp"), loss.givenUp},
                       {QStringLiteral("cellsSafe"), loss.safeCells}};
    if (loss.lostForS)
        object.insert(QStringLiteral("lostFor"), *loss.lostForS);
    if (loss.giveUpInS)
        object.insert(QStringLiteral("giveUpIn"), *loss.giveUpInS);
    return object;
}

} // namespace

QJsonObject limitsJson(const control::ChargeControl &control, qint64 now)
{
    const control::Output &output = control.output();
    const Explanation explanation = control.explain(now);
    QJsonObject explain{{QStringLiteral("charge"), candidates(explanation.charge, true)},
                        {QStringLiteral("discharge"), candidates(explanation.discharge, false)},
                        {QStringLiteral("float"), floatConditions(explanation.toFloat)},
                        {QStringLiteral("inFloat"), explanation.toFloat.inFloat}};
    if (explanation.loss.failing)
        explain.insert(QStringLiteral("lost"), loss(explanation.loss, output));
    if (explanation.cellsLost)
        explain.insert(QStringLiteral("cellsLost"), true);
    if (explanation.temperatureLost)
        explain.insert(QStringLiteral("temperatureLost"), true);
    if (explanation.contradiction)
        explain.insert(QStringLiteral("currentAgainstOpenFet"), true);

    QJsonObject limits;
    if (output.cvl)
        limits.insert(QStringLiteral("chargeVoltage"), *output.cvl);
    if (output.ccl)
        limits.insert(QStringLiteral("chargeCurrent"), *output.ccl);
    if (output.dcl)
        limits.insert(QStringLiteral("dischargeCurrent"), *output.dcl);
    const auto text = [&limits](const char *key, const QString &value) {
        if (!value.isEmpty())
            limits.insert(QLatin1String(key), value);
    };
    text("chargeMode", output.chargeMode);
    text("chargeLimitReason", output.chargeLimitation);
    text("dischargeLimitReason", output.dischargeLimitation);
    limits.insert(QStringLiteral("explain"), explain);
    return limits;
}

} // namespace sb
