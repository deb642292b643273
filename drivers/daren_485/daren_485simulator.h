// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ydt1363/ydt1363simulator.h"

namespace sb::daren_485 {

/// What KS48100 boards do in another way is told as \a ks.
class DarenSimulator final : public ydt1363::SimulatedStation
{
public:
    DarenSimulator(Pack &pack, int address, bool ks = false);

    QByteArray serialNumber = "JD2M02150860 1"; ///< empty: never written
    QByteArray barcode = "DJM2205180061";
    int onlyForm = -1;          ///< what 42 and 47 have to say; others get code 06, or nothing
    bool silentToForms = false; ///< nothing instead of code 06
    int trailing = 46;          ///< bytes from the current on: older firmware ends sooner
    int current = 0;            ///< status words raised beside those of the pack
    int voltage = 0;
    int other = 0;
    bool balancingPulse = false;

protected:
    [[nodiscard]] Answer answer(const Command &command) override;

private:
    [[nodiscard]] QByteArray realtime() const;
    [[nodiscard]] QByteArray limits() const;
    [[nodiscard]] QByteArray maker() const;
    [[nodiscard]] QByteArray extended(const QByteArray &asked) const;

    Pack &m_pack;
    int m_address;
    bool m_ks;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::daren_485
