// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::lipower {

class LipowerSimulator final : public SimulatedDevice
{
public:
    explicit LipowerSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    int unit = 0x0B; ///< 0x22, 0x0B or 0x08

private:
    [[nodiscard]] QByteArray block() const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::lipower
