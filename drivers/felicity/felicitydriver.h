// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"

namespace sb::felicity {

/// Felicity Solar batteries (FLA, LPBA, LPBF) over RS485. Facts: two public drivers for them and frames built
/// from their register list; no capture exists.
class FelicityDriver final : public modbus::ModbusDriver
{
public:
    explicit FelicityDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    void decodeState(const modbus::Registers &registers, BatteryState &to) const;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::felicity
