// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::superb {

class SuperbSimulator final : public SimulatedDevice
{
public:
    explicit SuperbSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;

private:
    Pack &m_pack;
    qint64 m_sinceMs = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::superb
