// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/modbussimulator.h"

namespace sb::gobel {

class GobelSimulator final : public modbus::SimulatedSlave
{
public:
    /// \a buknuwo: that make's words, which knows short reads only.
    explicit GobelSimulator(Pack &pack, bool buknuwo = false);

protected:
    [[nodiscard]] Content content(int unit, int function) const override;

private:
    Pack &m_pack;
    bool m_buknuwo;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::gobel
