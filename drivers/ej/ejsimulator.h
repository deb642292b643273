// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::ej {

class EjSimulator final : public SimulatedDevice
{
public:
    explicit EjSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    bool tellsAll = false;     ///< in its first answer; then it does not know the second question
    bool sendsChecksum = true; ///< some send 00

private:
    [[nodiscard]] QByteArray answer(const char *head, const QByteArray &data) const;
    [[nodiscard]] QByteArray realTime() const;

    Pack &m_pack;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::ej
