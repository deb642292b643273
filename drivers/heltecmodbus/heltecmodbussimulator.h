// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::heltecmodbus {

class HeltecModbusSimulator final : public modbus::SimulatedSlave
{
public:
    HeltecModbusSimulator(Pack &pack, int unit);

    bool hasSerial = true;

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::heltecmodbus
