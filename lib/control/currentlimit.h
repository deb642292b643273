// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/settings.h"

#include "bms/batterystate.h"

namespace sb::control {

/// What can limit a current, in the order in which it is looked at.
enum class LimitRule : quint8 { Maximum, BmsSettings, CellVoltage, Temperature, Mosfet, Soc, Bms };
inline constexpr int limitRuleCount = 7;
/// As it stands in /Info/ChargeLimitation and in JSON. \a charge tells the direction of Maximum.
[[nodiscard]] QLatin1String limitRuleText(LimitRule rule, bool charge);

/// What the limit of one direction is made of at this moment. Unknown inputs give no candidate.
struct LimitInputs
{
    Number bmsLimit; ///< A, at least 0
    Number cell;     ///< V: the highest when charging, the lowest when discharging
    /// Without cell data that this pack used to give, or with a cell that is far too low: no charge current.
    bool forbidByCells = false;
    Number lowestTemperature;  ///< degC
    Number highestTemperature; ///< degC
    bool temperatureLost = false;
    Number mosfetTemperature; ///< degC
    bool mosfetLost = false;
    Number soc; ///< %
    Flag fetOn; ///< unknown does not block
};

/// CCL or DCL: the lowest of what each rule allows, falling at once or within a minute, rising after a hold
/// and then slowly. Times are whole seconds of a monotonic clock.
class CurrentLimit
{
public:
    enum class Direction : quint8 { Charge, Discharge };
    /// \a settings must outlive the limit.
    CurrentLimit(const Settings &settings, Direction direction);

    void update(const LimitInputs &inputs, qint64 second);

    /// A, three decimals; nothing before the first update.
    [[nodiscard]] Number value() const { return m_value; }
    /// Rules that gave the value, and ` *` while a rise is held back.
    [[nodiscard]] const QString &reason() const { return m_reason; }

    // For explanations.
    /// What each rule allows now, nothing where it does not apply.
    [[nodiscard]] const std::array<Number, limitRuleCount> &candidates() const { return m_candidates; }
    /// The lowest of them: where the value goes.
    [[nodiscard]] Number target() const { return m_target; }
    [[nodiscard]] bool isRuleActive(LimitRule rule) const
    {
        return m_winners & (1U << static_cast<int>(rule));
    }
    /// Seconds that a rise is held back from now on; nothing while it is not.
    [[nodiscard]] std::optional<qint64> holdLeft(qint64 second) const;

private:
    [[nodiscard]] bool isCharge() const { return m_direction == Direction::Charge; }
    void collect(const LimitInputs &inputs);
    void choose(const LimitInputs &inputs);
    void follow(qint64 second);
    [[nodiscard]] Number byCells(const LimitInputs &inputs) const;
    [[nodiscard]] Number byTemperature(const LimitInputs &inputs);
    [[nodiscard]] Number byMosfet(const LimitInputs &inputs);
    [[nodiscard]] double scaled(const Curve &curve, double x, Curve::Step step) const;
    void setReason(bool held);

    const Settings &m_all;
    const DirectionSettings &m_settings;
    Direction m_direction;

    std::array<Number, limitRuleCount> m_candidates;
    Number m_frozenTemperature; ///< may not be exceeded while a sensor is missing
    Number m_frozenMosfet;
    Number m_target;
    unsigned m_winners = 0; ///< bits of the rules that give the target

    Number m_value;
    QString m_reason;
    unsigned m_reasonRules = 0;
    bool m_reasonHeld = false;
    qint64 m_lastCheck = 0;
    std::optional<qint64> m_holdStart;
    std::optional<qint64> m_rampStart;
    double m_rampFrom = 0;
};

} // namespace sb::control
