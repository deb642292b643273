// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/jbd_up16s/jbd_up16sprotocol.h"

namespace sb::jbd_up16s {

/// JBD UP series rack boards (UP16S ..) by their own "ES-UP" frames, which look like Modbus and are not. The
/// master, address 1, tells the status of its slaves, too.
///
/// Option: `requireDirectConnection` (off) takes a pack only when it is wired to this port itself.
class Up16sDriver final : public Driver
{
public:
    explicit Up16sDriver(const DriverConfig &config);

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
    bool decode(int id, Bytes data, Update &update);
    bool takeStatus(Bytes data, BatteryState &to);
    void takeCharge(Bytes data, BatteryState &to);
    void takeOwnLimits(Bytes data, BatteryState &to);
    void takeProduct(Bytes data, BatteryState &to);
    void limitToOwn(BatteryState &to) const;
    void count();
    [[nodiscard]] modbus::SettingAccess settings() const;

    quint8 m_address;
    bool m_requireDirect;
    FrameSplitter m_splitter;
    LinkCounters m_counters;
    std::shared_ptr<std::optional<quint16>> m_switches; ///< as last read; procedures look at it
    Number m_ownCharge; ///< A; what the status of a master tells are the sums of its bank
    Number m_ownDischarge;
    int m_statusesSinceSoc = 1000; ///< the finer SoC is of another reply
    QString m_packId;              ///< from the status: the best that a forwarded pack has
    QString m_serial;              ///< from the settings
    QString m_serialOf;            ///< the m_packId that it belongs to
    bool m_productKnown = false;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::jbd_up16s
