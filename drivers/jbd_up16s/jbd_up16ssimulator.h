// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

#include <QMap>
#include <QSet>

namespace sb::jbd_up16s {

class Up16sSimulator final : public SimulatedDevice
{
public:
    Up16sSimulator(Pack &pack, int address);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 9600; }

    bool forwarded = false;  ///< a slave behind the master: only the status answers
    bool tellsCharge = true; ///< firmware that knows the block 2006
    QSet<int> ignoresWrites; ///< addresses that confirm and do nothing
    bool sleeping = false;   ///< the next request is dropped

private:
    [[nodiscard]] QByteArray dataOf(int function, int start) const;
    [[nodiscard]] QByteArray status() const;
    [[nodiscard]] QByteArray own() const;
    void write(int start, const QByteArray &data);

    Pack &m_pack;
    int m_address;
    QByteArray m_buffer;
    QByteArray m_settings; ///< 1C00
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::jbd_up16s
