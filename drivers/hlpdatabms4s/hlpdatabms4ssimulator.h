// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::hlpdatabms4s {

class Bms4sSimulator final : public SimulatedDevice
{
public:
    explicit Bms4sSimulator(Pack &pack);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 9600; }

    bool echoes = true;
    double capacityAh = 0; ///< as its settings tell; 0: that of the pack

private:
    [[nodiscard]] QByteArray replyTo(const QByteArray &command) const;
    [[nodiscard]] QByteArray measurement() const;
    [[nodiscard]] QByteArray settings() const;

    Pack &m_pack;
    QByteArray m_line;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::hlpdatabms4s
