// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"

namespace sb::ecs {

/// ECS GreenMeter (the shunt) with one LiPro module per cell, each a unit of its own on the line. Facts: an
/// existing driver for them; no capture exists.
///
/// Options: `greenmeterAddress` (1, or the address of the configuration), `cellCount` (15), `liproStart` (2)
/// and `liproEnd` (as many units as there are cells).
class EcsDriver final : public modbus::ModbusDriver
{
public:
    explicit EcsDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    struct Module
    {
        quint8 unit;
        bool answers = true; ///< since the last round began
        int missed = 0;      ///< rounds without it
    };

    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    [[nodiscard]] bool decodeMeter(const modbus::Registers &registers, BatteryState &to);
    [[nodiscard]] bool decodeModule(const modbus::Query &query, const modbus::Registers &registers,
                                    BatteryState &to);
    void decodeVoltage(const modbus::Registers &registers, BatteryState &to) const;
    void judgeModules(AlarmSet &alarms) const;
    Module *find(quint8 unit);

    int m_cellCount;
    int m_firstModule;
    int m_lastModule;
    std::vector<Module> m_modules; ///< that were found, in the order of their cells
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::ecs
