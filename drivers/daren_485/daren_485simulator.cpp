// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daren_485/daren_485simulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::daren_485 {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<DarenSimulator>(pack, address < 0 ? 1 : address);
}

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("daren_485"), 16, create}; }

DarenSimulator::DarenSimulator(Pack &pack, int address, bool ks)
    : SimulatedStation(ks ? Manner{'>', '>', 0x22, {0x42, 0x4A}, 300} : Manner{'~', '~', 0x22, {0x4A}, 60},
                       {address})
    , m_pack(pack)
    , m_address(address)
    , m_ks(ks)
{}

DarenSimulator::Answer DarenSimulator::answer(const Command &command)
{
    if (command.code == 0xB0) {
        const QByteArray reply = command.device == 0x4A ? extended(command.info) : QByteArray();
        return reply.isEmpty() ? refusal(0x06) : Answer{0, reply, false};
    }
    if (command.device != (m_ks ? 0x42 : 0x4A))
        return refusal(0xE1);
    const bool hasForm = command.code == 0x47 || (command.code == 0x42 && !m_ks);
    const bool wrong = hasForm ? command.info.size() != 1 || (onlyForm >= 0 && command.info[0] != onlyForm)
                               : !command.info.isEmpty();
    if (wrong)
        return {0x06, {}, silentToForms};
    switch (command.code) {
    case 0x42:
        return {0, realtime(), false};
    case 0x47:
        return {0, limits(), false};
    case 0x51:
        return {0, maker(), false};
    default:
        return refusal(0x04);
    }
}

QByteArray DarenSimulator::realtime() const
{
    const auto active = [this](Protection protection, int bit) {
        return m_pack.isActive(protection) ? 1 << bit : 0;
    };
    QByteArray out;
    put8(out, 0);
    put16(out, std::lround(m_pack.soc() * 100));
    put16(out, std::lround(m_pack.voltage() * 100));
    put8(out, static_cast<qint64>(m_pack.cellVoltages().size()));
    for (const double cell : m_pack.cellVoltages())
        put16(out, std::lround(cell * 1000));
    double sum = 0;
    for (const double celsius : m_pack.temperatures())
        sum += celsius;
    const auto sensors = static_cast<double>(m_pack.temperatures().size());
    put16(out, std::lround(m_pack.config().ambient * 10));
    put16(out, std::lround(sum / sensors * 10));
    put16(out, std::lround(m_pack.mosfetTemperature() * 10));
    put8(out, static_cast<qint64>(m_pack.temperatures().size()));
    for (const double celsius : m_pack.temperatures())
        put16(out, std::lround(celsius * 10));

    const qsizetype tailAt = out.size();
    put16(out, std::lround(m_pack.current() * 100));
    put16(out, 150);
    put16(out, 99);
    put8(out, 13);
    put16(out, std::lround(m_pack.capacityAh() * 100));
    put16(out, std::lround(m_pack.remainingAh() * 100));
    put16(out, m_pack.cycles());
    put16(out, voltage | active(Protection::CellOvervoltage, 0) | active(Protection::CellUndervoltage, 1) |
                   active(Protection::PackOvervoltage, 2) | active(Protection::PackUndervoltage, 3));
    put16(out, current | (m_pack.current() > 0.2 ? 1 : 0) | (m_pack.current() < -0.2 ? 2 : 0) |
                   active(Protection::ChargeOvercurrent, 2) | active(Protection::DischargeOvercurrent, 4));
    put16(out, active(Protection::ChargeOvertemperature, 0) | active(Protection::ChargeUndertemperature, 1) |
                   active(Protection::DischargeOvertemperature, 2) |
                   active(Protection::DischargeUndertemperature, 3));
    put16(out, other | 0x60);
    put16(out, (m_pack.dischargeFet() ? 1 : 0) | (m_pack.chargeFet() ? 2 : 0) | 0x20);
    for (int i = 0; i < 4; ++i)
        put16(out, 0);
    qint64 balancing = balancingPulse ? 4 : 0;
    for (size_t i = 0; i < m_pack.balancing().size(); ++i)
        balancing |= m_pack.balancing()[i] ? qint64{1} << i : 0;
    put16(out, balancing & 0xFFFF);
    put16(out, balancing >> 16);
    for (int i = 0; i < 4; ++i)
        put16(out, 0);
    put8(out, m_pack.current() > 0.2 ? 0x10 : m_pack.current() < -0.2 ? 8 : 4);
    put16(out, 0);
    return out.first(std::min(out.size(), tailAt + trailing));
}

QByteArray DarenSimulator::limits() const
{
    const PackLimits &limits = m_pack.limits();
    const auto cells = static_cast<double>(m_pack.cellVoltages().size());
    QByteArray out;
    put8(out, 0);
    put16(out, std::lround(limits.cellOvervoltage * 1000));
    put16(out, std::lround(limits.cellUndervoltage * 1000));
    put16(out, std::lround(limits.chargeOvertemperature) + 50);
    put16(out, std::lround(limits.chargeUndertemperature) + 50);
    put16(out, 12000);
    put16(out, std::lround(limits.packOvervoltage / cells * 1000));
    put16(out, std::lround(limits.packUndervoltage / cells * 1000));
    put16(out, static_cast<qint64>(cells));
    put16(out, 10000);
    put16(out, std::lround(m_pack.capacityAh() * 100));
    put16(out, 1440);
    put16(out, 0);
    putText(out, {}, 20, '\xFF');
    putText(out, barcode, 20, barcode.isEmpty() ? '\xFF' : ' ');
    return out;
}

QByteArray DarenSimulator::maker() const
{
    QByteArray out;
    putText(out, "T1_G", 10);
    putText(out, "HUANY04", 10);
    putText(out, "16S100A", 10);
    for (const int part : {1, 0, 2, 1, 1})
        put8(out, part);
    return out;
}

QByteArray DarenSimulator::extended(const QByteArray &asked) const
{
    if (asked.size() != 5 || static_cast<quint8>(asked[0]) != m_address || asked[1] != 1 ||
        asked[3] != '\xFF')
        return {};
    QByteArray out = QByteArray::fromHex("b00101") + asked[2] + '\xFF';
    switch (asked[2]) {
    case 3:
        put8(out, 113);
        putText(out, serialNumber, 30, serialNumber.isEmpty() ? '\xFF' : ' ');
        putText(out, {}, 63, '\xFF');
        putText(out, "Daren", 20, '\xFF');
        return out;
    case 4:
        put8(out, 0);
        put16(out, std::lround(m_pack.remainingAh() * 100));
        put16(out, std::lround(m_pack.capacityAh() * 100));
        put16(out, std::lround(m_pack.capacityAh() * 100));
        out.append(12, '\0');
        return out;
    default:
        return {};
    }
}

} // namespace sb::daren_485
