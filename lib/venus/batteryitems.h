// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "venus/batteryvalues.h"
#include "venus/itemtree.h"

namespace sb {

/// What is fixed for the life of a service.
struct ServiceIdentity
{
    QString serviceName; ///< com.victronenergy.battery.ttyUSB0
    QString connection;  ///< "Serial /dev/ttyUSB0"
    QString port;        ///< for the product name
    QString typeName;    ///< "LLT/JBD"
    QString uniqueId;    ///< cleaned
    QString productName; ///< empty: made from the three above, with the word that aggregators look for
    QString processName;
    QString processVersion;
    int deviceInstance = 0;
    QString customName;
    bool changesPerItem = false; ///< PropertiesChanged of each item instead of one ItemsChanged
    /// Measurements but no limits: not a BMS for the system. The limits stay in the JSON.
    bool monitorOnly = false;
    bool insecureConnection = false; ///< publishes /Mgmt/InsecureConnection 1: no shared voltage sense
    /// Bits: 1 a balancing flag per cell, 2 /Cell/1/Volts instead of /Voltages/Cell1. 0: no single cells.
    int cellDataFormat = 1;
    qint64 cellCount = 0;             ///< fixed, since readers expect no new paths
    QStringList sensorNames;          ///< of the sensors that have paths; missing ones are "Temp 1" ...
    std::vector<int> timeToSocPoints; ///< %, each a path /TimeToSoC/N
    std::vector<Control> controls;    ///< what the driver can switch or set; decides about /Settings
    bool countsSoc = false;           ///< the state of charge is counted here and can be set without the BMS
    bool publishJson = false;         ///< everything in /JsonData too
    /// Options to publish below /Info/Config; names as keys, values bool, int, double or text.
    std::vector<std::pair<QString, QVariant>> config;
};

/// The items of a battery service: makes the tree and keeps it at the values. Knows nothing of a bus.
class BatteryItems
{
public:
    explicit BatteryItems(const ServiceIdentity &identity);
    ~BatteryItems();

    void fill(const BatteryValues &values);
    [[nodiscard]] ItemTree &tree() { return m_tree; }
    [[nodiscard]] const ItemTree &tree() const { return m_tree; }

    // Items that a service handles itself.
    int customName = -1;
    int deviceInstance = -1;
    int mode = -1;
    int clearHistory = -1;
    int resetSocTo = -1; ///< -1: nobody can set a state of charge
    int resetSocToApply = -1;
    struct Switch
    {
        Control control;
        const char *word; ///< as commands name it
        int item;
        Flag BatteryValues::*state;
    };
    std::vector<Switch> switches;

private:
    void addIdentity();
    void addCells();
    void addSettings();
    void addConfig();
    void fillLimits(const BatteryValues &values);
    void fillCells(const BatteryValues &values);
    void fillHistory(const BatteryValues &values);
    void fillJson();

    const ServiceIdentity &m_identity;
    ItemTree m_tree;
    template<typename T>
    struct Bound
    {
        int item;
        T BatteryValues::*value;
    };
    std::vector<Bound<Number>> m_numbers;
    std::vector<Bound<Count>> m_counts;
    std::vector<Bound<Flag>> m_flags;
    std::vector<Bound<Text>> m_texts;
    std::vector<Bound<Number>> m_discharges; ///< published as 0 or negative
    std::vector<Bound<Number>> m_percents;
    int m_chargeVoltage = -1;
    int m_chargeCurrent = -1;
    int m_dischargeCurrent = -1;
    int m_batteryLow = -1;
    int m_allowCharge = -1;
    int m_allowDischarge = -1;
    int m_blockingCharge = -1;
    int m_blockingDischarge = -1;
    int m_timeToGo = -1;
    int m_chargeCycles = -1;
    int m_sinceFull = -1;
    int m_sum = -1; ///< there are none without single cells
    int m_difference = -1;
    int m_json = -1;
    std::vector<int> m_cells;
    std::vector<int> m_balancers;
    std::vector<int> m_timeToSoc;
    std::array<int, BatteryValues::sensorCount> m_sensors{};
    std::array<int, alarmCount> m_alarms{};
};

} // namespace sb
