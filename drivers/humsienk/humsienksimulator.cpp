// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/humsienk/humsienksimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::humsienk {
namespace {

void put(QByteArray &data, qsizetype at, double value, int size)
{
    const qint64 raw = std::llround(value);
    for (int i = 0; i < size; ++i)
        data[at + i] = static_cast<char>(raw >> (8 * i) & 0xFF);
}

QByteArray framed(int command, const QByteArray &data)
{
    QByteArray frame;
    frame.append(static_cast<char>(command));
    frame.append(static_cast<char>(data.size()));
    frame += data;
    int sum = 0;
    for (const char byte : frame)
        sum += static_cast<quint8>(byte);
    frame.append(static_cast<char>(sum & 0xFF));
    frame.append(static_cast<char>(sum >> 8 & 0xFF));
    return '\xAA' + frame;
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<HumsienkSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "HS30A3";
    radio.address = "C0:D6:3C:58:30:A3";
    radio.advertised = {"0001"};
    radio.services = {{"0001", {{"0002", "write,write-without-response"}, {"0003", "notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("humsienk"), 8, create, radio};
}

void HumsienkSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() < 5 || request.at(0) != '\xAA')
        return;
    const int command = static_cast<quint8>(request.at(1));
    if (framed(command, request.mid(3).chopped(2)) != request)
        return;
    const bool on = request.at(3) == 1;
    QByteArray data;
    switch (command) {
    case 0x00:
        break;
    case 0x11:
        data = "BMC-08S100A";
        break;
    case 0xF5:
        data = "HW1.2 FW3.07";
        break;
    case 0x20:
        data = state();
        break;
    case 0x21:
        data = values();
        break;
    case 0x22:
        data = cells();
        break;
    case 0x50:
        if (!ignoresSwitches)
            m_pack.lockCharge(!on);
        break;
    case 0x51:
        if (!ignoresSwitches)
            m_pack.lockDischarge(!on);
        break;
    case 0x52:
        m_heats = ignoresSwitches ? m_heats : on;
        break;
    case 0x58:
        data = configuration();
        break;
    default:
        return;
    }
    replies.push_back({framed(command, data), 30, {}});
}

QByteArray HumsienkSimulator::state() const
{
    QByteArray data(15, '\0');
    put(data, 0, 2, 2);
    data[2] = 7;
    data[3] = 10;
    const std::pair<Protection, int> bits[] = {
        {Protection::ChargeOvercurrent, 0},         {Protection::ChargeOvertemperature, 1},
        {Protection::ChargeUndertemperature, 2},    {Protection::CellOvervoltage, 3},
        {Protection::PackOvervoltage, 4},           {Protection::DischargeOvercurrent, 16},
        {Protection::DischargeOvertemperature, 17}, {Protection::DischargeUndertemperature, 18},
        {Protection::CellUndervoltage, 19},         {Protection::PackUndervoltage, 21}};
    qint64 word =
        (m_pack.chargeFet() ? 1 << 7 : 0) | (m_heats ? 1 << 15 : 0) | (m_pack.dischargeFet() ? 1 << 23 : 0);
    for (const auto &[protection, bit] : bits)
        word |= m_pack.isActive(protection) ? qint64{1} << bit : 0;
    put(data, 4, static_cast<double>(word), 4);
    qint64 balancing = 0;
    for (size_t i = 0; i < m_pack.balancing().size() && i < 24; ++i)
        balancing |= m_pack.balancing()[i] ? qint64{1} << i : 0;
    put(data, 8, static_cast<double>(balancing), 3);
    return data;
}

QByteArray HumsienkSimulator::values() const
{
    QByteArray data(26, '\0');
    put(data, 0, m_pack.voltage() * 1000, 4);
    put(data, 4, m_pack.current() * 1000, 4);
    put(data, 8, m_pack.soc(), 1);
    put(data, 9, 98, 1);
    put(data, 10, m_pack.remainingAh() * 1000, 4);
    put(data, 14, m_pack.capacityAh() * 1000, 4);
    put(data, 18, m_pack.cycles(), 2);
    for (size_t i = 0; i < 4; ++i)
        put(data, 20 + static_cast<qsizetype>(i),
            i < m_pack.temperatures().size() ? m_pack.temperatures()[i] : m_pack.temperatures().at(0), 1);
    put(data, 24, m_pack.mosfetTemperature(), 1);
    put(data, 25, m_pack.temperatures().at(0), 1);
    return data;
}

QByteArray HumsienkSimulator::cells() const
{
    QByteArray data(48, '\0');
    for (size_t i = 0; i < m_pack.cellVoltages().size() && i < 24; ++i)
        put(data, 2 * static_cast<qsizetype>(i), m_pack.cellVoltages()[i] * 1000, 2);
    return data;
}

QByteArray HumsienkSimulator::configuration() const
{
    const int words[] = {m_pack.config().cells,
                         10000,
                         3650,
                         3450,
                         10,
                         2500,
                         2900,
                         10,
                         1000,
                         10,
                         1500,
                         10,
                         3000,
                         1,
                         3281,
                         3231,
                         2731,
                         2781,
                         3381,
                         3281,
                         2531,
                         2581,
                         3450,
                         30};
    QByteArray data(48, '\0');
    for (qsizetype i = 0; i < 24; ++i)
        put(data, 2 * i, words[i], 2);
    return data;
}

} // namespace sb::humsienk
