// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/greenway/greenwaysimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::greenway {
namespace {

QByteArray closed(QByteArray frame)
{
    int sum = 0;
    for (const char byte : frame)
        sum += static_cast<quint8>(byte);
    return frame.append(static_cast<char>(sum & 0xFF));
}

QByteArray number(double value, int size = 4)
{
    const auto raw = static_cast<qint64>(std::llround(value));
    QByteArray bytes;
    for (int i = 0; i < size; ++i)
        bytes.append(static_cast<char>(raw >> (8 * i) & 0xFF));
    return bytes;
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<GreenwaySimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "56C00253A00037";
    radio.address = "C4:A9:B8:31:07:5E";
    radio.advertised = {"fff0"};
    radio.services = {{"fff0", {{"fff1", "read,write,notify"}}}};
    radio.chunk = 20;
    return {QStringLiteral("greenway"), 20, create, radio};
}

void GreenwaySimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() != 6 || !request.startsWith(QByteArray::fromHex("461601")) ||
        closed(request.chopped(1)) != request)
        return;
    const int size = static_cast<quint8>(request.at(4));
    const QByteArray data = block(static_cast<quint8>(request.at(3)));
    if (data.isEmpty())
        return;
    const QByteArray head = QByteArray::fromHex("471601") + request.mid(3, 2);
    replies.push_back({closed(head + data.leftJustified(size, '\0', true)), 30, {}});
}

/// What stands behind an address; shorter than what is asked for where the rest is 0.
QByteArray GreenwaySimulator::block(int address) const
{
    switch (address) {
    case 0x08: {
        QByteArray sensors;
        for (const double each : m_pack.temperatures())
            sensors += number(each, 1);
        return sensors.first(std::min<qsizetype>(sensors.size(), 7));
    }
    case 0x09:
        return number(m_pack.voltage() * 1000);
    case 0x0A:
        return number(m_pack.current() * 1000);
    case 0x0D:
        return number(m_pack.soc());
    case 0x0E:
        return number(100);
    case 0x0F:
        return number(m_pack.remainingAh() * 1000);
    case 0x16: {
        int bits = 0;
        for (int i = 0; i < protectionCount; ++i)
            bits |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << i : 0;
        return QByteArray::fromHex("8890") + number(bits, 8) + QByteArray::fromHex("008e");
    }
    case 0x17:
        return number(m_pack.cycles());
    case 0x18:
        return number(m_pack.capacityAh() * 1000);
    case 0x1A:
        return QByteArray::fromHex("3f030300") + "UD01";
    case 0x20:
        return "GREENWAY";
    case 0x21:
        return "DM3372008";
    case 0x23:
        return "56C00253A00037";
    case 0x24:
        return cells(0);
    case 0x25:
        return cells(16);
    default:
        return {};
    }
}

QByteArray GreenwaySimulator::cells(int first) const
{
    QByteArray bytes;
    for (int i = first; i < first + 16; ++i)
        bytes +=
            number(i < m_pack.config().cells ? m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000 : 0, 2);
    return bytes;
}

} // namespace sb::greenway
