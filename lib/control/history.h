// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

class QJsonObject;

namespace sb::control {

/// What is remembered of a battery's life. Amounts discharged are positive here; D-Bus shows them negative.
struct HistoryValues
{
    Number deepestDischarge; ///< Ah
    Number lastDischarge;    ///< Ah
    Number averageDischarge; ///< Ah
    Number totalAhDrawn;     ///< Ah
    Number chargeCycles;
    Count lastFullCharge; ///< wall seconds
    Count automaticSyncs;
    Count fullDischarges;
    Number minimumVoltage;     ///< V
    Number maximumVoltage;     ///< V
    Number minimumCellVoltage; ///< V
    Number maximumCellVoltage; ///< V
    Count lowVoltageAlarms;
    Count highVoltageAlarms;
    Number minimumTemperature; ///< degC
    Number maximumTemperature; ///< degC
    Number dischargedEnergy;   ///< kWh
    Number chargedEnergy;      ///< kWh

    bool operator==(const HistoryValues &) const = default;
    /// The object stored below the device's settings; names as existing installations have them.
    [[nodiscard]] QJsonObject toJson() const;
    /// What can't be a value of its kind is left unknown; other names are ignored.
    [[nodiscard]] static HistoryValues fromJson(const QJsonObject &json);
};

/// What a press on the clear button of the screen clears.
enum class HistoryPart : quint8 { All = 1, Capacity, Voltages, Times, Alarms, Temperatures, Energy };

/// Keeps HistoryValues up to date. Values are renewed once a minute; a full charge and alarms count at once.
class History
{
public:
    static constexpr qint64 everyS = 60;

    /// What is looked at in each poll.
    struct Sample
    {
        Number soc;            ///< %
        Number capacity;       ///< Ah
        Number consumed;       ///< Ah, at least 0
        Number averageCurrent; ///< A
        Number voltage;        ///< V
        Number lowestCell;     ///< V
        Number highestCell;    ///< V
        Number lowestTemperature;
        Number highestTemperature;
        Count bmsCycles;
        /// V x Ah of the pack at rest: energy of one cycle, for the start of the energy sums.
        Number cycleEnergy;                    ///< kWh
        std::optional<AlarmLevel> lowVoltage;  ///< of pack or cells, the higher level
        std::optional<AlarmLevel> highVoltage; ///< likewise
        bool highVoltageIntended = false;      ///< by a reset charge: not counted
    };

    void restore(const HistoryValues &values);
    /// What flowed since the last reading, Ah and kWh, positive = charging.
    void addFlow(double ampereHours, double kilowattHours);
    void sample(const Sample &sample, qint64 second);
    void becameFull(qint64 wallSecond);
    /// What is cleared begins anew with the last sample.
    void clear(HistoryPart part);

    [[nodiscard]] const HistoryValues &values() const { return m_values; }

private:
    void countEdges(const Sample &sample);
    void renew(const Sample &sample);
    void renewCapacity(const Sample &sample);

    HistoryValues m_values;
    Sample m_sample;
    std::optional<qint64> m_nextRenewal;
    double m_discharged = 0; ///< Ah since the last renewal
    double m_dischargedEnergy = 0;
    double m_chargedEnergy = 0;
    double m_sinceStart = 0; ///< Ah of the present discharge
    Flag m_discharging;
    bool m_fullDischargeArmed = true;
    std::optional<AlarmLevel> m_lowVoltage;
    std::optional<AlarmLevel> m_highVoltage;
};

} // namespace sb::control
