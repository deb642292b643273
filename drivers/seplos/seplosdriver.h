// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/modbus/settings.h"
#include "drivers/ydt1363/ydt1363driver.h"

namespace sb::seplos {

/// Seplos V2 and Boqiang boards. Nothing is written: the layout of their commands is not published.
class SeplosDriver final : public ydt1363::AsciiDriver
{
public:
    explicit SeplosDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] const std::vector<ParameterInfo> &parameters() const override;
    [[nodiscard]] std::unique_ptr<Procedure> readParameters(const QStringList &ids) override;

protected:
    [[nodiscard]] bool decode(const ydt1363::Command &command, const ydt1363::Frame &reply,
                              Update &to) override;

private:
    [[nodiscard]] QString uniqueId() const;

    int m_values = 0; ///< of the last reading, behind the fixed ones
    int m_sensors = 0;
    Number m_ratedAh; ///< as it was told first: it names the battery
    QString m_model;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::seplos
