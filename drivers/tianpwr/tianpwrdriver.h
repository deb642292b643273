// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

#include <map>

namespace sb::tianpwr {

/// TianPwr boards over Bluetooth.
///
/// Facts: recorded frames of one 16-cell board. Its pages have no checksum: a reading is taken only when all
/// of them are there and the cells make up the voltage. What is not sure: the sign of the current, and what
/// the alarm bits mean.
class TianpwrDriver final : public frames::FrameDriver
{
public:
    explicit TianpwrDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] bool isLast(int page) const;
    [[nodiscard]] bool decodeAll(BatteryState &to);

    std::map<int, std::vector<quint8>> m_pages; ///< of the reading in progress
    size_t m_cells = 0;                         ///< as the last whole reading told
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::tianpwr
