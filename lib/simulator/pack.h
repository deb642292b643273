// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/profile.h"

#include <array>
#include <bitset>
#include <random>
#include <vector>

namespace sb {

enum class Chemistry : quint8 { Lfp, Nmc };

/// Volts of a resting cell at \a soc (0..1); outside it the curve goes on steeply, as a cell does.
[[nodiscard]] double openCircuitVoltage(Chemistry chemistry, double soc);

/// Why a pack opened its FETs, in the order of most boards' protection words.
enum class Protection : quint8 {
    CellOvervoltage,
    CellUndervoltage,
    PackOvervoltage,
    PackUndervoltage,
    ChargeOvertemperature,
    ChargeUndertemperature,
    DischargeOvertemperature,
    DischargeUndertemperature,
    ChargeOvercurrent,
    DischargeOvercurrent,
};
inline constexpr int protectionCount = 10;

struct PackConfig
{
    Chemistry chemistry = Chemistry::Lfp;
    int cells = 16;
    double capacityAh = 280;
    double soc = 0.62;              ///< 0..1 at start
    double socSpread = 0.004;       ///< standard deviation between cells
    double capacitySpread = 0.01;   ///< relative
    double cellResistance = 0.0004; ///< ohm
    double resistanceSpread = 0.1;  ///< relative
    int sensors = 3;                ///< battery temperature sensors
    double ambient = 21;            ///< degC
    double noiseVolts = 0.0006;     ///< standard deviation of a cell reading
    double noiseAmperes = 0.04;
    int cycles = 42;
    quint64 seed = 1;
};

/// Thresholds of the protections and of the balancer; a simulated board lets its settings write here.
struct PackLimits
{
    double cellOvervoltage = 3.65, cellOvervoltageRelease = 3.55;
    double cellUndervoltage = 2.5, cellUndervoltageRelease = 2.9;
    double packOvervoltage = 58.4, packOvervoltageRelease = 56.8;
    double packUndervoltage = 40.0, packUndervoltageRelease = 46.4;
    double chargeOvertemperature = 55, chargeUndertemperature = 0;
    double dischargeOvertemperature = 65, dischargeUndertemperature = -20;
    double chargeOvercurrent = 150, dischargeOvercurrent = 200;
    double balanceStart = 3.35, balanceWindow = 0.004;
    bool balancerEnabled = true;
    bool balanceOnlyCharging = false;
};

/// A battery as physics: cells that charge, sag, drift apart, are balanced and get warm, behind two FETs.
/// Without a clock: advance() says how much time passes. The same seed gives the same life.
class Pack
{
public:
    explicit Pack(const PackConfig &config, Profile profile = Profile::lively());

    void advance(double seconds);

    [[nodiscard]] const PackConfig &config() const { return m_config; }
    [[nodiscard]] PackLimits &limits() { return m_limits; }

    // As a board measures them, with its noise; they change only with advance().
    [[nodiscard]] double voltage() const { return m_voltage; }
    [[nodiscard]] double current() const { return m_measuredCurrent; } ///< A, positive = charging
    [[nodiscard]] const std::vector<double> &cellVoltages() const { return m_cellVoltages; }
    [[nodiscard]] const std::vector<bool> &balancing() const { return m_balancing; }
    [[nodiscard]] const std::vector<double> &temperatures() const { return m_temperatures; }
    [[nodiscard]] double mosfetTemperature() const { return m_mosfetTemperature; }
    /// Ah as the board counts them.
    [[nodiscard]] double remainingAh() const { return m_countedAh; }
    [[nodiscard]] double capacityAh() const { return m_config.capacityAh; }
    [[nodiscard]] double soc() const; ///< percent, 0..100
    [[nodiscard]] int cycles() const { return static_cast<int>(m_cycles); }

    [[nodiscard]] bool chargeFet() const { return !m_lockCharge && !chargeBlocked(); }
    [[nodiscard]] bool dischargeFet() const { return !m_lockDischarge && !dischargeBlocked(); }
    [[nodiscard]] bool isActive(Protection protection) const
    {
        return m_active.test(static_cast<size_t>(protection));
    }
    /// How often it tripped.
    [[nodiscard]] int trips(Protection protection) const { return m_trips[static_cast<size_t>(protection)]; }

    // Commands of a board.
    void lockCharge(bool locked) { m_lockCharge = locked; }
    void lockDischarge(bool locked) { m_lockDischarge = locked; }
    [[nodiscard]] bool isLocked() const { return m_lockCharge || m_lockDischarge; }
    void setRemainingAh(double ah) { m_countedAh = ah; }
    void clearTrips() { m_trips.fill(0); }
    /// Balances these cells whatever their voltage, until called with an empty list.
    void forceBalancing(std::vector<bool> cells) { m_forced = std::move(cells); }

    // Pushes the physics around, for tests and scenarios.
    void setCellSoc(int cell, double soc);
    [[nodiscard]] double cellSoc(int cell) const;
    void setAmbient(double celsius) { m_config.ambient = celsius; }
    void setTemperature(double celsius);
    void setProfile(Profile profile);
    /// Sum of what is really in the cells, Ah of the weakest.
    [[nodiscard]] double trueAh() const;

private:
    struct Cell
    {
        double capacityAh;
        double ah;
        double resistance;
    };
    [[nodiscard]] bool chargeBlocked() const;
    [[nodiscard]] bool dischargeBlocked() const;
    void measure(double current);
    void protect(double wanted);
    void balance(double current);
    void set(Protection protection, bool trip, bool release);

    PackConfig m_config;
    PackLimits m_limits;
    Profile m_profile;
    std::mt19937_64 m_random;
    std::vector<Cell> m_cells;
    double m_elapsed = 0;
    double m_voltage = 0;
    double m_measuredCurrent = 0;
    double m_countedAh = 0;
    double m_cycles = 0;
    std::vector<double> m_cellVoltages;
    std::vector<bool> m_balancing;
    std::vector<bool> m_forced;
    std::vector<double> m_temperatures;
    double m_mosfetTemperature = 0;
    std::bitset<protectionCount> m_active;
    std::array<int, protectionCount> m_trips{};
    bool m_lockCharge = false;
    bool m_lockDischarge = false;
};

} // namespace sb
