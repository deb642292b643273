// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/felicity/felicitysimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::felicity {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<FelicitySimulator>(pack, address < 0 ? 1 : address);
}

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("felicity"), 16, create}; }

FelicitySimulator::FelicitySimulator(Pack &pack, int unit)
    : SimulatedSlave({unit})
    , m_pack(pack)
{}

modbus::SimulatedSlave::Content FelicitySimulator::content(int unit, int function) const
{
    Content all;
    if (function != 3)
        return all;
    const PackLimits &limits = m_pack.limits();
    for (int reg = 0x1300; reg <= 0x1345; ++reg)
        all[reg] = 0;
    const bool wantsCharge = m_pack.isActive(Protection::CellUndervoltage);
    all[0x1302] = static_cast<quint16>((m_pack.chargeFet() ? 1 : 0) | (wantsCharge ? 2 : 0) |
                                       (m_pack.dischargeFet() ? 4 : 0) | (m_pack.current() > 0 ? 0x80 : 0));
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 2},       {Protection::CellUndervoltage, 3},
        {Protection::ChargeOvercurrent, 4},     {Protection::DischargeOvercurrent, 5},
        {Protection::ChargeOvertemperature, 8}, {Protection::DischargeOvertemperature, 8},
        {Protection::ChargeUndertemperature, 9}};
    for (const auto &[protection, bit] : bits) {
        if (m_pack.isActive(protection))
            all[0x1304] = static_cast<quint16>(all[0x1304] | 1 << bit);
    }
    all[0x1306] = word(m_pack.voltage() * 100);
    all[0x1307] = word(-m_pack.current() * 10);
    all[0x130A] = word(m_pack.mosfetTemperature());
    all[0x130B] = word(m_pack.soc());
    all[0x131C] = word(limits.packOvervoltage * 100);
    all[0x131D] = word(limits.packUndervoltage * 100);
    all[0x131E] = word(limits.chargeOvercurrent * 10);
    all[0x131F] = word(limits.dischargeOvercurrent * 10);
    for (int slot = 0; slot < 16; ++slot) {
        const int cell = slot - firstSlot;
        all[0x132A + slot] = cell >= 0 && cell < m_pack.config().cells
                                 ? word(m_pack.cellVoltages()[static_cast<size_t>(cell)] * 1000)
                                 : 0x7FFF;
    }
    for (int i = 0; i < 4; ++i) {
        const auto sensor = static_cast<size_t>(i);
        all[0x133A + i] =
            sensor < m_pack.temperatures().size() ? word(m_pack.temperatures()[sensor]) : 0x7FFF;
    }
    all[0xF804] = 4810;
    all[0xF805] = 23;
    all[0xF806] = 1107;
    all[0xF807] = static_cast<quint16>(unit);
    all[0xF808] = word(m_pack.config().capacityAh);
    all[0xF80B] = 12;
    return all;
}

} // namespace sb::felicity
