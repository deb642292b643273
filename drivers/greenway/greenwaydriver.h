// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::greenway {

/// Greenway smart batteries (of a Talaria motorcycle, for one) over Bluetooth: short blocks by address.
///
/// Facts: recorded frames of a 20-cell battery. The bits of the status block have no public list.
class GreenwayDriver final : public frames::FrameDriver
{
public:
    explicit GreenwayDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void begin(const Request &request) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    void decodeCells(int block, Bytes data, BatteryState &to);
    void decodeSensors(Bytes data, BatteryState &to);
    static void decodeVersions(Bytes data, BatteryState &to);
    static void decodeProblems(Bytes data, BatteryState &to);

    Numbers m_firstCells; ///< of this round, where more follow
    size_t m_cells = 0;   ///< most that were seen
    size_t m_sensors = 0; ///< the same
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::greenway
