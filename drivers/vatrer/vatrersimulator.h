// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::vatrer {

class VatrerSimulator final : public modbus::SimulatedSlave
{
public:
    explicit VatrerSimulator(Pack &pack)
        : SimulatedSlave({2})
        , m_pack(pack)
    {}

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::vatrer
