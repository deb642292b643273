// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"

namespace sb {

/// What a battery service publishes and what may change while it runs; the owner fills it once per poll.
/// Unknown is nothing and goes out as the invalid item. Units as on the bus; signs: charging is positive.
struct BatteryValues
{
    // Identity, as far as a BMS tells it late.
    Text deviceName;
    Text hardwareVersion;
    Count cellCount;

    Text connectionInformation;
    Count state;       ///< 0 initializing, 9 running, 10 error, 14 standby
    Count mode;        ///< 3 on, 4 off, 252 standby
    Count deviceState; ///< 0x100 .. 0x105
    Count errorCode;
    /// The BMS was given up: whatever the limits below say, 0 A and "not allowed" are published.
    bool givenUp = false;

    // Measurements.
    Number voltage;        ///< V
    Number current;        ///< A
    Number power;          ///< W
    Number temperature;    ///< degC
    Number midVoltage;     ///< V
    Number midDeviation;   ///< %
    Number currentAverage; ///< A
    Number soc;            ///< %, held within 0 to 100
    Number soh;            ///< %, likewise
    Number capacity;       ///< Ah left
    Number installedCapacity;
    Number consumed; ///< Ah; published as 0 or negative whatever its sign is here
    // What the BMS says, where the state of charge comes from somewhere else.
    Number socBms;
    Number capacityBms;
    Number consumedBms;
    Count timeToGo;              ///< s; 0 and less is unknown
    std::vector<Text> timeToSoc; ///< in the order of ServiceIdentity::timeToSocPoints

    // Limits. Without a charge voltage the service is no BMS for the system and publishes none of the four.
    Number chargeVoltage;    ///< V
    Number chargeCurrent;    ///< A; published as 0 while unknown beside a known voltage
    Number dischargeCurrent; ///< A; likewise
    Number batteryLowVoltage;
    Number maxChargeCellVoltage; ///< V
    Text chargeMode;
    Text chargeLimitation;
    Text dischargeLimitation;
    Text chargeModeDebug;
    Text chargeModeDebugFloat;
    Text chargeModeDebugBulk;
    Flag allowToCharge;
    Flag allowToDischarge;
    Flag allowToBalance;
    Flag allowToHeat;
    Flag balancing;
    Flag heating;
    Number heatingCurrent;
    Number heatingPower;
    Number heatingTemperatureStart;
    Number heatingTemperatureStop;
    Count modulesOnline;
    Count modulesOffline;
    Count modulesBlockingCharge;
    Count modulesBlockingDischarge;

    // Cells and sensors.
    Numbers cells;   ///< V, in order
    Flags balancers; ///< per cell
    Number cellSum;  ///< V
    Number cellDifference;
    Number minCellVoltage;
    Number maxCellVoltage;
    Text minVoltageCellId; ///< "C1"
    Text maxVoltageCellId;
    static constexpr size_t sensorCount = 4; ///< sensors that have paths
    std::array<Number, sensorCount> sensors; ///< degC
    Number minCellTemperature;
    Number maxCellTemperature;
    Text minTemperatureCellId;
    Text maxTemperatureCellId;
    Number mosfetTemperature;

    AlarmSet alarms; ///< BmsCable too

    // History. Amounts discharged are published as 0 or negative whatever their sign is here.
    Number deepestDischarge; ///< Ah
    Number lastDischarge;
    Number averageDischarge;
    Number totalAhDrawn;
    Number chargeCycles; ///< whole ones are published
    Count fullDischarges;
    Count automaticSyncs;
    Count lowVoltageAlarms;
    Count highVoltageAlarms;
    Number minimumVoltage; ///< V
    Number maximumVoltage;
    Number minimumCellVoltage;
    Number maximumCellVoltage;
    Number minimumTemperature; ///< degC
    Number maximumTemperature;
    Count timeSinceLastFullCharge; ///< s; published in steps of a minute
    Number dischargedEnergy;       ///< kWh
    Number chargedEnergy;

    // What the BMS says about switches of the settings page; unknown leaves what was written last.
    Flag forceChargingOff;
    Flag forceDischargingOff;
    Flag turnBalancingOff;
    Flag turnHeatingOff;

    bool operator==(const BatteryValues &) const = default;
};

} // namespace sb
