// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/jk_pb/jk_pbprotocol.h"
#include "drivers/jk_pb/jk_pbstream.h"

namespace sb::jk_pb {

/// JK inverter boards (PB series) on their RS485 bus, addresses 1 to 15 by DIP switches. A write triggers a
/// data frame that names no address; the confirmation behind it does. Boards that leave it away are believed
/// until they confirm once.
class JkPbDriver final : public Driver
{
public:
    explicit JkPbDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_stream.missing(); }
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;
    [[nodiscard]] std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values) override;
    [[nodiscard]] LinkCounters counters() const override;

private:
    Reply takeItems(const Request *pending, Update &update);
    Reply takeConfirmation(Bytes bytes, const Request &pending, Update &update);
    Reply takeData(const Request &pending, Update &update);
    [[nodiscard]] modbus::SettingAccess settings() const;

    quint8 m_address;
    Stream m_stream;
    LinkCounters m_counters;
    QByteArray m_data; ///< a data frame that waits for its confirmation
    bool m_confirms = false;
    bool m_statusMissing = false; ///< asked for, and not come yet
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::jk_pb
