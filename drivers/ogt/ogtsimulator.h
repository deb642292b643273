// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::ogt {

class OgtSimulator final : public SimulatedDevice
{
public:
    explicit OgtSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

private:
    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::ogt
