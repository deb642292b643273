// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ecs/ecssimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::ecs {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    const int meter = address < 0 ? 1 : address;
    return std::make_unique<EcsSimulator>(pack, meter, meter + 1);
}

QSet<int> unitsOf(const Pack &pack, int meter, int firstModule)
{
    QSet<int> units{meter};
    for (int i = 0; i < pack.config().cells; ++i)
        units.insert(firstModule + i);
    return units;
}

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("ecs"), 15, create}; }

EcsSimulator::EcsSimulator(Pack &pack, int meter, int firstModule)
    : SimulatedSlave(unitsOf(pack, meter, firstModule))
    , m_pack(pack)
    , m_meter(meter)
    , m_firstModule(firstModule)
{}

void EcsSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const size_t before = replies.size();
    SimulatedSlave::receive(bytes, replies);
    replies.erase(std::remove_if(replies.begin() + static_cast<std::ptrdiff_t>(before), replies.end(),
                                 [this](const SimulatedReply &reply) {
                                     return silentUnits.contains(static_cast<quint8>(reply.bytes.at(0)));
                                 }),
                  replies.end());
}

modbus::SimulatedSlave::Content EcsSimulator::content(int unit, int function) const
{
    if (function != 3)
        return {};
    return unit == m_meter ? meterContent() : moduleContent(unit);
}

modbus::SimulatedSlave::Content EcsSimulator::meterContent() const
{
    Content all;
    for (int reg = 0; reg <= 140; ++reg)
        all[reg] = 0;
    // The low word of a 32-bit number stands first.
    const auto set32 = [&all](int reg, double value) {
        const auto raw = static_cast<quint32>(std::llround(value));
        all[reg] = static_cast<quint16>(raw & 0xFFFF);
        all[reg + 1] = static_cast<quint16>(raw >> 16);
    };
    const PackLimits &limits = m_pack.limits();
    all[0] = 500;
    set32(2, 123400 + m_pack.config().capacityAh);
    all[30] = word(-limits.dischargeOvercurrent);
    all[31] = word(limits.chargeOvercurrent);
    set32(46, m_pack.capacityAh() * 1000);
    all[102] = word(m_pack.temperatures().at(0) * 100);
    all[103] = word(m_pack.temperatures().at(1) * 100);
    set32(108, m_pack.voltage() * 1000);
    all[114] = static_cast<quint16>(std::lround(m_pack.current() * 1000) & 0xFFFF);
    all[115] = static_cast<quint16>(std::lround(m_pack.current() * 1000) >> 16 & 0xFFFF);
    set32(128, m_pack.soc() * 1000);
    if (socWithFault && all[129] == 0)
        all[129] = 0xFFFF;
    const std::pair<Protection, quint16> charge[] = {{Protection::ChargeUndertemperature, 5},
                                                     {Protection::ChargeOvertemperature, 3},
                                                     {Protection::ChargeOvercurrent, 2},
                                                     {Protection::CellOvervoltage, 1},
                                                     {Protection::PackOvervoltage, 1}};
    for (const auto &[protection, state] : charge) {
        if (m_pack.isActive(protection))
            all[130] = state;
    }
    const std::pair<Protection, quint16> load[] = {{Protection::DischargeUndertemperature, 5},
                                                   {Protection::DischargeOvertemperature, 3},
                                                   {Protection::DischargeOvercurrent, 2},
                                                   {Protection::CellUndervoltage, 1},
                                                   {Protection::PackUndervoltage, 1}};
    for (const auto &[protection, state] : load) {
        if (m_pack.isActive(protection))
            all[131] = state;
    }
    return all;
}

modbus::SimulatedSlave::Content EcsSimulator::moduleContent(int unit) const
{
    Content all;
    const auto cell = static_cast<size_t>(unit - m_firstModule);
    all[0] = 104;
    all[100] = word(m_pack.cellVoltages().at(cell) * 1000);
    all[101] = word(m_pack.temperatures().at(2) * 100);
    all[102] = m_pack.balancing().at(cell) ? 100 : 0;
    return all;
}

} // namespace sb::ecs
