// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/abc/abcsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::abc {
namespace {

void put(QByteArray &to, double value, int size)
{
    const qint64 raw = std::llround(value);
    for (int i = 0; i < size; ++i)
        to.append(static_cast<char>(raw >> (8 * i) & 0xFF));
}

char crc(const QByteArray &bytes)
{
    int value = 0;
    for (const char byte : bytes) {
        value ^= static_cast<quint8>(byte);
        for (int i = 0; i < 8; ++i)
            value = (value & 1) != 0 ? (value >> 1) ^ 0x8C : value >> 1;
    }
    return static_cast<char>(value);
}

QByteArray frame(int type, const QByteArray &data)
{
    QByteArray bytes("\xCC");
    bytes.append(static_cast<char>(type));
    bytes += data.leftJustified(17, '\0');
    return bytes + crc(bytes);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<AbcSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "SOK-24V1127";
    radio.address = "E0:9F:2A:11:27:05";
    radio.advertised = {"fff0"};
    radio.services = {{"ffe0", {{"ffe1", "read,notify"}, {"ffe2", "read,write,write-without-response"}}}};
    return {QStringLiteral("abc"), 8, create, radio};
}

void AbcSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() != 6 || static_cast<quint8>(request[0]) != 0xEE || crc(request.first(5)) != request[5])
        return;
    const auto say = [&](const QByteArray &data) { replies.push_back({data, 30, {}}); };
    switch (static_cast<quint8>(request[1])) {
    case 0xC0:
        say(frame(0xF1, "SOK-BMS\r"));
        break;
    case 0xC1:
        say(pack());
        say(switches());
        break;
    case 0xC2:
        say(pack());
        say(heater());
        for (int first = 0; first < m_pack.config().cells; first += 4)
            say(cells(first));
        break;
    case 0xC4: {
        if (!tellsAlarms)
            break;
        QByteArray flags(16, '\0');
        for (int i = 0; i < protectionCount; ++i)
            flags[i] = m_pack.isActive(static_cast<Protection>(i)) ? '\1' : '\0';
        say(frame(0xF9, flags));
        break;
    }
    default:
        break;
    }
}

QByteArray AbcSimulator::pack() const
{
    QByteArray data;
    put(data, m_pack.voltage() * 1000, 3);
    put(data, m_pack.current() * 1000, 3);
    put(data, m_pack.capacityAh() * 1000, 3);
    put(data, m_pack.remainingAh() * 1000, 3);
    put(data, m_pack.cycles(), 2);
    put(data, m_pack.soc(), 1);
    return frame(0xF0, data);
}

QByteArray AbcSimulator::switches() const
{
    QByteArray data;
    put(data, m_pack.chargeFet() ? 1 : 0, 1);
    put(data, m_pack.dischargeFet() ? 1 : 0, 1);
    put(data, static_cast<double>(m_pack.temperatures().size()), 1);
    for (const double celsius : m_pack.temperatures())
        put(data, celsius, 2);
    return frame(0xF2, data);
}

QByteArray AbcSimulator::heater() const
{
    QByteArray data = QByteArray::fromHex("170312006400000100000000");
    int balancing = 0;
    for (size_t i = 0; i < m_pack.balancing().size() && i < 8; ++i)
        balancing |= m_pack.balancing()[i] ? 1 << i : 0;
    data[6] = 0;
    data[8] = static_cast<char>(balancing);
    return frame(0xF3, data);
}

QByteArray AbcSimulator::cells(int first) const
{
    QByteArray data;
    for (int i = first; i < first + 4; ++i) {
        put(data, i + 1, 1);
        put(data, i < m_pack.config().cells ? m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000 : 0, 3);
    }
    return frame(0xF4, data);
}

} // namespace sb::abc
