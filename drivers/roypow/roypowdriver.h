// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::roypow {

/// RoyPow packs and their other brands (Epoch, Lion Safari, PowerUrus). The radio module puts in words of its
/// own between the frames.
///
/// Facts: a public description and recorded frames of a 4-cell pack. What the 24 alarm bits mean is not
/// known.
class RoypowDriver final : public frames::FrameDriver
{
public:
    explicit RoypowDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] Bytes cleaned(Bytes bytes) override;

    QString m_serial; ///< from the advertised name
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::roypow
