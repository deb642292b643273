// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"
#include "drivers/modbus/settings.h"

namespace sb::humsienk {

/// HumsiENK packs, and those of ECO-WORTHY with the same controller (name ECOxxxx).
///
/// Facts: public notes on the protocol, checked on many recorded frames by their authors, and answers of one
/// pack. What is not sure: how switches are confirmed, the unit of the delays.
class HumsienkDriver final : public frames::FrameDriver
{
public:
    explicit HumsienkDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    /// The handshake comes back as it was sent.
    [[nodiscard]] bool lineEchoes() const override { return false; }
    [[nodiscard]] bool decodeState(Bytes data, BatteryState &to) const;
    [[nodiscard]] bool decodeCells(Bytes data, BatteryState &to);

    size_t m_cells = 0; ///< most that were seen: a cell that died keeps its place
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::humsienk
