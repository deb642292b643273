// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/gobel/gobelsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::gobel {
namespace {

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<GobelSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "BMS-4056911A1100032P    ";
    radio.address = "B4:69:11:A1:10:32";
    radio.services = {{"00002760-08c2-11e1-9073-0e8ac72e1001",
                       {{"00002760-08c2-11e1-9073-0e8ac72e0001", "write,write-without-response"},
                        {"00002760-08c2-11e1-9073-0e8ac72e0002", "notify"}}}};
    return {QStringLiteral("gobel"), 4, create, radio};
}

GobelSimulator::GobelSimulator(Pack &pack, bool buknuwo)
    : SimulatedSlave({1})
    , m_pack(pack)
    , m_buknuwo(buknuwo)
{
    if (buknuwo)
        longestRead = 13;
}

modbus::SimulatedSlave::Content GobelSimulator::content(int, int function) const
{
    Content all;
    if (function != 3)
        return all;
    for (int reg = 0; reg <= 0x3A; ++reg)
        all[reg] = 0;
    all[0] = word(m_pack.current() * 100);
    all[1] = word(m_pack.voltage() * 100);
    all[2] = word(m_pack.soc());
    all[3] = 100;
    all[4] = word(m_pack.remainingAh() * 100);
    all[5] = all[6] = word(m_pack.capacityAh() * 100);
    all[7] = word(m_pack.cycles());
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 0},         {Protection::CellUndervoltage, 1},
        {Protection::PackOvervoltage, 2},         {Protection::PackUndervoltage, 3},
        {Protection::ChargeOvercurrent, 4},       {Protection::DischargeOvercurrent, 5},
        {Protection::ChargeOvertemperature, 8},   {Protection::DischargeOvertemperature, 9},
        {Protection::ChargeUndertemperature, 10}, {Protection::DischargeUndertemperature, 11}};
    int active = 0;
    for (const auto &[protection, bit] : bits)
        active |= m_pack.isActive(protection) ? 1 << bit : 0;
    all[m_buknuwo ? 10 : 9] = static_cast<quint16>(active);
    const int switches = (m_pack.chargeFet() ? 1 : 0) | (m_pack.dischargeFet() ? 2 : 0);
    const auto sensors = static_cast<int>(m_pack.temperatures().size());
    all[46] = word(std::min(sensors, 8));
    for (int i = 0; i < sensors && i < 8; ++i)
        all[47 + i] = word(m_pack.temperatures()[static_cast<size_t>(i)] * 10);
    all[57] = word(m_pack.mosfetTemperature() * 10);
    if (m_buknuwo) {
        all[11] = static_cast<quint16>(switches << 10);
        return all;
    }
    all[58] = 0xFFFF;
    all[14] = static_cast<quint16>(switches << 14);
    const int cells = std::min(m_pack.config().cells, 30);
    all[15] = word(cells);
    for (int i = 0; i < cells; ++i) {
        all[16 + i] = word(m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000);
        if (i < 16 && m_pack.balancing()[static_cast<size_t>(i)])
            all[11] |= static_cast<quint16>(1 << i);
    }
    putText(all, 0xAA, 10, "P4S200A-40569-1.02");
    putText(all, 0xB4, 10, "4056911A1100032P    ");
    putText(all, 0xBE, 10, "GP-LA12-31420250618");
    putText(all, 0xC8, 5, {});
    return all;
}

} // namespace sb::gobel
