// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::eg4_lifepower {

class LifepowerSimulator final : public SimulatedDevice
{
public:
    LifepowerSimulator(Pack &pack, int address);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 9600; }

    char start = '\x7E';    ///< some boards hear 7C only
    bool newGroups = false; ///< firmware with the 32-bit counters
    bool tellsTexts = true;
    int protections = 0; ///< raised beside those of the pack

private:
    [[nodiscard]] QByteArray payloadOf(int command) const;
    [[nodiscard]] QByteArray groups() const;

    Pack &m_pack;
    int m_address;
    QByteArray m_buffer;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::eg4_lifepower
