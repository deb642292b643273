// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::lipower {

/// Ective batteries with the LiPower BMS, and their monitor, over Bluetooth: one block of Modbus registers,
/// which one of three units answers; one of them with a register more than it was asked for.
///
/// Facts: recorded frames of three devices that were discharging. That direction 0 is charging is not sure.
class LipowerDriver final : public frames::FrameDriver
{
public:
    explicit LipowerDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;

    std::optional<int> m_unit; ///< that answered
    bool m_powerFits = false;  ///< the power it told was that of voltage and current
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::lipower
