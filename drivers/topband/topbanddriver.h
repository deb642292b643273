// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

namespace sb::topband {

/// Batteries with a Topband board (Ective, Startcraft, Wattstunde ...), and KiloVault HLX+, which send the
/// same status by themselves, once a second, as hexadecimal text over Bluetooth.
///
/// Options: `variant` (`kilovault`): the two disagree about one number (charge left; full capacity) and about
/// the width of the status word. It is known from the name or the configured type, too.
///
/// Facts: recorded statuses of both. What is not sure: the alarm bits of Topband boards, taken to be those of
/// KiloVault; the sign of KiloVault's current.
class TopbandDriver final : public frames::FrameDriver
{
public:
    explicit TopbandDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] Bytes cleaned(Bytes bytes) override;
    void takeStatus(Bytes frame, BatteryState &to);

    bool m_kilovault;
    std::optional<size_t> m_digits; ///< of the text in progress, as far as it came; nothing: none has begun
    std::vector<quint8> m_text;     ///< it, as bytes
    std::vector<quint8> m_frames;   ///< whole ones
    Number m_capacity;              ///< Ah, estimated
    size_t m_cells = 0;             ///< most that were seen: one that died keeps its place
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::topband
