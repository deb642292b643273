// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::braunpwr {

class BraunpwrSimulator final : public SimulatedDevice
{
public:
    explicit BraunpwrSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

private:
    [[nodiscard]] QByteArray data(int command) const;
    [[nodiscard]] QByteArray status() const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::braunpwr
