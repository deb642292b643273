// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::ecoworthy {

/// ECO-WORTHY packs with a BW02 or BW0B radio, and DCHOUSE: status and cells in turn, unasked, once two
/// commands have woken the radio. Later radios begin each frame with their address.
///
/// Facts: recorded frames of both forms. The protection word has no public list.
class EcoworthyDriver final : public frames::FrameDriver
{
public:
    explicit EcoworthyDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;

    // One reading needs both frames.
    std::optional<BatteryState> m_status;
    std::optional<BatteryState> m_cells;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::ecoworthy
