// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/myvolta/myvoltasimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::myvolta {
namespace {

constexpr int cycleMs = 1000;

QByteArray onTheLine(int type, const QByteArray &content)
{
    QByteArray message = QByteArray::fromHex("01000200000008") + content;
    message[1] = static_cast<char>(type);
    int sum = 0;
    for (qsizetype i = 1; i < message.size(); ++i)
        sum += static_cast<quint8>(message.at(i));
    message.append(static_cast<char>(~sum & 0xFF));
    QByteArray line("\x55\x55");
    for (const char byte : message) {
        if (byte == 0x04 || byte == 0x05 || byte == 0x55)
            line.append('\x05');
        line.append(byte);
    }
    return line + "\x04\x04";
}

void put(QByteArray &content, qsizetype at, double value)
{
    const qint64 raw = std::llround(value);
    content[at] = static_cast<char>(raw & 0xFF);
    content[at + 1] = static_cast<char>(raw >> 8 & 0xFF);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<MyvoltaSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "VPS-2C41";
    radio.address = "34:81:F4:51:2C:41";
    radio.advertised = {"00035b03-58e6-07dd-021a-08123a000300"};
    radio.services = {{"00035b03-58e6-07dd-021a-08123a000300",
                       {{"00035b03-58e6-07dd-021a-08123a000301", "notify,write-without-response"}}}};
    return {QStringLiteral("myvolta"), 14, create, radio};
}

void MyvoltaSimulator::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    m_since += ms;
    if (m_since < cycleMs)
        return;
    m_since = 0;
    for (const int type : {0x00, 0x01, 0x11, 0x12, 0x13, 0x14, 0x21, 0x23, 0x24, 0x25, 0x26})
        replies.push_back({onTheLine(type, content(type)), 0, {}});
}

QByteArray MyvoltaSimulator::content(int type) const
{
    QByteArray content(8, '\0');
    switch (type) {
    case 0x00:
        put(content, 0, m_pack.voltage() * 1000);
        put(content, 2, m_pack.current() * 100);
        put(content, 6, m_pack.soc() * 10);
        break;
    case 0x01: {
        const std::pair<Protection, int> bits[] = {
            {Protection::PackOvervoltage, 0x01},          {Protection::PackUndervoltage, 0x02},
            {Protection::CellOvervoltage, 0x04},          {Protection::CellUndervoltage, 0x08},
            {Protection::DischargeOvercurrent, 0x10},     {Protection::ChargeOvercurrent, 0x20},
            {Protection::DischargeOvertemperature, 0x40}, {Protection::ChargeOvertemperature, 0x40},
            {Protection::ChargeUndertemperature, 0x80},   {Protection::DischargeUndertemperature, 0x80}};
        int faults = 0;
        for (const auto &[protection, bit] : bits)
            faults |= m_pack.isActive(protection) ? bit : 0;
        content[1] = static_cast<char>(faults);
        content[3] = 0x17;
        break;
    }
    case 0x11:
    case 0x12:
    case 0x13:
    case 0x14:
        for (qsizetype i = 0; i < 4; ++i) {
            const auto cell = static_cast<size_t>(4 * (type - 0x11) + i);
            const bool fitted = cell < m_pack.cellVoltages().size();
            put(content, 2 * i, fitted ? m_pack.cellVoltages()[cell] * 1000 : cell == 14 ? 1 : 0);
        }
        break;
    case 0x24:
    case 0x25:
    case 0x26:
        for (qsizetype i = 0; i < 4; ++i) {
            const auto sensor = static_cast<size_t>(4 * (type - 0x24) + i);
            put(content, 2 * i,
                sensor < m_pack.temperatures().size() ? m_pack.temperatures()[sensor] * 10 : -32768);
        }
        break;
    default:
        for (qsizetype i = 0; i < 4; ++i)
            put(content, 2 * i, -32768);
        break;
    }
    return content;
}

} // namespace sb::myvolta
