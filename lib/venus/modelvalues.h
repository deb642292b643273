// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/connectionmonitor.h"
#include "model/batterymodel.h"
#include "venus/batteryvalues.h"

#include <deque>

namespace sb {

/// A battery's own readings as they are published, without charge control: no limits, no history. Remembers
/// what a silent BMS said last where that stays in force.
class ModelValues
{
public:
    /// A cell of more than twice \a maxCellVoltage (V, full charge) is no cell.
    explicit ModelValues(double maxCellVoltage = 3.45, QStringList sensorNames = {});

    /// Once per poll. \a now: clock of the monitor, ms.
    const BatteryValues &update(const BatteryModel &model, const ConnectionMonitor &monitor, qint64 now);
    [[nodiscard]] const BatteryValues &values() const { return m_values; }

private:
    void readMeasurements(const BatteryModel &model, bool lost);
    void readSensors(const BatteryState &state, bool lost);
    void readCells(const BatteryState &state, bool lost);
    void readAlarms(const BatteryModel &model, const ConnectionMonitor &monitor, qint64 now);
    void readState(const BatteryModel &model, LossPhase phase, bool lost);

    BatteryValues m_values;
    double m_maxCellVoltage;
    QStringList m_sensorNames;
    std::deque<double> m_currents; ///< of the last polls, for the mean
    double m_currentSum = 0;
    quint64 m_pollsSeen = 0;
    // Last known, since what a silent BMS may do is what it was doing.
    Flag m_chargeAllowed;
    Flag m_dischargeAllowed;
};

/// Name of a sensor from 0, as configured or "Temp 1".
[[nodiscard]] QString sensorName(const QStringList &names, size_t sensor);
/// "9h 41m": the largest unit and the next smaller one, parts that are zero left out.
[[nodiscard]] QString durationText(qint64 seconds);
/// Texts of /ConnectionInformation; other programs read them, so they are not translated.
[[nodiscard]] QString connectedText(const ConnectionMonitor::Errors &errors);
[[nodiscard]] QString lostText(qint64 lostMs, qint64 thresholdMs);

} // namespace sb
