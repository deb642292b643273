// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::eg4_ll {

class Eg4LlSimulator final : public modbus::SimulatedSlave
{
public:
    Eg4LlSimulator(Pack &pack, int unit);

    void written(const QString &characteristic, Bytes bytes, std::vector<SimulatedReply> &replies) override;

    bool tellsSettings = true;

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    void addSettings(Content &to) const;

    Pack &m_pack;
    bool m_byRadio = false; ///< its numbers have other units there
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::eg4_ll
