// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/jbd/jbdprocedures.h"

namespace sb::jbd {

/// JBD (Jiabaida), LLT Power, Overkill Solar and many rebadged boards, by serial line and Bluetooth.
///
/// Options: `firstSensorIsMosfet` (on by serial, off by Bluetooth), `fullChargeAsWarning` (on),
/// `readSettingsAtStart` (off), `socLowWarning` and `socLowAlarm` (%, none), `password` (of a locked radio
/// module, none). With an address in its configuration it speaks the addressed frame of UP-series boards.
class JbdDriver final : public Driver
{
public:
    explicit JbdDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_splitter.missing(); }
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] QString objection(const BatteryState &read) const override;

    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;
    [[nodiscard]] std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values) override;

    [[nodiscard]] LinkCounters counters() const override;

    /// What procedures that are not part of Driver (testBalancing) are made with.
    [[nodiscard]] const Context &context() const { return m_context; }

private:
    Reply takeFrames(const Request *pending, Update &update);
    Reply takePassword(Bytes frame);
    void listenWith(const FrameRule &rule);
    bool decode(quint8 reg, Bytes data, Update &update);

    Context m_context;
    FrameSplitter m_splitter;
    LinkCounters m_counters;           ///< those that the splitter does not count
    bool m_listensForPassword = false; ///< the splitter cuts the radio module's frames
    std::optional<Request> m_password;
    std::vector<Request> m_identify;
    std::vector<Request> m_poll;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::jbd
