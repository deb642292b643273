// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::lithionics {

/// Lithionics NeverDie batteries, which send lines of text by themselves over Bluetooth: one with the
/// measurements and one with what was counted, in one of two layouts that can be set in the battery.
///
/// Facts: recorded lines of a 12 V battery in the one layout; published lines of a 48 V one in the other. The
/// lines have no checksum; each number's form is checked. What is not sure: the status bits, and the unit of
/// the temperature in the second layout.
class LithionicsDriver final : public frames::FrameDriver
{
public:
    explicit LithionicsDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] Bytes cleaned(Bytes bytes) override;
    [[nodiscard]] bool takeMeasurements(const QList<QByteArray> &line);
    [[nodiscard]] bool takeCounters(const QList<QByteArray> &line);

    enum class Layout : quint8 { Cells, Ids };

    std::vector<quint8> m_line;   ///< in progress
    bool m_tooLong = false;       ///< it is: nothing of it counts
    std::vector<quint8> m_frames; ///< whole lines
    Layout m_layout = Layout::Cells;
    BatteryState m_measured; ///< what the reading in progress has so far
    std::optional<QList<QByteArray>> m_counted;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::lithionics
