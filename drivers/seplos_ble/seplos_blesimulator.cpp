// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos_ble/seplos_blesimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::seplos_ble {
namespace {

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }
quint16 kelvin(double celsius) { return word(celsius * 10 + 2731); }

QByteArray number(double value, int size)
{
    const qint64 whole = std::llround(value);
    QByteArray bytes;
    for (int i = size - 1; i >= 0; --i)
        bytes.append(static_cast<char>(whole >> (8 * i) & 0xFF));
    return bytes;
}

/// Bytes between 7E and the CRC, made whole.
QByteArray closed(const QByteArray &content)
{
    quint16 crc = 0;
    for (const char c : content) {
        crc ^= static_cast<quint16>(static_cast<quint8>(c) << 8);
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<quint16>(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return '\x7E' + content + number(crc, 2) + '\x0D';
}

QSet<int> units(SeplosBleSimulator::Board board, int packs)
{
    QSet<int> all{0};
    for (int unit = 1; unit <= packs && board == SeplosBleSimulator::Board::Bank; ++unit)
        all.insert(unit);
    return all;
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int)
{
    return std::make_unique<SeplosBleSimulator>(pack);
}

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "SP05B2312190075       ";
    radio.address = "C0:D6:3C:19:00:75";
    radio.advertised = {"fff0"};
    radio.services = {{"fff0", {{"fff1", "read,notify"}, {"fff2", "write,write-without-response"}}}};
    radio.chunk = 27;
    return {QStringLiteral("seplos_ble"), 16, create, radio};
}

SeplosBleSimulator::SeplosBleSimulator(Pack &pack, Board board, int packs)
    : SimulatedSlave(units(board, packs))
    , m_pack(pack)
    , m_board(board)
    , m_packs(packs)
{}

void SeplosBleSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    if (m_board != Board::V2) {
        SimulatedSlave::receive(bytes, replies);
        return;
    }
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() < 10 || !request.startsWith(QByteArray::fromHex("7e100046")) ||
        closed(request.mid(1, request.size() - 4)) != request)
        return;
    const auto say = [&](const QByteArray &data) {
        const QByteArray head = QByteArray::fromHex("1400") + request.at(4) + '\0';
        replies.push_back({closed(head + number(static_cast<double>(data.size()), 2) + data), 30, {}});
    };
    switch (static_cast<quint8>(request.at(4))) {
    case 0x51:
        say("CAN:PNG_DYE_Luxp_TB"
            "B1101-SP76" +
            QByteArray::fromHex("20100601010146"));
        break;
    case 0x61:
        say(readings());
        break;
    case 0x62:
        say(parallel());
        break;
    default:
        break;
    }
}

modbus::SimulatedSlave::Content SeplosBleSimulator::content(int unit, int function) const
{
    const bool isBank = m_board == Board::Bank && unit == 0;
    if (function == 1)
        return isBank ? coils(0x2200) : coils(0x1240);
    if (function == 4)
        return isBank ? bank() : pack();
    return {};
}

modbus::SimulatedSlave::Content SeplosBleSimulator::bank() const
{
    Content all;
    for (int reg = 0x2000; reg < 0x201A; ++reg)
        all[reg] = 0;
    const auto wide = [&](int reg, double value) {
        const qint64 whole = std::llround(value);
        all[reg] = static_cast<quint16>(whole);
        all[reg + 1] = static_cast<quint16>(whole >> 16);
    };
    wide(0x2000, m_pack.voltage() * 100);
    wide(0x2002, m_pack.current() * 10 * m_packs);
    wide(0x2004, m_pack.remainingAh() * 100 * m_packs);
    wide(0x2006, m_pack.capacityAh() * 100 * m_packs);
    all[0x2016] = word(m_packs);
    all[0x2017] = word(m_pack.cycles());
    all[0x2018] = word(m_pack.soc() * 10);
    all[0x2019] = 1000;
    return all;
}

modbus::SimulatedSlave::Content SeplosBleSimulator::pack() const
{
    Content all;
    const std::vector<double> &cells = m_pack.cellVoltages();
    const std::vector<double> &sensors = m_pack.temperatures();
    for (int reg = 0x1000; reg <= 0x1010; ++reg)
        all[reg] = 0;
    all[0x1000] = word(m_pack.voltage() * 100);
    all[0x1001] = word(m_pack.current() * 100);
    all[0x1002] = word(m_pack.remainingAh() * 100);
    all[0x1003] = word(m_pack.capacityAh() * 100);
    all[0x1005] = word(m_pack.soc() * 10);
    all[0x1006] = 1000;
    all[0x1007] = word(m_pack.cycles());
    all[0x100F] = 180;
    all[0x1010] = 150;
    for (int i = 0; i < 16; ++i)
        all[0x1100 + i] =
            static_cast<size_t>(i) < cells.size() ? word(cells[static_cast<size_t>(i)] * 1000) : 0;
    for (int i = 0; i < 8; ++i)
        all[0x1110 + i] = i < 4 ? kelvin(sensors[static_cast<size_t>(i) % sensors.size()]) : kelvin(0);
    all[0x1118] = kelvin(m_pack.config().ambient);
    all[0x1119] = kelvin(m_pack.mosfetTemperature());
    for (int reg = 0x1700; reg < 0x1733; ++reg)
        all[reg] = 0;
    putText(all, 0x1700, 10, "XZH-ElecTech Co.,Ltd");
    putText(all, 0x170A, 10, "SP05B");
    putText(all, 0x1714, 1, "15");
    putText(all, 0x1715, 15, "SB2312190075SP05B");
    return all;
}

