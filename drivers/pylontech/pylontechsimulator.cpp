// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pylontech/pylontechsimulator.h"

#include "simulator/pack.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sb::pylontech {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<PylontechSimulator>(pack, address < 0 ? 2 : address);
}

qint64 whole(double value) { return std::llround(value); }
qint64 kelvin(double celsius) { return whole(celsius * 10) + 2731; }
double sumOf(const Pack &pack)
{
    return std::accumulate(pack.cellVoltages().begin(), pack.cellVoltages().end(), 0.0);
}

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("pylontech"), 15, create}; }

PylontechSimulator::PylontechSimulator(Pack &pack, int address, Commands commands)
    : SimulatedStation({'~', '~', 0x20, {0x46}, 15}, {address})
    , m_packs{&pack}
    , m_address(address)
    , m_commands(commands)
{}

ydt1363::SimulatedStation::Answer PylontechSimulator::answer(const Command &command)
{
    Answer answer;
    const auto asks = [&](int value) {
        return command.info.size() == 1 && static_cast<quint8>(command.info[0]) == value;
    };
    if (command.code >= 0x61 && command.code <= 0x63)
        return m_commands == Commands::Stack ? ofStack(command.code) : refusal(0x04);
    switch (command.code) {
    case 0x42:
    case 0x44:
        return m_commands == Commands::Pack ? ofPacks(command) : refusal(0x04);
    case 0x47:
        put8(answer.info, 0);
        for (const int value : {3700, 3050, 2800, 3231, 2731, 250, 55500, 46000, 42000, 3231, 2631, -250})
            put16(answer.info, value);
        return answer;
    case 0x4F:
        return answer;
    case 0x51:
        putText(answer.info, "US2KBPL", 10, '\0');
        put16(answer.info, 0x0205);
        putText(answer.info, "Pylon", 20, '\0');
        return answer;
    case 0x92:
        if (m_commands == Commands::Stack)
            return refusal(0x04);
        if (!asks(m_address))
            return refusal(0x06);
        put8(answer.info, m_address);
        put16(answer.info, 53250);
        put16(answer.info, 45000);
        put16(answer.info, 250);
        put16(answer.info, -250);
        put8(answer.info, (m_packs.front()->chargeFet() && !forbidsCharging ? 0x80 : 0) |
                              (m_packs.front()->dischargeFet() ? 0x40 : 0));
        return answer;
    case 0x93:
        if (!asks(m_address))
            return refusal(0x06);
        put8(answer.info, m_address);
        putText(answer.info, "PPTBH02400710" + QByteArray::number(100 + m_address), 16);
        return answer;
    case 0x96:
        if (!asks(m_address))
            return refusal(0x06);
        put8(answer.info, m_address);
        put16(answer.info, 0x0104);
        put8(answer.info, 2);
        put16(answer.info, 0x0806);
        return answer;
    default:
        return refusal(0x04);
    }
}

ydt1363::SimulatedStation::Answer PylontechSimulator::ofPacks(const Command &command) const
{
    if (command.info.size() != 1)
        return refusal(0x05);
    const int wanted = static_cast<quint8>(command.info[0]);
    const bool all = wanted == 0xFF;
    if (!all && wanted != m_address)
        return refusal(0x06);
    if (all && m_address % 16 != 2)
        return refusal(0x06); // only the first of a group knows them all
    Answer answer;
    put8(answer.info, 0x11);
    put8(answer.info, all ? static_cast<qint64>(m_packs.size()) : wanted);
    for (const Pack *pack : m_packs) {
        answer.info.append(command.code == 0x42 ? analog(*pack) : alarms(*pack));
        if (!all)
            break;
    }
    return answer;
}

QByteArray PylontechSimulator::analog(const Pack &pack) const
{
    QByteArray info;
    put8(info, static_cast<qint64>(pack.cellVoltages().size()));
    for (const double cell : pack.cellVoltages())
        put16(info, whole(cell * 1000));
    put8(info, 5);
    put16(info, kelvin(pack.mosfetTemperature()));
    for (size_t i = 0; i < 4; ++i)
        put16(info, kelvin(pack.temperatures()[i % pack.temperatures().size()]));
    put16(info, whole(pack.current() * 10));
    put16(info, whole(std::min(sumOf(pack), 65.5) * 1000));
    const qint64 remaining = whole(pack.remainingAh() * 1000);
    const qint64 total = whole(pack.capacityAh() * 1000);
    const bool wide = countsWide || total > 0xFFFE;
    put16(info, wide ? 0xFFFF : remaining);
    put8(info, wide ? 4 : 2);
    put16(info, wide ? 0xFFFF : total);
    put16(info, pack.cycles());
    if (wide) {
        put8(info, remaining >> 16);
        put16(info, remaining);
        put8(info, total >> 16);
        put16(info, total);
    }
    return info;
}

QByteArray PylontechSimulator::alarms(const Pack &pack)
{
    const auto bit = [&pack](Protection protection, int at) {
        return pack.isActive(protection) ? 1 << at : 0;
    };
    QByteArray info;
    put8(info, static_cast<qint64>(pack.cellVoltages().size()));
    for (const double cell : pack.cellVoltages())
        put8(info, pack.isActive(Protection::CellOvervoltage) && cell > 3.6 ? 2 : 0);
    put8(info, 5);
    info.append(QByteArray(5 + 3, '\0'));
    put8(info, bit(Protection::PackOvervoltage, 0) | bit(Protection::CellUndervoltage, 1) |
                   bit(Protection::ChargeOvercurrent, 2) | bit(Protection::DischargeOvercurrent, 4) |
                   bit(Protection::DischargeOvertemperature, 5) | bit(Protection::ChargeOvertemperature, 6) |
                   bit(Protection::PackUndervoltage, 7));
    put8(info, (pack.chargeFet() ? 0x02 : 0) | (pack.dischargeFet() ? 0x04 : 0) | 0x08);
    put8(info, pack.current() > 0 ? 0x80 : 0x40);
    put16(info, 0);
    return info;
}

ydt1363::SimulatedStation::Answer PylontechSimulator::ofStack(int code) const
{
    const Pack &pack = *m_packs.front();
    Answer answer;
    QByteArray &info = answer.info;
    switch (code) {
    case 0x61: {
        const auto &cells = pack.cellVoltages();
        const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
        put16(info, whole(sumOf(pack) * 1000));
        put16(info, whole(pack.current() * 100));
        put8(info, whole(pack.soc()));
        put16(info, pack.cycles());
        put16(info, pack.cycles());
        put8(info, 99);
        put8(info, 98);
        put16(info, whole(*high * 1000));
        put16(info, 0x0103);
        put16(info, whole(*low * 1000));
        put16(info, 0x0105);
        for (int group = 0; group < 3; ++group) { // cells, MOSFET, board
            const double celsius = group == 0 ? pack.temperatures().front() : pack.mosfetTemperature();
            put16(info, kelvin(celsius));
            put16(info, kelvin(celsius + 1));
            put16(info, 0x0101);
            put16(info, kelvin(celsius - 1));
            put16(info, 0x0102);
        }
        return answer;
    }
    case 0x62:
        put16(info, 0);
        put8(info, (pack.isActive(Protection::PackOvervoltage) ? 0x80 : 0) |
                       (pack.isActive(Protection::CellOvervoltage) ? 0x20 : 0));
        put8(info, 0);
        return answer;
    default:
        put16(info, 53250);
        put16(info, 45000);
        put16(info, 2500);
        put16(info, -2500);
        put8(info, 0xC0);
        return answer;
    }
}

} // namespace sb::pylontech
