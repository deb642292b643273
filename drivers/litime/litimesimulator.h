// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::litime {

class LitimeSimulator final : public SimulatedDevice
{
public:
    explicit LitimeSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    bool ignoresSwitches = false; ///< confirms and does nothing
    bool tellsTexts = true;       ///< version and serial number

private:
    [[nodiscard]] QByteArray status() const;

    Pack &m_pack;
    bool m_dischargeOff = false; ///< by the app
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::litime
