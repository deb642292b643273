// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::cbtpwr {

class CbtpwrSimulator final : public SimulatedDevice
{
public:
    explicit CbtpwrSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    int blocks = 4; ///< of cells that it answers

private:
    [[nodiscard]] QByteArray data(int command) const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::cbtpwr
