// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/cbtpwr/cbtpwrsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::cbtpwr {
namespace {

QByteArray number(double value, int size)
{
    const auto raw = static_cast<qint64>(std::llround(value));
    QByteArray bytes;
    for (int i = 0; i < size; ++i)
        bytes.append(static_cast<char>(raw >> (8 * i) & 0xFF));
    return bytes;
}

/// Command, size, data and their sum between header and \a end.
QByteArray framed(char command, const QByteArray &data, const char *end)
{
    QByteArray body(1, command);
    body.append(static_cast<char>(data.size())).append(data);
    int sum = 0;
    for (const char byte : body)
        sum += static_cast<quint8>(byte);
    return QByteArray::fromHex("aa55") + body + static_cast<char>(sum & 0xFF) + QByteArray::fromHex(end);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<CbtpwrSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "170R000121";
    radio.address = "54:14:A7:53:14:E9";
    radio.advertised = {"ffe5"};
    radio.services = {{"ffe5", {{"ffe9", "write,write-without-response"}}}, {"ffe0", {{"ffe4", "notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("cbtpwr"), 4, create, radio};
}

void CbtpwrSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() != 7 || request != framed(request.at(2), {}, "0a0d"))
        return;
    const QByteArray told = data(request.at(2));
    if (!told.isEmpty())
        replies.push_back({framed(request.at(2), told, "0d0a"), 30, {}});
}

QByteArray CbtpwrSimulator::data(int command) const
{
    switch (command) {
    case 0x03:
        return QByteArray::fromHex("0c03");
    case 0x05:
    case 0x06:
    case 0x07:
    case 0x08: {
        QByteArray cells;
        if (command - 0x05 >= blocks)
            return cells;
        for (int i = 5 * (command - 0x05); i < 5 * (command - 0x04); ++i)
            cells += number(
                i < m_pack.config().cells ? m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000 : 0, 2);
        return cells;
    }
    case 0x09: {
        const QByteArray sensor = number(m_pack.temperatures().at(0), 2);
        return sensor + sensor + QByteArray(8, '\0');
    }
    case 0x0A:
        return number(m_pack.soc(), 1) + QByteArray::fromHex("130d000000");
    case 0x0B:
        return number(m_pack.voltage() * 1000, 4) + number(m_pack.current() * 1000, 4);
    case 0x0C:
        return QByteArray::fromHex("000000005b06000003007402");
    case 0x15:
        return number(m_pack.capacityAh(), 2) + number(m_pack.cycles(), 2);
    case 0x21: {
        int bits = 0;
        for (int i = 0; i < protectionCount; ++i)
            bits |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << i : 0;
        return number(bits, 4);
    }
    default:
        return {};
    }
}

} // namespace sb::cbtpwr
