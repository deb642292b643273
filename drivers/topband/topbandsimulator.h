// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::topband {

class TopbandSimulator final : public SimulatedDevice
{
public:
    explicit TopbandSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] QByteArray characteristicValue(const QString &characteristic) const override;

    bool kilovault = false; ///< of that make, which means something else by one number

private:
    [[nodiscard]] QByteArray status() const;

    Pack &m_pack;
    qint64 m_sinceStatus = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::topband
