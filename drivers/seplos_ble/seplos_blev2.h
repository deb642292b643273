// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/frames/framedriver.h"

namespace sb::seplos_ble {

/// V2 boards: binary frames in 7E ... 0D; what they hold is laid out as on RS485.
class V2Part final : public frames::FrameDriver
{
public:
    explicit V2Part(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] int refusal() const override { return m_code; }

    int m_code = 0;
};

} // namespace sb::seplos_ble
