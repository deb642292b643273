// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"

namespace sb::heltecmodbus {

/// Heltec smart BMS with RS485 (YYBMS firmware). Its registers are a stream of bytes whose numbers have their
/// low byte first. Facts: an existing driver for it and frames built with it; no document is public.
class HeltecModbusDriver final : public modbus::ModbusDriver
{
public:
    explicit HeltecModbusDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] quint16 countOf(const modbus::Read &read) const override;
    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    void decodeIdentity(const modbus::Registers &registers, BatteryState &to);
    void decodeLimits(const modbus::Registers &registers, BatteryState &to) const;
    void decodeLive(const modbus::Registers &registers, BatteryState &to) const;

    int m_cells = 0; ///< 0: not read yet
    QString m_revision;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::heltecmodbus
