// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::sinowealth {

/// A pack of more than 10 cells makes it one of the larger chips, whose cells go on where the others have the
/// voltage of the pack.
class SinowealthSimulator final : public SimulatedDevice
{
public:
    explicit SinowealthSimulator(Pack &pack);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 9600; }

    bool knowsOnlyItsCells = false; ///< silent about the registers of cells that it does not have
    bool hasOneSensor = false;

private:
    [[nodiscard]] std::optional<qint64> valueOf(int number) const;
    [[nodiscard]] qint64 status() const;
    [[nodiscard]] qint64 protections() const;

    Pack &m_pack;
    QByteArray m_buffer;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::sinowealth
