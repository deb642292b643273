// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "drivers/seplos_ble/seplos_blev2.h"
#include "drivers/seplos_ble/seplos_blev3.h"

namespace sb::seplos_ble {

[[nodiscard]] const DriverInfo &driverInfo();

/// Seplos V3 and V2 boards over Bluetooth. Facts: public notes and recorded frames of a bank of two V3 packs
/// and of a V2 pack; what the alarms mean is taken over from RS485. Only reading is offered: nothing was ever
/// written over Bluetooth.
///
/// Option: `variant` "v2" or "v3"; without it the radio's name tells, or both are asked.
class SeplosBleDriver final : public Driver
{
public:
    explicit SeplosBleDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override { return driverInfo(); }
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override;
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] LinkCounters counters() const override;

private:
    enum class Variant : quint8 { Unknown, V2, V3 };
    void note(const Reply &reply, const Request *pending);

    V3Part m_v3;
    V2Part m_v2;
    Variant m_variant = Variant::Unknown;
    Driver *m_asked = &m_v3; ///< whose question is on the way
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::seplos_ble
