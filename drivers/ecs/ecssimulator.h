// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::ecs {

/// A GreenMeter, and a LiPro module at the units behind it for each cell.
class EcsSimulator final : public modbus::SimulatedSlave
{
public:
    EcsSimulator(Pack &pack, int meter, int firstModule = 2);
    [[nodiscard]] int baudRate() const override { return 19200; }
    [[nodiscard]] SerialSettings::Parity parity() const override { return SerialSettings::Parity::Even; }
    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    QSet<int> silentUnits;    ///< modules whose cable is off
    bool socWithFault = true; ///< the high word of small numbers is FFFF, as real ones send it

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    [[nodiscard]] Content meterContent() const;
    [[nodiscard]] Content moduleContent(int unit) const;

    Pack &m_pack;
    int m_meter;
    int m_firstModule;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::ecs
