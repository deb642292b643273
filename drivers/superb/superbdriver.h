// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::superb {

/// Super-B Epsilon batteries of the first generation over Bluetooth. They tell the same 20 bytes again and
/// again and take no questions.
///
/// Facts: public notes and captured notifications. What is not sure: the bits of the state byte other than
/// "all is well" and "balancing".
class SuperbDriver final : public frames::FrameDriver
{
public:
    explicit SuperbDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    /// A notification is a frame. Nothing else tells where one begins, so no part of one may stay behind.
    [[nodiscard]] Bytes cleaned(Bytes bytes) override;

    Text m_serialNumber; ///< stands in the advertised name
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::superb
