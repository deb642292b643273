// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"

namespace sb::vatrer {

/// Vatrer 51.2 V batteries over Bluetooth (their other ones have JBD boards). Facts: public notes and one
/// recorded reading; what the problem bytes mean is not known.
class VatrerDriver final : public modbus::ModbusDriver
{
public:
    explicit VatrerDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    [[nodiscard]] bool decodeCells(const modbus::Registers &registers, BatteryState &to);
    [[nodiscard]] bool decodeState(const modbus::Registers &registers, BatteryState &to) const;

    Text m_name; ///< of the radio, where it is the serial number
    size_t m_cells = 0;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::vatrer
