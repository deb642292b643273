// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::myvolta {

class MyvoltaSimulator final : public SimulatedDevice
{
public:
    explicit MyvoltaSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes, std::vector<SimulatedReply> &) override {} // nothing can be said to it
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;

private:
    [[nodiscard]] QByteArray content(int type) const;

    Pack &m_pack;
    qint64 m_since = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::myvolta
