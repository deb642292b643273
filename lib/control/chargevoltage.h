// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "control/settings.h"

namespace sb::control {

/// What the charge voltage is decided on.
struct VoltageInputs
{
    int cellCount = 0; ///< at least 1
    Number sum;        ///< V, of the cells, or the pack voltage of a BMS that gives no list
    Number spread;     ///< V; nothing: not known, and not asked for
    Number highestCell;
    const Numbers *cells = nullptr; ///< V, may have gaps
    Number soc;                     ///< %
    Number bmsMaximum;              ///< V, pack; only with useBmsVoltages
    Number bmsMinimum;
    bool balancing = false;
    bool heating = false;
    /// Cell data are missing: nothing is decided, and the voltage is not above float.
    bool frozen = false;
};

enum class ChargePhase : quint8 { None, Bulk, Absorption, FloatTransition, Float };

/// CVL: bulk until the pack is full, absorption, then slowly down to float and back to bulk when it is used.
/// While a cell is too high the voltage comes down at once and up again slowly. Times are whole seconds of a
/// monotonic clock, days seconds of the wall clock.
class ChargeVoltage
{
public:
    /// \a settings must outlive it.
    explicit ChargeVoltage(const Settings &settings)
        : m_settings(settings)
    {}

    /// State before a restart. \a absorptionFor: seconds that the timer ran; it counts once the voltage shows
    /// that it may. \a lastReset: wall seconds, 0 never.
    void restore(bool allow, std::optional<qint64> absorptionFor, qint64 lastReset, qint64 second);

    void update(const VoltageInputs &inputs, qint64 second, qint64 wallSecond);

    /// V with the voltage drop, two decimals; nothing before the first update.
    [[nodiscard]] Number cvl() const { return m_cvl; }
    /// CVL while nobody watches the cells.
    [[nodiscard]] Number cvlUnwatched() const;
    [[nodiscard]] const QString &modeText() const { return m_text; }
    [[nodiscard]] ChargePhase phase() const { return m_phase; }
    [[nodiscard]] double minimumVoltage() const { return m_minimum; }
    [[nodiscard]] double maximumVoltage() const { return m_maximum; }
    [[nodiscard]] double maximumCellVoltage() const { return m_maximumCell; }
    [[nodiscard]] double floatVoltage() const { return m_float; }

    /// The update that just ended went from charging to float: the battery is full.
    [[nodiscard]] bool becameFull() const { return m_becameFull; }
    /// ... although the BMS says that it is nearly empty.
    [[nodiscard]] bool fullContradicted() const { return m_fullContradicted; }

    [[nodiscard]] bool allowsMaximum() const { return m_allow; }
    /// When the absorption timer started.
    [[nodiscard]] std::optional<qint64> absorptionStart() const { return m_absorptionStart; }
    [[nodiscard]] bool isResetRequested() const { return m_resetRequested; }
    [[nodiscard]] qint64 lastReset() const { return m_lastReset; }
    /// Level 1 of the high voltage alarms says nothing: a reset charge is on, or was until just now.
    [[nodiscard]] bool masksHighVoltage(qint64 second) const;

    // For explanations and debug texts.
    [[nodiscard]] Number controlVoltage() const { return m_control; }
    [[nodiscard]] Number controllerTarget() const { return m_target; }
    [[nodiscard]] std::optional<qint64> limitedSince() const { return m_limitedAt; }
    [[nodiscard]] double penalty() const { return m_penalty; }
    /// Where the float timer may run: limits of spread and voltage as they apply now.
    [[nodiscard]] static constexpr double sagAllowance() { return 0.5; }

private:
    enum class Limited : quint8 { No, Held, Rising };
    void deriveVoltages(const VoltageInputs &inputs);
    void requestReset(qint64 wallSecond);
    void switchPhase(const VoltageInputs &inputs, qint64 second);
    void checkRestoredTimer(const VoltageInputs &inputs);
    [[nodiscard]] double controller(const VoltageInputs &inputs);
    Limited recover(double target, qint64 second);
    void charge(const VoltageInputs &inputs, qint64 second);
    void floatDown(qint64 second, qint64 wallSecond);
    void setText(const VoltageInputs &inputs, Limited limited);
    [[nodiscard]] double highestAllowedCell() const;

    const Settings &m_settings;
    bool m_allow = true;
    std::optional<qint64> m_absorptionStart;
    bool m_restoredTimer = false;
    bool m_resetRequested = false;
    qint64 m_lastReset = 0;
    std::optional<qint64> m_maskUntil;

    double m_minimum = 0;
    double m_maximum = 0;
    double m_maximumCell = 0;
    double m_float = 0;
    double m_reset = 0;

    ChargePhase m_phase = ChargePhase::None;
    Number m_control;
    Number m_target;
    double m_penalty = 0;
    std::optional<qint64> m_limitedAt;
    Number m_rampFrom;
    qint64 m_transitionStart = 0;
    double m_transitionFrom = 0;
    bool m_fromReset = false; ///< the way to float began at the reset voltage
    Number m_cvl;
    bool m_becameFull = false;
    bool m_fullContradicted = false;

    QString m_text;
    unsigned m_textKey = 0;
};

} // namespace sb::control
