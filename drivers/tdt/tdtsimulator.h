// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::tdt {

class TdtSimulator final : public SimulatedDevice
{
public:
    explicit TdtSimulator(Pack &pack)
        : m_pack(pack)
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void written(const QString &characteristic, Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] QByteArray characteristicValue(const QString &characteristic) const override;

    int head = 0x7E;       ///< of the questions that it hears
    int version = 0;       ///< 4: with the extension
    bool needsKey = true;  ///< says nothing before it was given
    int refusesPoint = -1; ///< answers this one with an error

private:
    [[nodiscard]] QByteArray answer(int point, const QByteArray &data, int status = 0) const;
    [[nodiscard]] QByteArray analog() const;
    [[nodiscard]] QByteArray warnings() const;

    Pack &m_pack;
    bool m_open = false;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::tdt
