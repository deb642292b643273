// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::saihang {

/// Saihang boards in Anenji and Aninerel batteries over Bluetooth: Modbus behind two bytes of their own.
///
/// Facts: one recorded reply of an 8-cell battery and public notes on the registers behind it.
class SaihangDriver final : public frames::FrameDriver
{
public:
    explicit SaihangDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::saihang
