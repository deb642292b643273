// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/hlpdatabms4s/hlpdatabms4stext.h"

namespace sb::hlpdatabms4s {

/// What the terminal is told, each time twice: only what two replies in a row agree on counts.
enum Command : quint8 { Wake, Version, Stored, Measure };
[[nodiscard]] Request request(Command command, bool again = false);

/// HLPdata BMS4S. Its terminal knows more commands, of unknown effect: nothing is written.
class Bms4sDriver final : public Driver
{
public:
    explicit Bms4sDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] LinkCounters counters() const override { return m_counters; }

private:
    Reply takeVersion(bool again, Update &update);
    Reply takeMeasurement(bool again, Update &update);
    Reply takeSettings(bool again, Update &update);
    /// Compares with the reply before; the second one of two that agree counts.
    template<typename T, typename Agree>
    Reply confirm(std::optional<T> &last, const T &read, bool again, Agree agree, BatteryState &to);

    QByteArray m_heard;   ///< since the command went out
    bool m_taken = false; ///< the reply was there
    std::optional<QString> m_version;
    std::optional<Settings> m_settings;
    std::optional<Measurement> m_measurement;
    LinkCounters m_counters;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::hlpdatabms4s
