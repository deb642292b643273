// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::renogy {

class RenogySimulator final : public modbus::SimulatedSlave
{
public:
    RenogySimulator(Pack &pack, int unit);

    bool tellsFets = true; ///< the only real capture shows all flags zero

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::renogy
