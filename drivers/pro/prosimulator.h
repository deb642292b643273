// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::pro {

class ProSimulator final : public SimulatedDevice
{
public:
    explicit ProSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;

    int calibrating = 0; ///< so many readings still have no state of charge

private:
    [[nodiscard]] QByteArray reading() const;

    Pack &m_pack;
    bool m_greeted = false;
    bool m_streams = false;
    qint64 m_sinceMs = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::pro
