// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ks48100/ks48100simulator.h"

#include "drivers/daren_485/daren_485simulator.h"

namespace sb::ks48100 {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    auto board = std::make_unique<daren_485::DarenSimulator>(pack, address < 0 ? 1 : address, true);
    board->serialNumber = "KS48100-123456";
    return board;
}

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("ks48100"), 16, create}; }

} // namespace sb::ks48100
