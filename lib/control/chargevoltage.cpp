// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/chargevoltage.h"

#include "control/rounding.h"

namespace sb::control {

namespace {

constexpr double transitionRate = 0.001; // V/s on the pack
constexpr double clippedReserve = 0.010; // V that the clipped sum leaves above the cells
constexpr qint64 maskAfterResetS = 30 * 60;
constexpr qint64 secondsPerDay = 86400;
constexpr qint64 restoredTimerSlackS = 3600;

double centivolts(double value) { return rounded(value, 100); }

// Sums of cells carry the noise of binary fractions; eight times 3.45 is a little less than 27.6.
double comparable(double value) { return rounded(value, 1e6); }

bool reaches(const Number &value, double threshold)
{
    return value && comparable(*value) >= comparable(threshold);
}

bool isBelow(const Number &value, double threshold)
{
    return value && comparable(*value) < comparable(threshold);
}

bool exceeds(const Number &value, double threshold)
{
    return value && comparable(*value) > comparable(threshold);
}

} // namespace

void ChargeVoltage::restore(bool allow, std::optional<qint64> absorptionFor, qint64 lastReset, qint64 second)
{
    m_allow = allow;
    m_lastReset = lastReset;
    if (allow && absorptionFor && *absorptionFor >= 0 &&
        *absorptionFor <= m_settings.floatWaitS + restoredTimerSlackS) {
        m_absorptionStart = second - *absorptionFor;
        m_restoredTimer = true;
    }
}

void ChargeVoltage::update(const VoltageInputs &inputs, qint64 second, qint64 wallSecond)
{
    m_becameFull = false;
    m_fullContradicted = false;
    requestReset(wallSecond);
    deriveVoltages(inputs);
    if (!m_settings.cellControl) {
        m_control = m_maximum;
        m_phase = ChargePhase::Bulk;
        if (m_textKey != 1) {
            m_textKey = 1;
            m_text = QStringLiteral("Keep always max voltage");
        }
    } else if (!inputs.frozen) {
        switchPhase(inputs, second);
        if (m_allow)
            charge(inputs, second);
        else
            floatDown(second, wallSecond);
    }
    double control = m_control.value_or(m_float);
    if (inputs.frozen)
        control = std::min(control, m_float);
    // The way down begins where a reset charge was, above what is allowed from then on.
    const bool fromReset = m_phase == ChargePhase::FloatTransition && m_fromReset;
    double highest = fromReset ? std::max(m_maximum, m_reset) : m_maximum;
    if (m_settings.useBmsVoltages && inputs.bmsMaximum && *inputs.bmsMaximum > 0)
        highest = std::min(highest, std::max(*inputs.bmsMaximum, m_float));
    control = std::clamp(control, std::min(m_minimum, m_maximum), highest);
    m_cvl = centivolts(control + m_settings.voltageDrop);
}

Number ChargeVoltage::cvlUnwatched() const
{
    if (!m_cvl)
        return {};
    return std::min(*m_cvl, centivolts(m_float + m_settings.voltageDrop));
}

void ChargeVoltage::requestReset(qint64 wallSecond)
{
    if (!m_settings.resetAfterDays || *m_settings.resetAfterDays <= 0) {
        m_resetRequested = false;
        return;
    }
    if (m_lastReset > wallSecond)
        m_lastReset = 0; // a time that is not yet tells nothing
    if (m_lastReset == 0 || wallSecond - m_lastReset > *m_settings.resetAfterDays * secondsPerDay)
        m_resetRequested = true;
}

void ChargeVoltage::deriveVoltages(const VoltageInputs &inputs)
{
    const int n = inputs.cellCount;
    m_minimum = centivolts(m_settings.minCellVoltage * n);
    m_maximum = centivolts(m_settings.maxCellVoltage * n);
    m_float = centivolts(m_settings.floatCellVoltage * n);
    m_reset = centivolts(m_settings.resetCellVoltage * n);
    if (m_resetRequested)
        m_maximum = m_reset;
    if (m_settings.useBmsVoltages) {
        // With a reset charge the voltage is the user's wish, but never more than the BMS allows.
        if (inputs.bmsMaximum && *inputs.bmsMaximum > 0)
            m_maximum = m_resetRequested ? std::min(m_maximum, *inputs.bmsMaximum) : *inputs.bmsMaximum;
        if (inputs.bmsMinimum && *inputs.bmsMinimum > 0)
            m_minimum = *inputs.bmsMinimum;
    }
    m_float = std::min(m_float, m_maximum);
    m_maximumCell = rounded(m_maximum / n, 1000);
}

void ChargeVoltage::checkRestoredTimer(const VoltageInputs &inputs)
{
    if (!m_restoredTimer || !inputs.sum)
        return;
    m_restoredTimer = false;
    if (!reaches(inputs.sum, m_maximum - sagAllowance()))
        m_absorptionStart.reset();
}

void ChargeVoltage::switchPhase(const VoltageInputs &inputs, qint64 second)
{
    checkRestoredTimer(inputs);
    const Number spread = inputs.spread ? inputs.spread : Number(0.0);
    const bool emptyEnough = m_settings.bulkSoc > 0 && inputs.soc && *inputs.soc < m_settings.bulkSoc;
    if (!m_absorptionStart) {
        if (m_allow && reaches(inputs.sum, m_maximum) && !exceeds(spread, m_settings.floatSpread)) {
            m_absorptionStart = second;
        } else if (!m_allow && (emptyEnough || reaches(spread, m_settings.bulkSpread) || m_resetRequested)) {
            m_allow = true;
        }
        return;
    }
    if (exceeds(spread, m_settings.floatSpread + m_settings.floatSpreadDeviation))
        m_absorptionStart = second;
    if (second - *m_absorptionStart > m_settings.floatWaitS) {
        m_allow = false;
        m_absorptionStart.reset();
        m_fullContradicted = inputs.soc && *inputs.soc <= m_settings.bulkSoc;
    } else if (isBelow(inputs.sum, m_maximum - sagAllowance())) {
        m_absorptionStart.reset();
    }
}

double ChargeVoltage::highestAllowedCell() const
{
    return m_resetRequested ? m_settings.resetCellVoltage : m_settings.maxCellVoltage;
}

double ChargeVoltage::controller(const VoltageInputs &inputs)
{
    const double allowed = highestAllowedCell();
    const auto clampedToPack = [this](double voltage) {
        return std::clamp(voltage, std::min(m_minimum, m_maximum), m_maximum);
    };
    m_penalty = 0;
    if (m_settings.controllerMode == 2) {
        // Once per poll, whatever the interval: users have tuned the factor so.
        const double from = m_control.value_or(m_maximum);
        if (!inputs.highestCell)
            return from;
        const double excess = *inputs.highestCell - allowed - m_settings.floatSpread;
        return clampedToPack(from - excess * m_settings.controllerFactor);
    }
    if (m_settings.controllerMode != 1 && m_settings.controllerMode != 3)
        return m_maximum;
    if (!exceeds(inputs.highestCell, allowed))
        return m_maximum;
    double clipped = 0;
    double sum = 0;
    int known = 0;
    if (inputs.cells) {
        for (const Number &cell : *inputs.cells) {
            if (!cell)
                continue;
            ++known;
            sum += *cell;
            m_penalty += std::max(0.0, *cell - allowed);
            clipped += std::min(*cell, allowed);
        }
    }
    if (known != inputs.cellCount) {
        // Only the extremes are known: the highest cell is the one to bring down.
        m_penalty = *inputs.highestCell - allowed;
        sum = inputs.sum.value_or(m_maximum);
        clipped = sum - m_penalty;
    }
    return clampedToPack(m_settings.controllerMode == 1 ? sum - m_penalty : clipped + clippedReserve);
}

ChargeVoltage::Limited ChargeVoltage::recover(double target, qint64 second)
{
    const auto setControl = [this](double voltage) { m_control = rounded(voltage, 1e6); };
    if (target >= m_maximum && !m_limitedAt) {
        setControl(m_maximum);
        m_rampFrom.reset();
        return Limited::No;
    }
    if (!m_control || target <= *m_control) {
        setControl(target);
        m_limitedAt = second;
        return Limited::Held;
    }
    if (!m_limitedAt)
        m_limitedAt = second;
    const qint64 since = second - *m_limitedAt;
    if (since < m_settings.voltageRecoveryHoldS) {
        m_rampFrom = m_control;
        return Limited::Held;
    }
    if (!m_rampFrom)
        m_rampFrom = m_control;
    if (m_settings.voltageRecoveryRate <= 0)
        setControl(std::min(target, m_maximum));
    else
        setControl(std::min(*m_rampFrom + m_settings.voltageRecoveryRate *
                                              static_cast<double>(since - m_settings.voltageRecoveryHoldS),
                            m_maximum));
    if (*m_control >= m_maximum) {
        m_limitedAt.reset();
        m_rampFrom.reset();
    }
    return Limited::Rising;
}

void ChargeVoltage::charge(const VoltageInputs &inputs, qint64 second)
{
    if (m_control && *m_control > m_maximum)
        m_control = m_maximum; // the BMS lowered its maximum, or a reset charge ended
    m_target = controller(inputs);
    const Limited limited = recover(*m_target, second);
    m_phase = m_absorptionStart ? ChargePhase::Absorption : ChargePhase::Bulk;
    setText(inputs, limited);
}

void ChargeVoltage::floatDown(qint64 second, qint64 wallSecond)
{
    const bool wasCharging = m_phase == ChargePhase::Bulk || m_phase == ChargePhase::Absorption;
    if (wasCharging)
        m_fromReset = m_resetRequested;
    if (m_resetRequested) {
        m_resetRequested = false;
        m_lastReset = wallSecond;
        m_maskUntil = second + maskAfterResetS;
    }
    m_target.reset();
    if (!m_control || m_phase == ChargePhase::None) {
        m_control = m_float;
        m_phase = ChargePhase::Float;
    } else if (wasCharging) {
        m_becameFull = true;
        m_phase = ChargePhase::FloatTransition;
        m_transitionFrom = *m_control;
        m_transitionStart = second;
    } else if (m_phase == ChargePhase::FloatTransition) {
        const double down = transitionRate * static_cast<double>(second - m_transitionStart);
        m_control = std::max(m_transitionFrom - down, m_float);
        if (*m_control <= m_float) {
            m_control = m_float;
            m_phase = ChargePhase::Float;
        }
    } else {
        m_control = m_float;
    }
    setText({}, Limited::No);
}

bool ChargeVoltage::masksHighVoltage(qint64 second) const
{
    return m_resetRequested || (m_maskUntil && second < *m_maskUntil);
}

void ChargeVoltage::setText(const VoltageInputs &inputs, Limited limited)
{
    const bool atReset =
        m_resetRequested && m_maximum == m_reset && m_settings.resetAfterDays.value_or(0) > 0;
    const unsigned key = 2U + static_cast<unsigned>(m_phase) * 4U + static_cast<unsigned>(limited) * 32U +
                         (inputs.balancing ? 128U : 0U) + (inputs.heating ? 256U : 0U) +
                         (atReset ? 512U : 0U);
    if (key == m_textKey)
        return; // most polls change nothing
    m_textKey = key;
    switch (m_phase) {
    case ChargePhase::FloatTransition:
        m_text = QStringLiteral("Float Transition");
        break;
    case ChargePhase::Float:
        m_text = QStringLiteral("Float");
        break;
    default:
        m_text = m_phase == ChargePhase::Absorption ? QStringLiteral("Absorption") : QStringLiteral("Bulk");
        if (limited != Limited::No)
            m_text += limited == Limited::Held ? QLatin1String(" (Cell OVP)") : QLatin1String(" (Cell OVP*)");
        if (atReset)
            m_text += QLatin1String(" & SoC Reset");
        if (inputs.balancing)
            m_text += QLatin1String(" + Balancing");
        if (inputs.heating)
            m_text += QLatin1String(" + Heating");
        break;
    }
    m_text += QStringLiteral(" \u2502 ");
    m_text += m_settings.stepMode ? QLatin1String("Step Mode") : QLatin1String("Linear Mode");
}

} // namespace sb::control
