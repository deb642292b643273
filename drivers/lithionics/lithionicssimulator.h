// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::lithionics {

class LithionicsSimulator final : public SimulatedDevice
{
public:
    explicit LithionicsSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;

    bool fixedWidth = false; ///< the layout of 48 V batteries

private:
    [[nodiscard]] QByteArray measurements() const;
    [[nodiscard]] QByteArray counters() const;

    Pack &m_pack;
    qint64 m_sinceLines = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::lithionics
