// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::daly {

class DalySimulator final : public SimulatedDevice
{
public:
    DalySimulator(Pack &pack, int address);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 9600; }

    bool refusesSoc = false;
    bool ignoresSwitches = false; ///< confirms and does nothing
    bool sixteenCellFrames = false;
    bool tellsSensors = true; ///< firmware that knows 0x96

private:
    [[nodiscard]] QByteArrayList answer(int command, const QByteArray &data);
    [[nodiscard]] QByteArrayList cells() const;
    [[nodiscard]] QByteArray alarms() const;

    Pack &m_pack;
    int m_address;
    QByteArray m_buffer;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::daly
