// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ej/ejsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::ej {
namespace {

QByteArray hexadecimal(double value, int digits)
{
    return QByteArray::number(static_cast<qint64>(std::llround(value)), 16)
        .rightJustified(digits, '0')
        .toUpper();
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<EjSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "L-12V100AH-0902";
    radio.address = "D4:22:CD:00:09:02";
    radio.services = {{"6e400001-b5a3-f393-e0a9-e50e24dcca9e",
                       {{"6e400002-b5a3-f393-e0a9-e50e24dcca9e", "write,write-without-response"},
                        {"6e400003-b5a3-f393-e0a9-e50e24dcca9e", "notify"}}}};
    radio.chunk = 20;
    return {QStringLiteral("ej"), 4, create, radio};
}

void EjSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request == ":000250000E03~") {
        replies.push_back({answer("008231", realTime()), 60, {}});
    } else if (!tellsAll && request == ":001031000E05~") {
        const QByteArray full = hexadecimal(m_pack.capacityAh() * 10, 4);
        replies.push_back(
            {answer("009031", "0000" + hexadecimal(m_pack.remainingAh() * 10, 4) + full + full), 60, {}});
    }
}

QByteArray EjSimulator::answer(const char *head, const QByteArray &data) const
{
    QByteArray text = head;
    text += hexadecimal(static_cast<double>(2 + text.size() + 4 + data.size() + 2), 4) + data;
    int sum = 0;
    for (const char c : text)
        sum += c;
    return ':' + text + (sendsChecksum ? hexadecimal(~sum & 0xFF, 2) : "00") + '~';
}

/// In digits, from the byte behind the length on.
QByteArray EjSimulator::realTime() const
{
    QByteArray data(14, '0');
    for (int i = 0; i < 16; ++i)
        data += hexadecimal(
            i < m_pack.config().cells ? m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000 : 0, 4);
    data += hexadecimal(std::max(m_pack.current(), 0.0) * 100, 4);
    data += hexadecimal(std::max(-m_pack.current(), 0.0) * 100, 4);
    for (int i = 0; i < 4; ++i)
        data += hexadecimal(m_pack.temperatures().at(0) + 40, 2);
    int word = (m_pack.chargeFet() ? 0x2000 : 0) | (m_pack.dischargeFet() ? 0x1000 : 0) | 0xC000;
    for (int i = 0; i < protectionCount; ++i)
        word |= m_pack.isActive(static_cast<Protection>(i)) ? 4 << i : 0;
    data += hexadecimal(word, 4) + "00";
    int balancing = 0;
    for (size_t i = 0; i < m_pack.balancing().size() && i < 16; ++i)
        balancing |= m_pack.balancing()[i] ? 1 << i : 0;
    data += hexadecimal(balancing, 4) + hexadecimal(m_pack.cycles(), 4) + "0000";
    data += hexadecimal(m_pack.soc(), 2);
    if (tellsAll)
        data += hexadecimal(m_pack.remainingAh() * 10, 4) + "0000" + hexadecimal(m_pack.capacityAh() * 10, 4);
    return data;
}

} // namespace sb::ej
