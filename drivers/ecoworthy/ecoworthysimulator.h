// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::ecoworthy {

class EcoworthySimulator final : public SimulatedDevice
{
public:
    explicit EcoworthySimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;

    bool tellsAddress = false; ///< begins each frame with it
    int commandsHeard = 2;     ///< it speaks once both came; some radios begin at once

private:
    [[nodiscard]] QByteArray frame(bool status) const;
    [[nodiscard]] QByteArray status() const;
    [[nodiscard]] QByteArray cells() const;

    Pack &m_pack;
    qint64 m_sinceMs = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::ecoworthy
