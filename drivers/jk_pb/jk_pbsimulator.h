// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::jk_pb {

class JkPbSimulator final : public SimulatedDevice
{
public:
    JkPbSimulator(Pack &pack, int address);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 115200; }

    bool confirms = true; ///< its data
    bool refusesWrites = false;
    bool ignoresWrites = false; ///< confirms and does nothing

private:
    [[nodiscard]] QByteArray status() const;
    [[nodiscard]] QByteArray settings() const;
    [[nodiscard]] QByteArray information() const;
    void write(int reg, qint64 value);

    Pack &m_pack;
    int m_address;
    QByteArray m_buffer;
    QByteArray m_settings; ///< the frame
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::jk_pb
