// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/eg4_ll/eg4_llsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::eg4_ll {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<Eg4LlSimulator>(pack, address < 0 ? 1 : address);
}

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "Z122002264";
    radio.address = "80:6F:B0:15:5E:71";
    radio.advertised = {"1000"};
    radio.makerData = {{0x6F80, QByteArray::fromHex("b0155e71")}};
    radio.services = {{"1000", {{"1001", "write,write-without-response"}, {"1002", "read,notify"}}}};
    radio.chunk = 80;
    return {QStringLiteral("eg4_ll"), 16, create, radio};
}

Eg4LlSimulator::Eg4LlSimulator(Pack &pack, int unit)
    : SimulatedSlave({unit})
    , m_pack(pack)
{}

void Eg4LlSimulator::written(const QString &characteristic, Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_byRadio = true;
    SimulatedSlave::written(characteristic, bytes, replies);
    m_byRadio = false;
}

modbus::SimulatedSlave::Content Eg4LlSimulator::content(int, int function) const
{
    Content all;
    if (function != 3)
        return all;
    for (int reg = 0; reg < 39; ++reg)
        all[reg] = 0;
    all[0] = word(m_pack.voltage() * 100);
    all[1] = word(m_pack.current() * (m_byRadio ? 10 : 100));
    const int cells = std::min(m_pack.config().cells, 16);
    for (int i = 0; i < cells; ++i)
        all[2 + i] = word(m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000);
    all[18] = word(m_pack.mosfetTemperature());
    all[21] = word(m_pack.remainingAh() * (m_byRadio ? 10 : 1));
    all[23] = 100;
    all[24] = word(m_pack.soc());
    const std::pair<Protection, int> bits[] = {
        {Protection::PackOvervoltage, 0},         {Protection::CellOvervoltage, 1},
        {Protection::PackUndervoltage, 2},        {Protection::CellUndervoltage, 3},
        {Protection::ChargeOvercurrent, 4},       {Protection::DischargeOvercurrent, 5},
        {Protection::ChargeOvertemperature, 8},   {Protection::DischargeOvertemperature, 9},
        {Protection::ChargeUndertemperature, 10}, {Protection::DischargeUndertemperature, 11}};
    int protection = 0;
    for (const auto &[each, bit] : bits)
        protection |= m_pack.isActive(each) ? 1 << bit : 0;
    all[25] = m_pack.current() > 0.5 ? 1 : m_pack.current() < -0.5 ? 2 : 0;
    all[27] = static_cast<quint16>(protection);
    put32(all, 29, m_pack.cycles());
    put32(all, 31, std::llround(m_pack.capacityAh() * 3600000));
    for (size_t i = 0; i < 6 && i < m_pack.temperatures().size(); ++i) {
        const quint16 degrees = word(m_pack.temperatures()[i]) & 0xFF;
        all[33 + static_cast<int>(i / 2)] |= static_cast<quint16>(i % 2 == 0 ? degrees << 8 : degrees);
    }
    all[36] = word(cells);
    all[37] = word(m_pack.capacityAh() * 10);
    for (size_t i = 0; i < m_pack.balancing().size() && i < 16; ++i)
        all[38] |= static_cast<quint16>(m_pack.balancing()[i] ? 1 << i : 0);
    if (tellsSettings)
        addSettings(all);
    putText(all, 105, 12, "LFP-51.2V100Ah-V1.0");
    putText(all, 117, 3, "V03R04");
    putText(all, 120, 8, "SB24031400000016");
    return all;
}

void Eg4LlSimulator::addSettings(Content &to) const
{
    const PackLimits &limits = m_pack.limits();
    for (int reg = 45; reg < 136; ++reg)
        to[reg] = 0;
    to[56] = word(limits.balanceStart * 1000);
    to[57] = word(limits.balanceWindow * 1000);
    to[58] = 10;
    to[62] = word(limits.cellUndervoltage * 1000);
    to[63] = word(limits.cellUndervoltageRelease * 1000);
    to[65] = word(limits.packUndervoltage * 100);
    to[66] = word(limits.packUndervoltageRelease * 100);
    to[68] = word(limits.cellOvervoltage * 1000);
    to[69] = word(limits.cellOvervoltageRelease * 1000);
    to[71] = word(limits.packOvervoltage * 100);
    to[72] = word(limits.packOvervoltageRelease * 100);
    to[80] = word(limits.chargeOvercurrent * 100);
    to[81] = word(limits.dischargeOvercurrent * 100);
    to[91] = word(limits.chargeUndertemperature + 50);
    to[94] = word(limits.chargeOvertemperature + 50);
    to[97] = word(limits.dischargeUndertemperature + 50);
    to[100] = word(limits.dischargeOvertemperature + 50);
}

} // namespace sb::eg4_ll
