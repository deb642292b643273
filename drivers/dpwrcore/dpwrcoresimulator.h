// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::dpwrcore {

class DpwrcoreSimulator final : public SimulatedDevice
{
public:
    explicit DpwrcoreSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    std::optional<quint16> lock{}; ///< what opens it
    bool tellsUnlocking = true;

private:
    void say(int command, const QByteArray &data, std::vector<SimulatedReply> &replies);
    [[nodiscard]] QByteArray state() const;
    [[nodiscard]] QByteArray counters() const;
    [[nodiscard]] QByteArray cells() const;

    Pack &m_pack;
    QByteArrayList m_pages; ///< the first one waits to be acknowledged
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::dpwrcore
