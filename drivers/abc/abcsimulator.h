// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::abc {

class AbcSimulator final : public SimulatedDevice
{
public:
    explicit AbcSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    bool tellsAlarms = true;

private:
    [[nodiscard]] QByteArray pack() const;
    [[nodiscard]] QByteArray switches() const;
    [[nodiscard]] QByteArray heater() const;
    [[nodiscard]] QByteArray cells(int first) const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::abc
