// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::tdt {

/// TDT boards over Bluetooth, which WattCycle and XDZN batteries have, too.
///
/// Facts: recorded frames of 4 and 16 cell blocks in both versions of the answer, public notes on the app's
/// protocol. What is not sure: which of the first two sensors is that of the FETs, and the states of single
/// cells and sensors, which are not read.
class TdtDriver final : public frames::FrameDriver
{
public:
    explicit TdtDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] int refusal() const override { return m_refusal; }

    std::optional<quint8> m_head; ///< of questions, once one was answered: units are deaf to the other one
    int m_refusal = 0;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::tdt
