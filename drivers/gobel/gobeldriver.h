// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/modbusdriver.h"

namespace sb::gobel {

/// Gobel Power and Buknuwo batteries over Bluetooth: one list of registers, close to that of PACE. Gobel's
/// answer one long read; of Buknuwo's only three short ones are known, without cells.
///
/// Facts: public notes and recorded readings of one battery each. The names of the alarms are taken over from
/// PACE, not seen.
///
/// Option: `variant` "buknuwo"; without it, both are asked.
class GobelDriver final : public modbus::ModbusDriver
{
public:
    explicit GobelDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    enum class Make : quint8 { Unknown, Gobel, Buknuwo };

    [[nodiscard]] bool decode(const modbus::Query &query, const modbus::Registers &registers,
                              Update &to) override;
    [[nodiscard]] bool decodeGobel(const modbus::Registers &registers, BatteryState &to);
    void decodeBuknuwo(const modbus::Registers &registers, BatteryState &to);

    Make m_make = Make::Unknown;
    Text m_name; ///< of the radio: with Buknuwo it holds the serial number
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::gobel
