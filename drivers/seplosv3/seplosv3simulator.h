// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::seplosv3 {

class SeplosV3Simulator final : public modbus::SimulatedSlave
{
public:
    SeplosV3Simulator(Pack &pack, int unit);
    [[nodiscard]] int baudRate() const override { return 19200; }

    bool tellsSettings = true;

protected:
    [[nodiscard]] Content content(int unit, int function) const override;
    bool write(int unit, int reg, quint16 value) override;

private:
    [[nodiscard]] Content coils() const;

    Pack &m_pack;
    Content m_settings; ///< registers 1300 to 1369
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::seplosv3