/// \a state: where the ten bytes begin; in front of them stand those of a pack.
modbus::SimulatedSlave::Content SeplosBleSimulator::coils(int state) const
{
    Content all;
    for (int coil = m_board == Board::Pack ? 0x1200 : state; coil < state + 0x50; ++coil)
        all[coil] = 0;
    if (m_board == Board::Pack) {
        for (size_t i = 0; i < m_pack.balancing().size() && i < 16; ++i)
            all[0x1230 + static_cast<int>(i)] = m_pack.balancing()[i] ? 1 : 0;
    }
    const std::pair<Protection, int> events[] = {
        {Protection::CellOvervoltage, 0x09},          {Protection::CellUndervoltage, 0x0B},
        {Protection::PackOvervoltage, 0x0D},          {Protection::PackUndervoltage, 0x0F},
        {Protection::ChargeOvertemperature, 0x11},    {Protection::ChargeUndertemperature, 0x13},
        {Protection::DischargeOvertemperature, 0x15}, {Protection::DischargeUndertemperature, 0x17},
        {Protection::ChargeOvercurrent, 0x21},        {Protection::DischargeOvercurrent, 0x24}};
    for (const auto &[protection, coil] : events)
        all[state + coil] = m_pack.isActive(protection) ? 1 : 0;
    all[state + (m_pack.current() < 0 ? 0 : 1)] = 1;
    all[state + 0x38] = m_pack.dischargeFet() ? 1 : 0;
    all[state + 0x39] = m_pack.chargeFet() ? 1 : 0;
    return all;
}

QByteArray SeplosBleSimulator::readings() const
{
    const int cells = m_pack.config().cells;
    QByteArray data = QByteArray(2, '\0') + number(cells, 1);
    for (const double cell : m_pack.cellVoltages())
        data += number(cell * 1000, 2);
    data += number(6, 1);
    for (size_t i = 0; i < 4; ++i)
        data += number(kelvin(m_pack.temperatures()[i % m_pack.temperatures().size()]), 2);
    data += number(kelvin(m_pack.config().ambient), 2) + number(kelvin(m_pack.mosfetTemperature()), 2);
    data += number(m_pack.current() * 100, 2) + number(m_pack.voltage() * 100, 2) +
            number(m_pack.remainingAh() * 100, 2) + number(10, 1) + number(m_pack.capacityAh() * 100, 2) +
            number(m_pack.soc() * 10, 2) + number(m_pack.capacityAh() * 100, 2) + number(m_pack.cycles(), 2) +
            number(1000, 2) + number(m_pack.voltage() * 100, 2);
    data += QByteArray(4 + cells + 6, '\0'); // their states
    data += number(8, 1) + QByteArray(8, '\0');
    int balancing = 0;
    for (int i = 0; i < cells; ++i)
        balancing |= m_pack.balancing()[static_cast<size_t>(i)] ? 1 << i : 0;
    return data + number(balancing, (cells + 7) / 8) + QByteArray(2, '\0');
}

QByteArray SeplosBleSimulator::parallel() const
{
    const auto bit = [&](Protection protection, int at) { return m_pack.isActive(protection) ? 1 << at : 0; };
    const int voltages = bit(Protection::CellOvervoltage, 1) | bit(Protection::CellUndervoltage, 3) |
                         bit(Protection::PackOvervoltage, 5) | bit(Protection::PackUndervoltage, 7);
    const int temperatures =
        bit(Protection::ChargeOvertemperature, 1) | bit(Protection::ChargeUndertemperature, 3) |
        bit(Protection::DischargeOvertemperature, 5) | bit(Protection::DischargeUndertemperature, 7);
    const int currents = bit(Protection::ChargeOvercurrent, 1) | bit(Protection::DischargeOvercurrent, 3);
    const int switches = (m_pack.dischargeFet() ? 1 : 0) | (m_pack.chargeFet() ? 2 : 0);
    return QByteArray(38, '\0') + number(switches, 1) + number(8, 1) + number(0, 1) + number(voltages, 1) +
           number(temperatures, 1) + number(0, 1) + number(currents, 1) + QByteArray(3, '\0') +
           QByteArray(2, '\0');
}

} // namespace sb::seplos_ble
