// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::litime {

/// LiTime, Redodo, Power Queen and Starry Sea blocks over Bluetooth.
///
/// Facts: public notes on the apps' protocol and recorded frames of 8-cell and 4-cell blocks. What is not
/// sure: which of the temperature protections belong to charging, and the bit that tells a running heater.
class LitimeDriver final : public frames::FrameDriver
{
public:
    explicit LitimeDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] bool decodeStatus(Bytes frame, BatteryState &to);

    size_t m_cells = 0; ///< most that were seen: a cell that died keeps its place
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::litime
