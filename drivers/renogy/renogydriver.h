// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"

namespace sb::renogy {

/// Renogy smart lithium batteries over RS485 (RBT..LFP, Core) and Bluetooth (these, and Pro). Facts: public
/// register lists and frames captured from an RBT100LFP12-BT and a Pro battery; flags and temperatures of the
/// BMS were never seen on a real pack.
///
/// Option: `variant` "pro" counts the current in 0.1 A instead of 0.01 A.
///
/// Cells are told in tenths of a volt: good for a glance, too coarse to judge their balance.
class RenogyDriver final : public modbus::ModbusDriver
{
public:
    explicit RenogyDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    void decodeTotals(const modbus::Registers &registers, BatteryState &to) const;
    void decodeFlags(const modbus::Registers &registers, BatteryState &to);

    double m_currentUnit;
    bool m_fetsSeen; ///< some packs never tell their FETs on RS485: all bits stay zero
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::renogy
