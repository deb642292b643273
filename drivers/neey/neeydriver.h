// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::neey {

/// NEEY and Heltec active balancers of the fourth generation, and the NEEY BMS (EK-B...), over Bluetooth.
///
/// Facts: recorded frames of one device of each kind. A balancer knows no current and no state of charge: it
/// is a cell monitor. What is not sure: where the serial number of the BMS lies, the states 2, 4, 6 and 12.
class NeeyDriver final : public frames::FrameDriver
{
public:
    explicit NeeyDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] Taken unasked(Bytes frame, const Request *pending, Update &update) override;
    [[nodiscard]] Bytes cleaned(Bytes bytes) override;
    [[nodiscard]] bool decodeCells(Bytes frame, BatteryState &to);
    [[nodiscard]] bool decodeInformation(Bytes frame, BatteryState &to);

    bool m_isBms = false; ///< not only a balancer
    size_t m_cells = 0;   ///< most that were seen: one that died keeps its place
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::neey
