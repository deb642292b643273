// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::daly_ble {

class DalyBleSimulator final : public modbus::SimulatedSlave
{
public:
    /// \a p81: the newer list of registers.
    explicit DalyBleSimulator(Pack &pack, bool p81 = false);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

    bool tellsMosfet = true;

protected:
    [[nodiscard]] Content content(int unit, int function) const override;
    bool write(int unit, int reg, quint16 value) override;

private:
    [[nodiscard]] Content stateD2() const;
    [[nodiscard]] Content stateP81() const;
    [[nodiscard]] QByteArray answerToWrite(const QByteArray &request);

    Pack &m_pack;
    bool m_p81;
    Content m_settings; ///< by their numbers in D2
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::daly_ble
