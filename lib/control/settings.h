// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/curve.h"

#include <QString>
#include <array>
#include <optional>
#include <vector>

namespace sb::control {

/// Limits of one direction of current.
struct DirectionSettings
{
    double maximum = 50; ///< A, at least 0
    bool byCellVoltage = true;
    bool byTemperature = true;
    bool byMosfet = true;
    bool bySoc = false;
    Curve cellVoltage;                ///< V
    Curve temperature;                ///< degC
    Curve mosfet;                     ///< degC
    Curve soc;                        ///< %
    double recoveryThreshold = 0.015; ///< share of maximum at which a limit of 0 is left
    int recoveryHoldS = 30;
    double recoveryRate = 5; ///< A/s; 0: at once
    bool operator==(const DirectionSettings &) const = default;
};

/// published = raw x slope + offset
struct Adjustment
{
    double offset = 0;
    double slope = 1;
    bool operator==(const Adjustment &) const = default;
};

inline constexpr int sensorCount = 4;

/// Settings::offlineAfterS over Bluetooth, where a lost link takes so long to come back.
inline constexpr int offlineAfterBluetoothS = 30;

/// All that steers charge control, with the defaults of the configuration. Whoever fills it has checked it:
/// lists ascending and of equal length, voltages in order.
struct Settings
{
    Settings();
    bool operator==(const Settings &) const = default;

    double minCellVoltage = 2.9;     ///< V
    double maxCellVoltage = 3.45;    ///< V
    double floatCellVoltage = 3.375; ///< V, between the two above
    double voltageDrop = 0;          ///< V, added to every published CVL
    bool cellControl = true;         ///< CVCM_ENABLE; false: always the maximum voltage

    double resetCellVoltage = 3.65;    ///< V, not below maxCellVoltage
    std::optional<int> resetAfterDays; ///< nothing: no reset charges

    int floatWaitS = 900;
    double floatSpread = 0.010;          ///< V, cell spread at which the absorption timer may start
    double floatSpreadDeviation = 0.003; ///< V, beyond it the timer starts anew
    double bulkSoc = 80;                 ///< %, 0: off
    double bulkSpread = 0.080;           ///< V
    int controllerMode = 1;
    double controllerFactor = 0.2;
    int voltageRecoveryHoldS = 60;
    double voltageRecoveryRate = 0.001; ///< V/s

    bool stepMode = false; ///< CHARGE_MODE 2
    int recalculationEveryS = 60;
    double recalculationPercent = 33;
    DirectionSettings charge;
    DirectionSettings discharge;
    bool useBmsVoltages = false; ///< USE_BMS_DVCC_VALUES with a BMS that honours it

    bool countSoc = false;    ///< SOC_CALCULATION
    bool externalSoc = false; ///< an external sensor for the SoC is configured
    Curve currentCorrection;  ///< A measured over A reported; empty: none

    bool blockOnDisconnect = false;
    int blockTimeoutMinutes = 30;
    double safeCellMinimum = 3.225; ///< V
    double safeCellMaximum = 3.375; ///< V
    bool cableAlarm = true;
    int offlineAfterS = 10;

    bool timeToGo = true;
    std::vector<int> timeToSocPoints; ///< %
    int timeToSocForm = 1;            ///< 1 seconds, 2 text, 3 both
    int timeToSocEveryS = 60;
    double socLowWarning = 20; ///< %
    bool history = true;
    bool midpoint = false;

    std::vector<int> temperatureSources{1, 2, 3, 4};
    std::array<QString, sensorCount> temperatureNames;
    std::array<Adjustment, sensorCount> temperatureAdjust;
    Adjustment mosfetAdjust;

    bool debugTexts = false;
    bool configurationError = false; ///< the file had errors: shown as state 10, error 119
};

} // namespace sb::control
