// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Boards with Sinowealth battery chips (SH367303 / 305 / 306, SH39F003 / 004): Daly 3S to 10S of "BMSTool",
// BMS_10. Facts: a public register list and driver, and replies in public logs. Verified on real frames: the
// checksum (11 requests and replies), cell and pack voltages. From documents only: all other registers, the
// sign of the current. Not read: the chip's own temperatures (0E, 0F), of unknown meaning.

#include "bms/driverregistry.h"

namespace sb::sinowealth {

/// A register that is asked for: number and bytes wanted.
struct Register
{
    quint8 number;
    quint8 size;
};
[[nodiscard]] Request readRequest(Register reg);

/// Replies have no frame: data and a CRC-8, which also covers the request. So they begin with the first byte
/// that comes (or behind an echo of the request), are as long as was asked for, and answer nothing else.
class SinowealthDriver final : public Driver
{
public:
    explicit SinowealthDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_missing; }
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] QString objection(const BatteryState &read) const override;
    [[nodiscard]] LinkCounters counters() const override { return m_counters; }

private:
    enum class Verdict : quint8 { Incomplete, Good, Bad };
    /// Judges what stands behind the first \a skipped bytes as a reply to \a request.
    [[nodiscard]] Verdict judge(Bytes request, size_t skipped) const;
    [[nodiscard]] bool decode(quint8 reg, Bytes data, BatteryState &to);
    [[nodiscard]] bool takeCell(int index, Bytes data, BatteryState &to) const;

    std::vector<quint8> m_heard; ///< since the request went out
    int m_missing = 0;
    bool m_judged = false; ///< the reply was complete and wrong
    std::optional<int> m_cells;
    bool m_hasSecondSensor = false;
    LinkCounters m_counters;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::sinowealth
