// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::pro {

/// Shunts that call themselves "Pro BMS" (Foxwell BT630, Leagend CM100), over Bluetooth. They measure one
/// battery as a whole and know no cells.
///
/// Facts: public notes made from captures, and the captured frames in them. Found out from those frames: the
/// last byte but one is the exclusive or of all bytes behind the length. One published frame with a raised
/// protection breaks that; so a frame is also taken where its power is that of its voltage and current.
/// What is not sure: byte 14 as the high byte of the current (it was 0 in everything seen).
class ProDriver final : public frames::FrameDriver
{
public:
    explicit ProDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void begin(const Request &request) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] bool decodeReading(Bytes frame, BatteryState &to);

    int m_readings = 0; ///< since it was told to begin
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::pro
