// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ydt1363/ydt1363simulator.h"

namespace sb::pace {

/// One pack at its address. On RS232 a master also answers for packs behind it: behind() adds them.
class PaceSimulator final : public ydt1363::SimulatedStation
{
public:
    PaceSimulator(Pack &pack, int address, int device = 0x46);

    void behind(Pack &pack) { m_packs.push_back(&pack); }

    QSet<int> refusesButDoes; ///< FET commands that are carried out and answered with code 09
    bool serialIsEmpty = false;

protected:
    [[nodiscard]] Answer answer(const Command &command) override;

private:
    [[nodiscard]] Answer ofPacks(const Command &command) const;
    [[nodiscard]] static QByteArray analog(const Pack &pack);
    [[nodiscard]] static QByteArray status(const Pack &pack);
    [[nodiscard]] Answer switchFet(const Command &command);
    [[nodiscard]] Answer settings(const Command &command);

    std::vector<Pack *> m_packs;
    int m_address;
    QHash<int, QByteArray> m_settings; ///< values by the command that reads them
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::pace
