// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::humsienk {

class HumsienkSimulator final : public SimulatedDevice
{
public:
    explicit HumsienkSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    bool ignoresSwitches = false; ///< confirms and does nothing

private:
    [[nodiscard]] QByteArray state() const;
    [[nodiscard]] QByteArray values() const;
    [[nodiscard]] QByteArray cells() const;
    [[nodiscard]] QByteArray configuration() const;

    Pack &m_pack;
    bool m_heats = false;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::humsienk
