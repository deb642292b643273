// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ydt1363/ydt1363simulator.h"

namespace sb::seplos {

class SeplosSimulator final : public ydt1363::SimulatedStation
{
public:
    enum class Maker : quint8 { Seplos, Boqiang };

    SeplosSimulator(Pack &pack, int address, Maker maker = Maker::Seplos);
    [[nodiscard]] int baudRate() const override { return m_maker == Maker::Seplos ? 19200 : 9600; }

    int group = -1; ///< the only group byte it takes; -1: its address

protected:
    [[nodiscard]] Answer answer(const Command &command) override;

private:
    [[nodiscard]] QByteArray telemetry() const;
    [[nodiscard]] QByteArray status() const;
    [[nodiscard]] QByteArray settings() const;

    Pack &m_pack;
    int m_address;
    Maker m_maker;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::seplos
