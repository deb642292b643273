// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/roypow/roypowsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::roypow {
namespace {

QByteArray number(double value, int size)
{
    const qint64 raw = std::llround(value);
    QByteArray bytes;
    for (int i = size - 1; i >= 0; --i)
        bytes.append(static_cast<char>(raw >> (8 * i) & 0xFF));
    return bytes;
}

QByteArray framed(const QByteArray &content)
{
    QByteArray frame = number(static_cast<double>(content.size() + 3), 1) + '\xFF' + content;
    char sum = 0;
    for (const char byte : frame)
        sum = static_cast<char>(sum ^ byte);
    return QByteArray::fromHex("ead101") + frame + sum + '\xF5';
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<RoypowSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = " B24100A 230500077 ";
    radio.address = "C0:D6:3C:57:EF:6B";
    radio.advertised = {"ffe0"};
    radio.services = {{"ffe0", {{"ffe1", "read,write,write-without-response,notify"}}}};
    return {QStringLiteral("roypow"), 8, create, radio};
}

void RoypowSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() != 8 || framed(request.mid(5, 1)) != request)
        return;
    QByteArray answer;
    switch (request.at(5)) {
    case 2:
        answer = cells();
        break;
    case 3:
        answer = state();
        break;
    case 4:
        answer = charge();
        break;
    default:
        return;
    }
    replies.push_back({framed(request.mid(5, 1) + answer), 30, {}});
}

QByteArray RoypowSimulator::cells() const
{
    const int count = m_pack.config().cells;
    QByteArray content = number(count, 1) + number(count, 1) + number(count, 1);
    for (const double cell : m_pack.cellVoltages())
        content += number(cell * 1000, 2);
    return content;
}

QByteArray RoypowSimulator::state() const
{
    int problems = 0;
    for (int i = 0; i < protectionCount; ++i)
        problems |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << i : 0;
    QByteArray content = number(m_pack.current() < 0 ? 0x31 : 0x32, 1) +
                         number(std::abs(m_pack.current()) * 100, 2) + number(problems, 3) + '\0' +
                         number(4, 1);
    for (size_t i = 0; i < 4; ++i)
        content += i < m_pack.temperatures().size() ? number(m_pack.temperatures()[i] + 40, 1) : number(0, 1);
    content += QByteArray::fromHex("00100000000c");
    content += number((m_pack.chargeFet() ? 4 : 0) | (m_pack.dischargeFet() ? 2 : 0) | 1, 1);
    return content + number(0, 1);
}

QByteArray RoypowSimulator::charge() const
{
    const auto halves = [](int tag, double ampereHours) -> QByteArray {
        const QByteArray raw = number(ampereHours * 1000, 4);
        return number(tag, 1) + raw.first(2) + number(tag + 1, 1) + raw.last(2);
    };
    QByteArray content = number(1, 1) + number(m_pack.soc(), 1) + number(2, 1) + number(m_pack.cycles(), 2);
    content +=
        halves(3, m_pack.capacityAh()) + halves(5, m_pack.capacityAh()) + halves(7, m_pack.remainingAh());
    content += QByteArray::fromHex("09ffff0a04d40b00164a700c250317005145");
    content += number(0, 47 - 6 - static_cast<int>(content.size()));
    content += number(m_pack.voltage() * 100, 2);
    return content + QByteArray::fromHex("0d290d144e0000006f").left(8);
}

} // namespace sb::roypow
