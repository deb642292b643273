// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/frames/framedriver.h"

#include <map>

namespace sb::myvolta {

/// Volta Power Systems packs behind their adapter from CAN to Bluetooth, which passes on one message after
/// the other and listens to nothing. Bytes that would end a message have an escape before them.
///
/// Facts: public notes and a recorded stream of a 14-cell pack.
class MyvoltaDriver final : public frames::FrameDriver
{
public:
    explicit MyvoltaDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

private:
    [[nodiscard]] std::optional<int> idOf(Bytes frame) const override;
    [[nodiscard]] Taken decode(Bytes frame, const Request &pending, Update &update) override;
    [[nodiscard]] Bytes cleaned(Bytes bytes) override;
    void unescape(quint8 byte);
    [[nodiscard]] bool decodeAll(BatteryState &to) const;

    // What is being unescaped.
    bool m_inside = false;
    bool m_control = false; ///< the last byte was one
    quint8 m_last = 0;
    std::vector<quint8> m_message;
    std::vector<quint8> m_messages; ///< whole ones

    std::map<quint8, QByteArray> m_contents; ///< of this reading, by type
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::myvolta
