// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::pylontech_ble {

class PylontechBleSimulator final : public modbus::SimulatedSlave
{
public:
    explicit PylontechBleSimulator(Pack &pack)
        : SimulatedSlave({1})
        , m_pack(pack)
    {}

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::pylontech_ble
