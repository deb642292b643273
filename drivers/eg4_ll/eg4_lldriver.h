// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"
#include "drivers/modbus/settings.h"

namespace sb::eg4_ll {

/// EG4-LL batteries over RS485 and, as SunGoldPower's, over Bluetooth. Facts: EG4-LL document V01.06 and one
/// captured block of a 12 V pack.
///
/// Option: `currentScale` (0.01) A per unit of the current; some models, and all over Bluetooth, count in
/// 0.1 A.
class Eg4LlDriver final : public modbus::ModbusDriver
{
public:
    explicit Eg4LlDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;

private:
    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    [[nodiscard]] bool decodeLive(const modbus::Registers &registers, BatteryState &to) const;
    void decodeInfo(const modbus::Registers &registers, BatteryState &to) const;

    Scale m_current;
    Scale m_ampereHours;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::eg4_ll
