// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/history.h"

#include <QJsonObject>
#include <cmath>

namespace sb::control {

namespace {

/// visitor(stored name, member): the one home of the names that installations have in their settings.
template<typename Values, typename Visitor>
void visit(Values &values, Visitor &&visitor)
{
    visitor("deepest_discharge", values.deepestDischarge);
    visitor("last_discharge", values.lastDischarge);
    visitor("average_discharge", values.averageDischarge);
    visitor("total_ah_drawn", values.totalAhDrawn);
    visitor("charge_cycles", values.chargeCycles);
    visitor("timestamp_last_full_charge", values.lastFullCharge);
    visitor("automatic_syncs", values.automaticSyncs);
    visitor("full_discharges", values.fullDischarges);
    visitor("minimum_voltage", values.minimumVoltage);
    visitor("maximum_voltage", values.maximumVoltage);
    visitor("minimum_cell_voltage", values.minimumCellVoltage);
    visitor("maximum_cell_voltage", values.maximumCellVoltage);
    visitor("low_voltage_alarms", values.lowVoltageAlarms);
    visitor("high_voltage_alarms", values.highVoltageAlarms);
    visitor("minimum_temperature", values.minimumTemperature);
    visitor("maximum_temperature", values.maximumTemperature);
    visitor("discharged_energy", values.dischargedEnergy);
    visitor("charged_energy", values.chargedEnergy);
}

double toNumber(double value, Number *) { return value; }

qint64 toNumber(double value, Count *) { return static_cast<qint64>(value); }

void lowest(Number &extreme, const Number &value)
{
    if (value && (!extreme || *value < *extreme))
        extreme = value;
}

void highest(Number &extreme, const Number &value)
{
    if (value && (!extreme || *value > *extreme))
        extreme = value;
}

bool rises(std::optional<AlarmLevel> &before, std::optional<AlarmLevel> now)
{
    if (!now)
        return false; // unknown says nothing, and a level is not new because it was unknown
    const bool rising = before.value_or(AlarmLevel::Ok) == AlarmLevel::Ok && *now != AlarmLevel::Ok;
    before = now;
    return rising;
}

} // namespace

QJsonObject HistoryValues::toJson() const
{
    QJsonObject json;
    visit(*this, [&json](const char *name, const auto &value) {
        if (value)
            json.insert(QLatin1String(name), QJsonValue(*value));
    });
    return json;
}

HistoryValues HistoryValues::fromJson(const QJsonObject &json)
{
    constexpr double beyondAnyPack = 1e12;
    HistoryValues values;
    visit(values, [&json](const char *name, auto &value) {
        const QJsonValue stored = json.value(QLatin1String(name));
        if (stored.isDouble() && std::isfinite(stored.toDouble()) &&
            std::abs(stored.toDouble()) < beyondAnyPack)
            value = toNumber(stored.toDouble(), &value);
    });
    // Existing installations hold amounts with either sign.
    for (Number *amount :
         {&values.deepestDischarge, &values.lastDischarge, &values.averageDischarge, &values.totalAhDrawn}) {
        if (*amount)
            *amount = std::abs(**amount);
    }
    return values;
}

void History::restore(const HistoryValues &values)
{
    m_values = values;
    m_sinceStart = values.lastDischarge.value_or(0); // a discharge goes on over a restart
}

void History::addFlow(double ampereHours, double kilowattHours)
{
    if (ampereHours < 0) {
        m_discharged -= ampereHours;
        m_sinceStart -= ampereHours;
    }
    if (kilowattHours < 0)
        m_dischargedEnergy -= kilowattHours;
    else
        m_chargedEnergy += kilowattHours;
}

void History::becameFull(qint64 wallSecond)
{
    m_values.lastFullCharge = wallSecond;
    m_values.automaticSyncs = m_values.automaticSyncs.value_or(0) + 1;
}

void History::sample(const Sample &sample, qint64 second)
{
    countEdges(sample);
    m_sample = sample;
    if (m_nextRenewal && second < *m_nextRenewal)
        return;
    m_nextRenewal = second + everyS;
    renew(sample);
}

void History::countEdges(const Sample &sample)
{
    if (sample.averageCurrent) {
        const bool discharging = *sample.averageCurrent < 0;
        if (discharging && m_discharging == false)
            m_sinceStart = 0;
        m_discharging = discharging;
    }
    if (rises(m_lowVoltage, sample.lowVoltage))
        m_values.lowVoltageAlarms = m_values.lowVoltageAlarms.value_or(0) + 1;
    if (rises(m_highVoltage, sample.highVoltage) && !sample.highVoltageIntended)
        m_values.highVoltageAlarms = m_values.highVoltageAlarms.value_or(0) + 1;
}

void History::renew(const Sample &sample)
{
    renewCapacity(sample);
    lowest(m_values.minimumVoltage, sample.voltage);
    highest(m_values.maximumVoltage, sample.voltage);
    lowest(m_values.minimumCellVoltage, sample.lowestCell);
    highest(m_values.maximumCellVoltage, sample.highestCell);
    lowest(m_values.minimumTemperature, sample.lowestTemperature);
    highest(m_values.maximumTemperature, sample.highestTemperature);
    if (!m_values.lowVoltageAlarms)
        m_values.lowVoltageAlarms = 0;
    if (!m_values.highVoltageAlarms)
        m_values.highVoltageAlarms = 0;

    const double before = sample.bmsCycles && sample.cycleEnergy
                              ? static_cast<double>(*sample.bmsCycles) * *sample.cycleEnergy
                              : 0;
    m_values.dischargedEnergy = m_values.dischargedEnergy.value_or(before) + m_dischargedEnergy;
    m_values.chargedEnergy = m_values.chargedEnergy.value_or(before) + m_chargedEnergy;
    m_dischargedEnergy = 0;
    m_chargedEnergy = 0;
}

void History::renewCapacity(const Sample &sample)
{
    highest(m_values.deepestDischarge, sample.consumed);
    if (sample.averageCurrent && *sample.averageCurrent <= 0)
        m_values.lastDischarge = m_sinceStart;
    if (!m_values.lastDischarge)
        m_values.lastDischarge = 0;

    const double before =
        sample.bmsCycles && sample.capacity ? static_cast<double>(*sample.bmsCycles) * *sample.capacity : 0;
    m_values.totalAhDrawn = m_values.totalAhDrawn.value_or(before) + m_discharged;
    m_discharged = 0;
    if (sample.bmsCycles)
        m_values.chargeCycles = static_cast<double>(*sample.bmsCycles);
    else if (sample.capacity && *sample.capacity > 0 && *m_values.totalAhDrawn > 0)
        m_values.chargeCycles = *m_values.totalAhDrawn / *sample.capacity;
    if (m_values.chargeCycles && *m_values.chargeCycles > 0)
        m_values.averageDischarge = *m_values.totalAhDrawn / *m_values.chargeCycles;

    if (!m_values.fullDischarges)
        m_values.fullDischarges = 0;
    constexpr double armedAbove = 15; // %
    if (sample.soc && *sample.soc == 0 && m_fullDischargeArmed) {
        m_values.fullDischarges = *m_values.fullDischarges + 1;
        m_fullDischargeArmed = false;
    } else if (sample.soc && *sample.soc > armedAbove) {
        m_fullDischargeArmed = true;
    }
}

void History::clear(HistoryPart part)
{
    const auto clears = [part](HistoryPart which) { return part == HistoryPart::All || part == which; };
    HistoryValues &v = m_values;
    if (clears(HistoryPart::Capacity)) {
        for (Number *value :
             {&v.deepestDischarge, &v.lastDischarge, &v.averageDischarge, &v.totalAhDrawn, &v.chargeCycles})
            value->reset();
        v.fullDischarges.reset();
    }
    if (clears(HistoryPart::Voltages)) {
        for (Number *value :
             {&v.minimumVoltage, &v.maximumVoltage, &v.minimumCellVoltage, &v.maximumCellVoltage})
            value->reset();
    }
    if (clears(HistoryPart::Times)) {
        v.lastFullCharge.reset();
        v.automaticSyncs.reset();
    }
    if (clears(HistoryPart::Alarms)) {
        v.lowVoltageAlarms.reset();
        v.highVoltageAlarms.reset();
    }
    if (clears(HistoryPart::Temperatures)) {
        v.minimumTemperature.reset();
        v.maximumTemperature.reset();
    }
    if (clears(HistoryPart::Energy)) {
        v.dischargedEnergy.reset();
        v.chargedEnergy.reset();
    }
    renew(m_sample);
}

} // namespace sb::control
