// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/ydt1363/ydt1363driver.h"

namespace sb::cbtpwr_vb {

/// Creabest's VB series over Bluetooth: YD/T 1363 text, asked in version 1.1 and answered in 2.2.
///
/// Facts: recorded frames of a 4-cell battery. The protection word has no public list.
class CbtpwrVbDriver final : public ydt1363::AsciiDriver
{
public:
    explicit CbtpwrVbDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;

protected:
    [[nodiscard]] bool decode(const ydt1363::Command &command, const ydt1363::Frame &reply,
                              Update &to) override;

private:
    [[nodiscard]] bool decodeAnalog(Bytes info, BatteryState &to) const;

    Number m_capacity;
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::cbtpwr_vb
