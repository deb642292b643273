// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/currentlimit.h"

#include "control/rounding.h"

namespace sb::control {

namespace {

constexpr unsigned bit(LimitRule rule) { return 1U << static_cast<unsigned>(rule); }

double milliamperes(double amperes) { return rounded(amperes, 1000); }

Number lower(const Number &a, const Number &b)
{
    if (!a || !b)
        return a ? a : b;
    return std::min(*a, *b);
}

} // namespace

QLatin1String limitRuleText(LimitRule rule, bool charge)
{
    switch (rule) {
    case LimitRule::Maximum:
        return charge ? QLatin1String("Max Battery Charge Current")
                      : QLatin1String("Max Battery Discharge Current");
    case LimitRule::BmsSettings:
        return QLatin1String("BMS Settings");
    case LimitRule::CellVoltage:
        return QLatin1String("Cell Voltage");
    case LimitRule::Temperature:
        return QLatin1String("Temp");
    case LimitRule::Mosfet:
        return QLatin1String("MOSFET");
    case LimitRule::Soc:
        return QLatin1String("SoC");
    case LimitRule::Bms:
        break;
    }
    return QLatin1String("BMS");
}

CurrentLimit::CurrentLimit(const Settings &settings, Direction direction)
    : m_all(settings)
    , m_settings(direction == Direction::Charge ? settings.charge : settings.discharge)
    , m_direction(direction)
{}

void CurrentLimit::update(const LimitInputs &inputs, qint64 second)
{
    collect(inputs);
    choose(inputs);
    follow(second);
}

double CurrentLimit::scaled(const Curve &curve, double x, Curve::Step step) const
{
    return milliamperes(curve.at(x, m_all.stepMode ? step : Curve::Step::None) * m_settings.maximum);
}

Number CurrentLimit::byCells(const LimitInputs &inputs) const
{
    if (inputs.forbidByCells)
        return 0.0;
    if (!m_settings.byCellVoltage || !inputs.cell || m_settings.cellVoltage.isEmpty())
        return {};
    return scaled(m_settings.cellVoltage, *inputs.cell, isCharge() ? Curve::Step::Lower : Curve::Step::Upper);
}

Number CurrentLimit::byTemperature(const LimitInputs &inputs)
{
    if (!m_settings.byTemperature || m_settings.temperature.isEmpty())
        return {};
    const auto at = [this](const Number &temperature) -> Number {
        if (!temperature)
            return {};
        return scaled(m_settings.temperature, *temperature,
                      isCharge() ? Curve::Step::Lower : Curve::Step::Upper);
    };
    Number limit = lower(at(inputs.lowestTemperature), at(inputs.highestTemperature));
    if (inputs.temperatureLost)
        limit = lower(limit, m_frozenTemperature);
    m_frozenTemperature = limit;
    return limit;
}

Number CurrentLimit::byMosfet(const LimitInputs &inputs)
{
    if (!m_settings.byMosfet || m_settings.mosfet.isEmpty())
        return {};
    Number limit;
    if (inputs.mosfetTemperature)
        limit = scaled(m_settings.mosfet, *inputs.mosfetTemperature, Curve::Step::Lower);
    if (inputs.mosfetLost)
        limit = lower(limit, m_frozenMosfet);
    m_frozenMosfet = limit;
    return limit;
}

void CurrentLimit::collect(const LimitInputs &inputs)
{
    m_candidates.fill(std::nullopt);
    const auto set = [this](LimitRule rule, const Number &value) {
        m_candidates[static_cast<size_t>(rule)] = value;
    };
    set(LimitRule::Maximum, milliamperes(m_settings.maximum));
    if (inputs.bmsLimit && *inputs.bmsLimit < m_settings.maximum)
        set(LimitRule::BmsSettings, milliamperes(*inputs.bmsLimit));
    set(LimitRule::CellVoltage, byCells(inputs));
    set(LimitRule::Temperature, byTemperature(inputs));
    set(LimitRule::Mosfet, byMosfet(inputs));
    if (m_settings.bySoc && inputs.soc && !m_settings.soc.isEmpty())
        set(LimitRule::Soc, scaled(m_settings.soc, *inputs.soc, Curve::Step::Upper));
    if (inputs.fetOn == false)
        set(LimitRule::Bms, 0.0);
}

void CurrentLimit::choose(const LimitInputs &inputs)
{
    m_target.reset();
    for (const Number &candidate : m_candidates)
        m_target = lower(m_target, candidate);
    m_winners = 0;
    for (int i = 0; i < limitRuleCount; ++i) {
        const auto rule = static_cast<LimitRule>(i);
        const Number &candidate = m_candidates[static_cast<size_t>(i)];
        if (!candidate || *candidate != *m_target)
            continue;
        // A curve that ends where the configured maximum or the setting of the BMS is says nothing new.
        const bool curve = rule >= LimitRule::CellVoltage && rule <= LimitRule::Soc;
        const bool nothingNew = (m_winners & bit(LimitRule::Maximum)) ||
                                (curve && inputs.bmsLimit && *candidate == milliamperes(*inputs.bmsLimit));
        if (m_winners == 0 || !nothingNew)
            m_winners |= bit(rule);
    }
}

void CurrentLimit::follow(qint64 second)
{
    const double target = *m_target;
    if (!m_value) {
        m_value = target;
        m_lastCheck = second;
        setReason(false);
        return;
    }
    double &value = *m_value;
    // What the user or the BMS sets as the most is never exceeded, not even for the minute below.
    const Number hard = lower(m_candidates[static_cast<size_t>(LimitRule::Maximum)],
                              m_candidates[static_cast<size_t>(LimitRule::BmsSettings)]);
    const bool looked = target > value || second - m_lastCheck >= m_all.recalculationEveryS ||
                        std::abs(value - target) >= value * m_all.recalculationPercent / 100 ||
                        (target == 0 && value != 0) || (hard && value > *hard);
    if (!looked)
        return;
    m_lastCheck = second;

    if (target <= value) {
        value = target;
        m_holdStart.reset();
        m_rampStart.reset();
        setReason(false);
        return;
    }
    if (value == 0 && target < m_settings.recoveryThreshold * m_settings.maximum) {
        setReason(true);
        return;
    }
    if (!m_rampStart) {
        if (!m_holdStart)
            m_holdStart = second;
        if (second - *m_holdStart < m_settings.recoveryHoldS) {
            setReason(true);
            return;
        }
        if (m_settings.recoveryRate <= 0) {
            value = target;
            m_holdStart.reset();
            setReason(false);
            return;
        }
        m_rampStart = second;
        m_rampFrom = value;
    }
    value = milliamperes(
        std::min(target, m_rampFrom + m_settings.recoveryRate * static_cast<double>(second - *m_rampStart)));
    if (value >= target) {
        m_holdStart.reset();
        m_rampStart.reset();
    }
    setReason(false);
}

std::optional<qint64> CurrentLimit::holdLeft(qint64 second) const
{
    if (!m_holdStart || m_rampStart)
        return {};
    return std::max<qint64>(0, m_settings.recoveryHoldS - (second - *m_holdStart));
}

void CurrentLimit::setReason(bool held)
{
    if (m_reasonRules == m_winners && m_reasonHeld == held)
        return; // the text is kept: most polls change nothing
    m_reasonRules = m_winners;
    m_reasonHeld = held;
    m_reason.clear();
    for (int i = 0; i < limitRuleCount; ++i) {
        const auto rule = static_cast<LimitRule>(i);
        if (!(m_winners & bit(rule)))
            continue;
        if (!m_reason.isEmpty())
            m_reason += QLatin1String(", ");
        m_reason += limitRuleText(rule, isCharge());
    }
    if (held)
        m_reason += QLatin1String(" *");
}

} // namespace sb::control
