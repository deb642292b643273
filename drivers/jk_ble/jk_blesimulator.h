// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::jk_ble {

class JkBleSimulator final : public SimulatedDevice
{
public:
    explicit JkBleSimulator(Pack &pack);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;

    /// A board of the generation for 24 cells.
    void makeNarrow();

    bool ignoresWrites = false;  ///< acknowledges and does nothing
    bool isDeafToWrites = false; ///< does not even acknowledge
    bool leavesSettings = false; ///< answers with the stream alone
    bool tellsChanges = true;    ///< sends its settings after a write
    int writes = 0;              ///< that it heard
    int lastRegister = 0;
    QByteArray lastValue;

private:
    void write(int reg, const QByteArray &value);
    [[nodiscard]] QByteArray status() const;
    [[nodiscard]] QByteArray settings() const;
    [[nodiscard]] QByteArray information() const;

    Pack &m_pack;
    QByteArray m_settings;
    bool m_narrow = false;
    bool m_streams = false;
    qint64 m_sinceStatus = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::jk_ble
