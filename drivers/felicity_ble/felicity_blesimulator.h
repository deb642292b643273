// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::felicity_ble {

class FelicityBleSimulator final : public SimulatedDevice
{
public:
    explicit FelicityBleSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

private:
    [[nodiscard]] QByteArray values() const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::felicity_ble
