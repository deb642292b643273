// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::saihang {

class SaihangSimulator final : public SimulatedDevice
{
public:
    explicit SaihangSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    int unit = 0;              ///< as which it answers; some say 1
    bool tellsSettings = true; ///< answers more registers than those of the status

private:
    [[nodiscard]] QByteArray registers(int count) const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::saihang
