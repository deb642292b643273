// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::jk {

class JkSimulator final : public SimulatedDevice
{
public:
    explicit JkSimulator(Pack &pack);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 115200; }

    bool isOld = false;           ///< firmware without the tags above B7, which counts the current from 10000
    bool ignoresSwitches = false; ///< confirms and does nothing

private:
    [[nodiscard]] QByteArray all() const;

    Pack &m_pack;
    QByteArray m_buffer;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::jk
