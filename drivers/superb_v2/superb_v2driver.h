// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::superb_v2 {

/// Super-B Epsilon V2 batteries over Bluetooth. Half of a reading is the answer to a question, the other half
/// comes by itself, on another characteristic, before or after it.
///
/// Facts: public notes and captured notifications. What is not sure: where these batteries tell faults; none
/// are read.
class SuperbV2Driver final : public frames::FrameDriver
{
public:
    explicit SuperbV2Driver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] Bytes cleaned(Bytes bytes) override;
    /// Keeps its half of a reading; false where it is none.
    bool keep(Bytes frame);

    Text m_serialNumber;         ///< stands in the advertised name
    std::vector<quint8> m_piece; ///< of a notification that comes in parts
    BatteryState m_charge;       ///< what the answer tells
    BatteryState m_flow;         ///< what comes by itself
    bool m_flowIsEarly = false;  ///< it came between two questions
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::superb_v2
