// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/hextextdriver.h"

namespace sb::ws_nova {

/// Wattstunde Nova Core batteries over Bluetooth: hexadecimal text as E&J's, scrambled with a key that stands
/// in it. The rule of its checksum is not known, so its content has to be possible.
///
/// Facts: recorded frames of a 4-cell battery and two bits of the protection word.
class WsNovaDriver final : public frames::HexTextDriver
{
public:
    explicit WsNovaDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] bool isWhole(QByteArrayView digits) const override;
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;

    size_t m_cells = 0; ///< most that were seen: one that died keeps its place
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::ws_nova
