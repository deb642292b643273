// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::ws_nova {

class WsNovaSimulator final : public SimulatedDevice
{
public:
    explicit WsNovaSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    int key = 0x20; ///< that it scrambles with

private:
    [[nodiscard]] QByteArray plain() const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::ws_nova
