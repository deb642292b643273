// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos/seplossimulator.h"

#include "simulator/pack.h"

#include <cmath>
#include <numeric>

namespace sb::seplos {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<SeplosSimulator>(pack, address < 0 ? 0 : address);
}

qint64 whole(double value) { return std::llround(value); }
qint64 kelvin(double celsius) { return whole(celsius * 10) + 2731; }

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("seplos"), 16, create}; }

SeplosSimulator::SeplosSimulator(Pack &pack, int address, Maker maker)
    : SimulatedStation({'~', '~', maker == Maker::Seplos ? 0x20 : 0x26, {0x46}, 25}, {address})
    , m_pack(pack)
    , m_address(address)
    , m_maker(maker)
{
    checksVersion = maker == Maker::Seplos; // the clone answers 20 in its own version
}

ydt1363::SimulatedStation::Answer SeplosSimulator::answer(const Command &command)
{
    Answer answer;
    const bool grouped = command.code == 0x42 || command.code == 0x44;
    if (grouped &&
        (command.info.size() != 1 || static_cast<quint8>(command.info[0]) != (group < 0 ? m_address : group)))
        return refusal(0x06);
    switch (command.code) {
    case 0x42:
        answer.info = telemetry();
        return answer;
    case 0x44:
        answer.info = status();
        return answer;
    case 0x47:
        answer.info = settings();
        return answer;
    case 0x4F:
        return answer;
    case 0x51:
        putText(answer.info, m_maker == Maker::Seplos ? "1101-SP76" : "BMS-S07", 10);
        put16(answer.info, 0x0207);
        putText(answer.info, "CANProtocol:Sofar", 20);
        return answer;
    default:
        return refusal(0x04);
    }
}

QByteArray SeplosSimulator::telemetry() const
{
    QByteArray info;
    put8(info, 0);
    put8(info, 1);
    const std::vector<double> &cells = m_pack.cellVoltages();
    put8(info, static_cast<qint64>(cells.size()));
    for (const double cell : cells)
        put16(info, whole(cell * 1000));
    put8(info, 6);
    const std::vector<double> &sensors = m_pack.temperatures();
    for (size_t i = 0; i < 4; ++i)
        put16(info, i < sensors.size() ? kelvin(sensors[i]) : 0x0853);
    put16(info, kelvin(m_pack.config().ambient));
    put16(info, kelvin(m_pack.mosfetTemperature()));
    put16(info, whole(m_pack.current() * 100));
    put16(info, whole(std::accumulate(cells.begin(), cells.end(), 0.0) * 100));
    put16(info, whole(m_pack.remainingAh() * 100));
    if (m_maker == Maker::Boqiang) {
        put8(info, 2);
        put16(info, whole(m_pack.capacityAh() * 100));
        put16(info, m_pack.cycles());
        return info;
    }
    put8(info, 10);
    put16(info, whole(m_pack.capacityAh() * 100));
    put16(info, whole(m_pack.soc() * 10));
    put16(info, whole(m_pack.capacityAh() * 100));
    put16(info, m_pack.cycles());
    put16(info, 1000);
    put16(info, whole(m_pack.voltage() * 100));
    info.append(QByteArray(8, '\0'));
    return info;
}

QByteArray SeplosSimulator::status() const
{
    const auto bit = [this](Protection protection, int at) {
        return m_pack.isActive(protection) ? 1 << at : 0;
    };
    const auto balancing = [this](size_t from) {
        int byte = 0;
        for (size_t i = 0; i < 8 && from + i < m_pack.balancing().size(); ++i)
            byte |= m_pack.balancing()[from + i] ? 1 << i : 0;
        return byte;
    };
    QByteArray info;
    put8(info, 0);
    put8(info, 0);
    put8(info, static_cast<qint64>(m_pack.cellVoltages().size()));
    info.append(QByteArray(static_cast<qsizetype>(m_pack.cellVoltages().size()), '\0'));
    put8(info, 6);
    info.append(QByteArray(6 + 2, '\0'));
    put8(info, 20);
    QByteArray events(20, '\0');
    const auto set = [&events](int at, int value) { events[at] = static_cast<char>(value); };
    set(1, bit(Protection::CellOvervoltage, 1) | bit(Protection::CellUndervoltage, 3) |
               bit(Protection::PackOvervoltage, 5) | bit(Protection::PackUndervoltage, 7));
    set(2, bit(Protection::ChargeOvertemperature, 1) | bit(Protection::ChargeUndertemperature, 3) |
               bit(Protection::DischargeOvertemperature, 5) | bit(Protection::DischargeUndertemperature, 7));
    set(4, bit(Protection::ChargeOvercurrent, 1) | bit(Protection::DischargeOvercurrent, 3));
    set(6, (m_pack.dischargeFet() ? 1 : 0) | (m_pack.chargeFet() ? 2 : 0));
    set(7, balancing(0));
    set(8, balancing(8));
    set(9, m_pack.current() < 0 ? 1 : 2);
    return info + events;
}

QByteArray SeplosSimulator::settings() const
{
    const PackLimits &limits = m_pack.limits();
    QByteArray info;
    put8(info, 0);
    put8(info, 60);
    for (const double millivolts :
         {3500.0, 3400.0, 2900.0, 3000.0, limits.cellOvervoltage * 1000, limits.cellOvervoltageRelease * 1000,
          limits.cellUndervoltage * 1000, limits.cellUndervoltageRelease * 1000, limits.balanceStart * 1000,
          2000.0})
        put16(info, whole(millivolts));
    for (const double volts : {56.0, 54.0, 48.0, 49.6, limits.packOvervoltage, limits.packOvervoltageRelease,
                               limits.packUndervoltage, limits.packUndervoltageRelease, 57.6, 56.0})
        put16(info, whole(volts * 100));
    for (int i = 0; i < 30; ++i) // temperatures, from 20 degC up
        put16(info, kelvin(20 + i));
    for (const double amperes : {150.0, 148.0, -150.0, -148.0, 160.0, -165.0, -300.0})
        put16(info, whole(amperes * 100));
    put16(info, 2000);
    put16(info, whole(m_pack.capacityAh() * 100));
    put16(info, whole(m_pack.remainingAh() * 100));
    put8(info, 27);
    for (int i = 0; i < 27; ++i)
        put8(info, i == 5 ? static_cast<qint64>(m_pack.cellVoltages().size()) : 10 + i);
    info.append(QByteArray(8, '\x11'));
    return info;
}

} // namespace sb::seplos
