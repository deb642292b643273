// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::felicity {

class FelicitySimulator final : public modbus::SimulatedSlave
{
public:
    FelicitySimulator(Pack &pack, int unit);

    int firstSlot = 0; ///< of the cells: the slots before it are not fitted

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::felicity
