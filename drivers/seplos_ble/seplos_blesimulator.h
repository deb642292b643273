// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::seplos_ble {

class SeplosBleSimulator final : public modbus::SimulatedSlave
{
public:
    enum class Board : quint8 { Bank, Pack, V2 };
    explicit SeplosBleSimulator(Pack &pack, Board board = Board::Bank, int packs = 1);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    [[nodiscard]] Content bank() const;
    [[nodiscard]] Content pack() const;
    [[nodiscard]] Content coils(int state) const;
    [[nodiscard]] QByteArray readings() const;
    [[nodiscard]] QByteArray parallel() const;

    Pack &m_pack;
    Board m_board;
    int m_packs; ///< all alike
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::seplos_ble
