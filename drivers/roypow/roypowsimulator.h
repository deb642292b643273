// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::roypow {

class RoypowSimulator final : public SimulatedDevice
{
public:
    explicit RoypowSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

private:
    [[nodiscard]] QByteArray cells() const;
    [[nodiscard]] QByteArray state() const;
    [[nodiscard]] QByteArray charge() const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::roypow
