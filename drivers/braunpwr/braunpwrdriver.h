// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::braunpwr {

/// Boards of the KS48x00 family (Braun Power, BEMORY, Docan, Vanvolt, VoltPolska) over Bluetooth: frames
/// with a length and a tail, but no checksum, so their content has to be possible.
///
/// Facts: recorded frames of a 16-cell battery. The protection word has no public list.
class BraunpwrDriver final : public frames::FrameDriver
{
public:
    explicit BraunpwrDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] bool decodeStatus(Bytes data, BatteryState &to) const;
    [[nodiscard]] bool decodeCells(Bytes data, BatteryState &to);
    [[nodiscard]] static bool decodeSensors(Bytes data, BatteryState &to);

    size_t m_cells = 0; ///< that were counted last
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::braunpwr
