// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::cbtpwr_vb {

class CbtpwrVbSimulator final : public SimulatedDevice
{
public:
    explicit CbtpwrVbSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    bool tellsCapacity = true;

private:
    [[nodiscard]] QByteArray readings() const;

    Pack &m_pack;
    QByteArray m_line; ///< its radio takes 20 bytes at a time
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::cbtpwr_vb
