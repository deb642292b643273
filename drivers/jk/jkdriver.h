// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/jk/jkprotocol.h"

namespace sb::jk {

/// JK boards without the "inverter" interface, by the "4E 57" frames of their GPS port: one question, and all
/// values and settings in its answer. Settings are read only, since no write but that of the two switches is
/// proven on this port.
class JkDriver final : public Driver
{
public:
    explicit JkDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_splitter.missing(); }
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;
    [[nodiscard]] std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values) override;
    [[nodiscard]] LinkCounters counters() const override;

private:
    Reply takeFrames(const Request *pending, Update &update);
    [[nodiscard]] bool answers(Bytes frame, const Request &pending) const;

    FrameSplitter m_splitter;
    LinkCounters m_counters;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::jk
