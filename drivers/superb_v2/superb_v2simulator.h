// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::superb_v2 {

class SuperbV2Simulator final : public SimulatedDevice
{
public:
    explicit SuperbV2Simulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;

private:
    [[nodiscard]] SimulatedReply charge() const;
    [[nodiscard]] SimulatedReply flow() const;

    Pack &m_pack;
    qint64 m_sinceMs = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::superb_v2
