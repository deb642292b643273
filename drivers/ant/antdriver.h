// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/ant/antprotocol.h"

namespace sb::ant {

/// ANT boards, new protocol and old. The new one is tried first: boards of 2021 answer both, and it says
/// more.
///
/// Options: `variant` (`new`; `old`, `ant_old` or `legacy`) forces one of them; `password` is that of the
/// board (factory setting: the well-known one of the new protocol, none of the old one).
class AntDriver final : public Driver
{
public:
    explicit AntDriver(const DriverConfig &config);

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
    Reply takeNew(Bytes frame, const Request &pending, Update &update);
    Reply takeOld(Bytes frame, const Request &pending, Update &update);
    void estimateCapacity(BatteryState &to);
    void questions(Phase phase, std::vector<Request> &to);
    void statusRequests(std::vector<Request> &to) const;
    void count();
    [[nodiscard]] Way way() const { return m_overRadio ? Way::Radio : Way::Wire; }

    bool m_overRadio;
    bool m_mayBeNew = true;
    bool m_mayBeOld = true;
    QByteArray m_password;
    Form m_form = Form::Unknown; ///< that was answered last
    FrameSplitter m_splitter;    ///< for the reply to the request in progress
    LinkCounters m_counters;
    Number m_estimate; ///< Ah
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::ant
