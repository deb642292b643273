// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::greenway {

class GreenwaySimulator final : public SimulatedDevice
{
public:
    explicit GreenwaySimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

private:
    [[nodiscard]] QByteArray block(int address) const;
    [[nodiscard]] QByteArray cells(int first) const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::greenway
