// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/litime/litimesimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::litime {
namespace {

void put(QByteArray &frame, qsizetype at, qint64 value, int size)
{
    for (int i = 0; i < size; ++i)
        frame[at + i] = static_cast<char>(value >> (8 * i) & 0xFF);
}

QByteArray closed(QByteArray frame)
{
    quint8 sum = 0;
    for (const char byte : frame)
        sum = static_cast<quint8>(sum + static_cast<quint8>(byte));
    return frame.append(static_cast<char>(sum));
}

QByteArray answer(int command, const QByteArray &data)
{
    QByteArray frame = QByteArray::fromHex("0000000100");
    frame[2] = static_cast<char>(data.size() + 5);
    frame[4] = static_cast<char>(command | 0x80);
    return closed(frame + QByteArray::fromHex("55aa00") + data);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<LitimeSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "L-12100BNNA70-A09683";
    radio.address = "C8:47:80:15:67:44";
    radio.advertised = {"ffe0"};
    radio.makerData = {{0x585A, QByteArray::fromHex("c84780156744")}};
    radio.services = {{"ffe0", {{"ffe1", "read,notify"}, {"ffe2", "read,write"}, {"ffe3", "read,notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("litime"), 4, create, radio};
}

void LitimeSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() != 8 || !request.startsWith(QByteArray::fromHex("00000401")) ||
        closed(request.chopped(1)) != request)
        return;
    const int command = static_cast<quint8>(request.at(4));
    const bool obeys = !ignoresSwitches;
    switch (command) {
    case 0x0A:
    case 0x0B:
        if (obeys)
            m_pack.lockCharge(command == 0x0B);
        replies.push_back({answer(command, QByteArray(1, '\0')), 30, {}});
        break;
    case 0x0C:
    case 0x0D:
        if (obeys) {
            m_dischargeOff = command == 0x0D;
            m_pack.lockDischarge(m_dischargeOff);
        }
        replies.push_back({answer(command, QByteArray(1, '\0')), 30, {}});
        break;
    case 0x10:
        if (tellsTexts)
            replies.push_back({answer(command, "LT24A0968300"), 30, {}});
        break;
    case 0x13:
        replies.push_back({status(), 40, {}});
        break;
    case 0x16:
        if (tellsTexts)
            replies.push_back(
                {answer(command, QByteArray::fromHex("010004000200e8070516") + "BNNA70-BT"), 30, {}});
        break;
    default:
        break;
    }
}

QByteArray LitimeSimulator::status() const
{
    QByteArray frame(104, '\0');
    frame.replace(0, 8, QByteArray::fromHex("000065019355aa00"));
    double sum = 0;
    for (int i = 0; i < m_pack.config().cells && i < 16; ++i) {
        const double cell = m_pack.cellVoltages()[static_cast<size_t>(i)];
        sum += cell;
        put(frame, 16 + 2 * i, std::lround(cell * 1000), 2);
    }
    put(frame, 8, std::lround(m_pack.voltage() * 1000), 4);
    put(frame, 12, std::lround(sum * 1000), 4);
    put(frame, 48, std::lround(m_pack.current() * 1000), 4);
    put(frame, 52, std::lround(m_pack.temperatures().at(0)), 2);
    put(frame, 54, std::lround(m_pack.mosfetTemperature()), 2);
    put(frame, 62, std::lround(m_pack.remainingAh() * 100), 2);
    put(frame, 64, std::lround(m_pack.capacityAh() * 100), 2);
    put(frame, 68, m_dischargeOff ? 0x80 : 0, 4);
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 0x4},          {Protection::CellUndervoltage, 0x20},
        {Protection::ChargeOvercurrent, 0x40},       {Protection::DischargeOvercurrent, 0x80},
        {Protection::ChargeOvertemperature, 0x100},  {Protection::DischargeOvertemperature, 0x200},
        {Protection::ChargeUndertemperature, 0x400}, {Protection::DischargeUndertemperature, 0x800}};
    int protection = 0;
    for (const auto &[which, bit] : bits)
        protection |= m_pack.isActive(which) ? bit : 0;
    put(frame, 76, protection, 4);
    quint32 balancing = 0;
    for (size_t i = 0; i < m_pack.balancing().size() && i < 16; ++i)
        balancing |= m_pack.balancing()[i] ? 1U << i : 0U;
    put(frame, 84, balancing, 4);
    put(frame, 88, !m_pack.chargeFet() ? 4 : m_pack.current() > 0 ? 1 : 0, 2);
    put(frame, 90, std::lround(m_pack.soc()), 2);
    put(frame, 92, 100, 4);
    put(frame, 96, m_pack.cycles(), 4);
    return closed(frame);
}

} // namespace sb::litime
