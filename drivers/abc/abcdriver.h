// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::abc {

/// ABC-BMS boards over Bluetooth: SOK, NB and Hoover batteries.
///
/// Facts: recorded frames of an 8-cell battery. An answer is several frames, and how many is not announced:
/// that of the cells ends with the last cell known from before, or with silence. What is not sure: what the
/// single alarm flags mean.
class AbcDriver final : public frames::FrameDriver
{
public:
    explicit AbcDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] bool takeCells(Bytes frame);
    [[nodiscard]] bool hasAllCells(bool silent) const;
    void give(int question, Update &update);

    int m_asked = 0;     ///< command of the question in progress
    BatteryState m_read; ///< what its frames have told so far
    unsigned m_types = 0;
    bool m_tellsAlarms = false;
    size_t m_cells = 0; ///< of the battery, as soon as their sum has fitted its voltage
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::abc
