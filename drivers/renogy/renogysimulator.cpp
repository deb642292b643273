// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/renogy/renogysimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::renogy {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<RenogySimulator>(pack, address < 0 ? 48 : address);
}

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "BT-TH-66EDFC11";
    radio.address = "60:98:66:ED:FC:11";
    radio.advertised = {"ffd0"};
    radio.makerData = {{0x9860, QByteArray::fromHex("66edfc11")}};
    radio.services = {{"ffd0", {{"ffd1", "write,write-without-response"}}}, {"fff0", {{"fff1", "notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("renogy"), 4, create, radio};
}

RenogySimulator::RenogySimulator(Pack &pack, int unit)
    : SimulatedSlave({unit})
    , m_pack(pack)
{}

modbus::SimulatedSlave::Content RenogySimulator::content(int unit, int function) const
{
    Content all;
    if (function != 3)
        return all;
    for (int reg = 5000; reg <= 5054; ++reg)
        all[reg] = 0;
    all[5000] = word(m_pack.config().cells);
    for (int i = 0; i < m_pack.config().cells && i < 16; ++i)
        all[5001 + i] = word(m_pack.cellVoltages()[static_cast<size_t>(i)] * 10);
    all[5017] = word(static_cast<double>(m_pack.temperatures().size()));
    for (size_t i = 0; i < m_pack.temperatures().size(); ++i)
        all[5018 + static_cast<int>(i)] = word(m_pack.temperatures()[i] * 10);
    all[5035] = 1;
    all[5036] = word(m_pack.mosfetTemperature() * 10);
    all[5042] = word(m_pack.current() * 100);
    all[5043] = word(m_pack.voltage() * 10);
    put32(all, 5044, std::lround(m_pack.remainingAh() * 1000));
    put32(all, 5046, std::lround(m_pack.capacityAh() * 1000));
    all[5048] = word(m_pack.cycles());
    for (int reg = 5100; reg <= 5109; ++reg)
        all[reg] = 0;
    const std::pair<Protection, int> bits[] = {{Protection::PackUndervoltage, 15},
                                               {Protection::ChargeOvertemperature, 14},
                                               {Protection::ChargeUndertemperature, 13},
                                               {Protection::DischargeOvertemperature, 12},
                                               {Protection::DischargeUndertemperature, 11},
                                               {Protection::ChargeOvercurrent, 10},
                                               {Protection::DischargeOvercurrent, 9},
                                               {Protection::PackOvervoltage, 8},
                                               {Protection::CellOvervoltage, 7},
                                               {Protection::CellUndervoltage, 6}};
    int status = 0;
    for (const auto &[protection, bit] : bits)
        status |= m_pack.isActive(protection) ? 1 << bit : 0;
    if (tellsFets)
        status |= (m_pack.chargeFet() ? 2 : 0) | (m_pack.dischargeFet() ? 4 : 0);
    all[5106] = static_cast<quint16>(status);
    putText(all, 5110, 8, "SB2403140048");
    putText(all, 5122, 8, "RBT100LFP12-BT");
    putText(all, 5130, 2, "0100");
    putText(all, 5132, 8, "RENOGY");
    all[5223] = static_cast<quint16>(unit);
    return all;
}

} // namespace sb::renogy
