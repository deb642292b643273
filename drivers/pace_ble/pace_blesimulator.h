// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::pace_ble {

class PaceBleSimulator final : public SimulatedDevice
{
public:
    explicit PaceBleSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    int packs = 1; ///< all alike

private:
    [[nodiscard]] QByteArray summary() const;
    [[nodiscard]] QByteArray cells() const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::pace_ble
