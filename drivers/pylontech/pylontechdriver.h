// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/settings.h"
#include "drivers/ydt1363/ydt1363driver.h"

namespace sb::pylontech {

/// Pylontech batteries on RS485, one pack of possibly several. Their commands are not offered: the vendor
/// asks not to use them.
class PylontechDriver final : public ydt1363::AsciiDriver
{
public:
    explicit PylontechDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;

protected:
    [[nodiscard]] bool decode(const ydt1363::Command &command, const ydt1363::Frame &reply,
                              Update &to) override;
    [[nodiscard]] std::optional<quint8> masterOf(quint8 address) const override;

private:
    [[nodiscard]] bool decodePacks(quint8 code, Bytes info, BatteryState &to) const;
    [[nodiscard]] bool decodeAnyLimits(Bytes info, BatteryState &to);
    void combineSwitches(BatteryState &to) const;
    [[nodiscard]] int placeInGroup() const;

    bool m_charging = false; ///< by the last reading
    // What the limits allow counts beside what the FETs do.
    Flag m_mayCharge;
    Flag m_mayDischarge;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::pylontech
