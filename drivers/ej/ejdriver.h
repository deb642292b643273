// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/hextextdriver.h"

namespace sb::ej {

/// Boards of E&J Technology over Bluetooth, sold under many names, and those of AG, which only have another
/// radio: hexadecimal text. Most tell the charge that is left in a second answer, some in the first.
///
/// Facts: recorded frames of both kinds. The bits of the protection word have no public list; that the
/// second answer holds the full capacity, too, is inferred, so it counts only where it fits the state of
/// charge.
class EjDriver final : public frames::HexTextDriver
{
public:
    explicit EjDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] bool isWhole(QByteArrayView digits) const override;
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] bool decodeRealTime(Bytes data, BatteryState &to);
    [[nodiscard]] bool decodeCapacity(Bytes data, BatteryState &to) const;

    bool m_checked = true;          ///< its frames have a checksum
    std::optional<bool> m_tellsAll; ///< in the first answer
    size_t m_cells = 0;             ///< most that were seen: one that died keeps its place
    Number m_soc;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::ej
