// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/jbd/jbdprotocol.h"

namespace sb::jbd {

/// A JBD board. Options: firstSensorIsMosfet (bool), fullChargeAsWarning (bool, default true), bmsType (name
/// in an existing configuration).
class JbdDriver : public Driver
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
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;
    [[nodiscard]] std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values) override;
    [[nodiscard]] LinkCounters counters() const override;

    // For the procedures of this folder.
    [[nodiscard]] Request readRequest(quint8 reg) const;
    [[nodiscard]] Request writeRequest(quint8 reg, QByteArrayView data) const;
    /// The raw bytes of a settings register as read last; empty: never.
    [[nodiscard]] QByteArray rawRegister(quint8 reg) const { return m_raw.value(reg); }
    void forgetRegister(quint8 reg) { m_raw.remove(reg); }
    /// The settings mode was entered and is not known to be left: the next connection leaves it first.
    void setFactoryModeOpen(bool open) { m_factoryModeOpen = open; }
    /// What was last commanded of the FETs; a FET that a protection opened must not become a lock.
    [[nodiscard]] quint8 commandedLock() const { return m_commandedLock; }
    void setCommandedLock(quint8 lock) { m_commandedLock = lock; }

private:
    Reply drain(const Request *pending, Update &update);
    [[nodiscard]] bool decode(const ReplyFrame &reply, Update &update);

    DecodeOptions m_options;
    bool m_addressed;
    FrameSplitter m_splitter;
    LinkCounters m_counters;
    QHash<quint8, QByteArray> m_raw;
    bool m_factoryModeOpen = false;
    quint8 m_commandedLock = 0;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::jbd
