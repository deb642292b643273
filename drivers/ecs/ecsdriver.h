// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"

namespace sb::ecs {

/// ECS GreenMeter (the shunt, 125 to 500 A) with one LiPro module per cell, each a unit of its own on the
/// line. Facts: an existing driver for them and frames built from its register list; no capture exists.
///
/// Options: `greenmeterAddress` (1; the address of the configuration, where there is one, counts more),
/// `liproStart` (2), `liproEnd` (as many units as there are cells), `liproCellCount` or `cellCount` (15): the
/// cells of the pack, whether they have modules or not.
class EcsDriver final : public modbus::ModbusDriver
{
public:
    explicit EcsDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    /// A unit that may be a module. Its place is that of its cell, whether it answers or not.
    struct Module
    {
        quint8 unit;
        bool found = false;    ///< said that it is a module
        bool asked = false;    ///< since the last round began
        bool answered = false; ///< since the last round began
        int missed = 0;        ///< questions in a row
        int silentRounds = 0;
    };

    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    [[nodiscard]] bool decodeMeter(const modbus::Registers &registers, BatteryState &to);
    [[nodiscard]] bool decodeModule(Module &module, const modbus::Registers &registers, BatteryState &to);
    [[nodiscard]] Number voltageOf(qint64 millivolts) const;
    void judgeStates(const modbus::Registers &registers, BatteryState &to);
    void beginRound();
    [[nodiscard]] static bool isAbsent(const Module &module);
    Module *find(quint8 unit);

    int m_cellCount;
    std::vector<Module> m_modules; ///< in the order of their cells
    size_t m_nextAbsent = 0;
    qint64 m_chargeState = 0;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::ecs
