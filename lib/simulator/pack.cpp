// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/pack.h"

#include <algorithm>
#include <cmath>

namespace sb {
namespace {

struct CurvePoint
{
    double soc;
    double volts;
};

// Resting voltages at 25 degC, typical of the chemistry.
constexpr std::array<CurvePoint, 14> lfpCurve = {{{0.0, 2.60},
                                                  {0.02, 2.95},
                                                  {0.05, 3.10},
                                                  {0.10, 3.20},
                                                  {0.20, 3.245},
                                                  {0.30, 3.270},
                                                  {0.40, 3.288},
                                                  {0.50, 3.294},
                                                  {0.60, 3.305},
                                                  {0.70, 3.325},
                                                  {0.80, 3.331},
                                                  {0.90, 3.334},
                                                  {0.98, 3.38},
                                                  {1.0, 3.48}}};
constexpr std::array<CurvePoint, 12> nmcCurve = {{{0.0, 3.00},
                                                  {0.05, 3.38},
                                                  {0.10, 3.47},
                                                  {0.20, 3.56},
                                                  {0.30, 3.61},
                                                  {0.40, 3.65},
                                                  {0.50, 3.70},
                                                  {0.60, 3.78},
                                                  {0.70, 3.88},
                                                  {0.80, 3.98},
                                                  {0.90, 4.08},
                                                  {1.0, 4.19}}};

template<size_t Size>
double interpolate(const std::array<CurvePoint, Size> &curve, double soc)
{
    size_t upper = 1;
    while (upper + 1 < Size && soc > curve[upper].soc)
        ++upper;
    const CurvePoint &a = curve[upper - 1];
    const CurvePoint &b = curve[upper];
    return std::clamp(a.volts + (soc - a.soc) / (b.soc - a.soc) * (b.volts - a.volts), 0.5, 4.8);
}

constexpr double bleedAmperes = 0.15;   // passive balancer
constexpr double heatCapacity = 900;    // J/K per cell of 100 Ah
constexpr double coolingSeconds = 5400; // towards ambient
constexpr double mosfetPerWatt = 0.35;  // K
constexpr double mosfetResistance = 0.0008;
constexpr double mosfetSeconds = 40;
constexpr double longestStep = 1.0; // s; a day may be advanced in one call

} // namespace

double openCircuitVoltage(Chemistry chemistry, double soc)
{
    return chemistry == Chemistry::Lfp ? interpolate(lfpCurve, soc) : interpolate(nmcCurve, soc);
}

Pack::Pack(const PackConfig &config, Profile profile)
    : m_config(config)
    , m_profile(std::move(profile))
    , m_random(config.seed)
    , m_countedAh(config.capacityAh * config.soc)
    , m_cycles(config.cycles)
{
    std::normal_distribution<double> spread;
    for (int i = 0; i < config.cells; ++i) {
        Cell cell{};
        cell.capacityAh = config.capacityAh * (1 + config.capacitySpread * spread(m_random));
        cell.ah = cell.capacityAh * (config.soc + config.socSpread * spread(m_random));
        cell.resistance = config.cellResistance * (1 + config.resistanceSpread * spread(m_random));
        m_cells.push_back(cell);
    }
    const auto cells = static_cast<size_t>(config.cells);
    m_cellVoltages.assign(cells, 0);
    m_balancing.assign(cells, false);
    m_temperatures.assign(static_cast<size_t>(config.sensors), 0);
    for (size_t i = 0; i < m_temperatures.size(); ++i)
        m_temperatures[i] = config.ambient + 1.5 + 0.4 * static_cast<double>(i);
    m_mosfetTemperature = config.ambient + 3;
    if (config.chemistry == Chemistry::Nmc) {
        m_limits.cellOvervoltage = 4.25;
        m_limits.cellOvervoltageRelease = 4.15;
        m_limits.cellUndervoltage = 2.8;
        m_limits.cellUndervoltageRelease = 3.2;
        m_limits.balanceStart = 3.9;
    }
    m_limits.packOvervoltage = m_limits.cellOvervoltage * config.cells;
    m_limits.packOvervoltageRelease = m_limits.cellOvervoltageRelease * config.cells;
    m_limits.packUndervoltage = m_limits.cellUndervoltage * config.cells;
    m_limits.packUndervoltageRelease = m_limits.cellUndervoltageRelease * config.cells;
    measure(0);
}

double Pack::soc() const { return std::clamp(m_countedAh / m_config.capacityAh * 100, 0.0, 100.0); }

double Pack::cellSoc(int cell) const
{
    const Cell &c = m_cells[static_cast<size_t>(cell)];
    return c.ah / c.capacityAh;
}

void Pack::setCellSoc(int cell, double soc)
{
    Cell &c = m_cells[static_cast<size_t>(cell)];
    c.ah = c.capacityAh * soc;
}

void Pack::setTemperature(double celsius)
{
    std::fill(m_temperatures.begin(), m_temperatures.end(), celsius);
}

void Pack::setProfile(Profile profile) { m_profile = std::move(profile); }

double Pack::trueAh() const
{
    double least = m_cells.front().ah;
    for (const Cell &cell : m_cells)
        least = std::min(least, cell.ah);
    return least;
}

void Pack::advance(double seconds)
{
    while (seconds > 0) {
        const double step = std::min(seconds, longestStep);
        seconds -= step;
        m_elapsed += step;
        const double wanted = m_profile.currentAt(m_elapsed);
        protect(wanted);
        double current = wanted;
        if (current > 0 && !chargeFet())
            current = 0;
        if (current < 0 && !dischargeFet())
            current = 0;
        const double hours = step / 3600;
        double heat = 0;
        for (size_t i = 0; i < m_cells.size(); ++i) {
            Cell &cell = m_cells[i];
            cell.ah += (current - (m_balancing[i] ? bleedAmperes : 0)) * hours;
            heat += current * current * cell.resistance;
        }
        m_countedAh = std::clamp(m_countedAh + current * hours, 0.0, m_config.capacityAh);
        m_cycles += std::max(0.0, -current) * hours / m_config.capacityAh;
        const double mass = heatCapacity * m_config.capacityAh / 100 * m_config.cells;
        for (double &temperature : m_temperatures)
            temperature += heat / mass * step + (m_config.ambient + 1 - temperature) * step / coolingSeconds;
        const double mosfetGoal = m_config.ambient + 3 + current * current * mosfetResistance * mosfetPerWatt;
        m_mosfetTemperature += (mosfetGoal - m_mosfetTemperature) * std::min(1.0, step / mosfetSeconds);
        balance(current);
        measure(current);
    }
}

void Pack::measure(double current)
{
    std::normal_distribution<double> noise;
    m_voltage = 0;
    for (size_t i = 0; i < m_cells.size(); ++i) {
        const Cell &cell = m_cells[i];
        const double volts = openCircuitVoltage(m_config.chemistry, cell.ah / cell.capacityAh) +
                             current * cell.resistance + m_config.noiseVolts * noise(m_random);
        m_cellVoltages[i] = std::max(0.0, volts);
        m_voltage += m_cellVoltages[i];
    }
    m_measuredCurrent = current == 0 ? 0 : current + m_config.noiseAmperes * noise(m_random);
}

void Pack::set(Protection protection, bool trip, bool release)
{
    const auto at = static_cast<size_t>(protection);
    if (!m_active.test(at) && trip) {
        m_active.set(at);
        ++m_trips[at];
    } else if (m_active.test(at) && release) {
        m_active.reset(at);
    }
}

void Pack::protect(double wanted)
{
    const auto [lowest, highest] = std::minmax_element(m_cellVoltages.begin(), m_cellVoltages.end());
    const PackLimits &l = m_limits;
    set(Protection::CellOvervoltage, *highest > l.cellOvervoltage, *highest < l.cellOvervoltageRelease);
    set(Protection::CellUndervoltage, *lowest<l.cellUndervoltage, *lowest> l.cellUndervoltageRelease);
    set(Protection::PackOvervoltage, m_voltage > l.packOvervoltage, m_voltage < l.packOvervoltageRelease);
    set(Protection::PackUndervoltage, m_voltage<l.packUndervoltage, m_voltage> l.packUndervoltageRelease);
    if (!m_temperatures.empty()) {
        constexpr double hysteresis = 5;
        const auto [cold, hot] = std::minmax_element(m_temperatures.begin(), m_temperatures.end());
        set(Protection::ChargeOvertemperature, *hot > l.chargeOvertemperature,
            *hot < l.chargeOvertemperature - hysteresis);
        set(Protection::ChargeUndertemperature,
            *cold<l.chargeUndertemperature, *cold> l.chargeUndertemperature + hysteresis);
        set(Protection::DischargeOvertemperature, *hot > l.dischargeOvertemperature,
            *hot < l.dischargeOvertemperature - hysteresis);
        set(Protection::DischargeUndertemperature,
            *cold<l.dischargeUndertemperature, *cold> l.dischargeUndertemperature + hysteresis);
    }
    set(Protection::ChargeOvercurrent, wanted > l.chargeOvercurrent, wanted <= 0);
    set(Protection::DischargeOvercurrent, -wanted > l.dischargeOvercurrent, wanted >= 0);
}

void Pack::balance(double current)
{
    const double lowest = *std::min_element(m_cellVoltages.begin(), m_cellVoltages.end());
    const bool wanted = m_limits.balancerEnabled && (current > 0 || !m_limits.balanceOnlyCharging);
    for (size_t i = 0; i < m_cells.size(); ++i) {
        const double volts = m_cellVoltages[i];
        m_balancing[i] = wanted && volts > m_limits.balanceStart && volts - lowest > m_limits.balanceWindow;
        if (!m_forced.empty())
            m_balancing[i] = i < m_forced.size() && m_forced[i];
    }
}

bool Pack::chargeBlocked() const
{
    return isActive(Protection::CellOvervoltage) || isActive(Protection::PackOvervoltage) ||
           isActive(Protection::ChargeOvertemperature) || isActive(Protection::ChargeUndertemperature) ||
           isActive(Protection::ChargeOvercurrent);
}

bool Pack::dischargeBlocked() const
{
    return isActive(Protection::CellUndervoltage) || isActive(Protection::PackUndervoltage) ||
           isActive(Protection::DischargeOvertemperature) ||
           isActive(Protection::DischargeUndertemperature) || isActive(Protection::DischargeOvercurrent);
}

} // namespace sb
