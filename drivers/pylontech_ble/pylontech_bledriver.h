// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"

namespace sb::pylontech_ble {

/// Pylontech RT blocks over Bluetooth: Modbus, nothing like the text protocol of their racks. They tell the
/// highest and the lowest cell and temperature only.
///
/// Facts: public notes and one recorded reading of an RT12100. Alarms, FETs and limits are not known.
class PylontechBleDriver final : public modbus::ModbusDriver
{
public:
    explicit PylontechBleDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;

    Count m_cells; ///< as the name says
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::pylontech_ble
