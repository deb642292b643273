// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ydt1363/ydt1363simulator.h"

namespace sb::pylontech {

/// One battery at its address; as the first of a group it speaks for all that behind() adds.
class PylontechSimulator final : public ydt1363::SimulatedStation
{
public:
    enum class Commands : quint8 { Pack, Stack }; ///< the older set, the newer one

    PylontechSimulator(Pack &pack, int address, Commands commands = Commands::Pack);
    [[nodiscard]] int baudRate() const override { return 115200; }

    void behind(Pack &pack) { m_packs.push_back(&pack); }
    bool countsWide = false;      ///< capacities in 24 bits, as US3000 and later
    bool forbidsCharging = false; ///< by its limits, with the FET closed

protected:
    [[nodiscard]] Answer answer(const Command &command) override;

private:
    [[nodiscard]] Answer ofPacks(const Command &command) const;
    [[nodiscard]] Answer ofStack(int code) const;
    [[nodiscard]] QByteArray analog(const Pack &pack) const;
    [[nodiscard]] static QByteArray alarms(const Pack &pack);

    std::vector<Pack *> m_packs;
    int m_address;
    Commands m_commands;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::pylontech
