// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::cbtpwr {

/// CBT Power boards in Creabest batteries over Bluetooth: one small answer per question, the cells in blocks
/// of five.
///
/// Facts: recorded frames of 4-cell batteries, and public notes on the commands. The protection word has no
/// public list.
class CbtpwrDriver final : public frames::FrameDriver
{
public:
    explicit CbtpwrDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    void decodeSensors(Bytes data, BatteryState &to);
    [[nodiscard]] bool areAll() const;
    [[nodiscard]] bool decodeCells(size_t block, Bytes data, BatteryState &to);

    Number m_capacity;
    Number m_voltage;
    bool m_hasSecond = false; ///< temperature sensor
    Numbers m_cells;          ///< of the blocks that this round has read
    size_t m_most = 0;        ///< cells that were seen: one that died keeps its place
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::cbtpwr
