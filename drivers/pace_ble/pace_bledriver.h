// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::pace_ble {

/// PACE boards with a radio of their own (PACEEX) over Bluetooth: frames in 9A ... 9D, not the text protocol
/// of their serial ports. The totals are those of all packs behind the radio; the cells are listed pack by
/// pack.
///
/// Facts: public notes and recorded frames of one board with one pack. That further packs answer in the same
/// way is an assumption; alarms, FETs and limits are not known.
class PaceBleDriver final : public frames::FrameDriver
{
public:
    explicit PaceBleDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    /// One pack's part of the lists.
    struct Part
    {
        Numbers cells;
        Numbers temperatures;
        Number mosfet;
    };

    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] bool decodeSummary(Bytes data, BatteryState &to);
    [[nodiscard]] bool decodeCells(Bytes data, const Request &pending, BatteryState &to);

    int m_packs = 1;
    std::vector<Part> m_parts; ///< of this round, in the order of the packs
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::pace_ble
