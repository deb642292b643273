// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/settings.h"
#include "drivers/ydt1363/ydt1363driver.h"

#include <map>

namespace sb::pace {

/// PACE boards over RS232 and RS485, one pack of possibly several.
class PaceDriver final : public ydt1363::AsciiDriver
{
public:
    explicit PaceDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] std::unique_ptr<Procedure> control(Control control, double value,
                                                     const BatteryState &now) override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;
    [[nodiscard]] std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values) override;

protected:
    [[nodiscard]] bool decode(const ydt1363::Command &command, const ydt1363::Frame &reply,
                              Update &to) override;
    [[nodiscard]] std::optional<quint8> masterOf(quint8 address) const override;
    [[nodiscard]] quint8 usualDevice() const override;

private:
    /// Values of the settings as they were read last, by the code that reads them.
    using Held = std::map<quint8, QByteArray>;

    [[nodiscard]] bool decodePack(quint8 code, Bytes info, BatteryState &to) const;
    [[nodiscard]] bool decodeTexts(quint8 code, Bytes info, BatteryState &to) const;
    [[nodiscard]] bool decodeSettings(quint8 code, Bytes info, Update &to);
    [[nodiscard]] modbus::SettingAccess settings() const;

    bool m_swapBalancing;
    Held m_held;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::pace
