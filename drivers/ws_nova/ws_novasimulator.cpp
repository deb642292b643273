// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ws_nova/ws_novasimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::ws_nova {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<WsNovaSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "Power-1";
    radio.address = "60:6E:41:72:42:11";
    radio.advertised = {"fff0"};
    radio.services = {{"fff0", {{"fff1", "read,write,write-without-response,notify"}}}};
    radio.chunk = 20;
    return {QStringLiteral("ws_nova"), 4, create, radio};
}

void WsNovaSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    if (viewOf(bytes) != QByteArrayView(":015150000EFE~"))
        return;
    QByteArray text;
    for (const char byte : plain())
        text.append(static_cast<char>(byte ^ key));
    // Nobody knows how the last byte is made.
    replies.push_back({':' + text.toHex().toUpper() + "3A~", 60, {}});
}

QByteArray WsNovaSimulator::plain() const
{
    QByteArray bytes(117, '\0');
    bytes.replace(0, 12, QByteArray::fromHex("01540100ec0001026918a0e1"));
    const auto put = [&bytes](qsizetype at, double value, int size) {
        const auto raw = static_cast<qint64>(std::llround(value));
        for (int i = 0; i < size; ++i)
            bytes[at + i] = static_cast<char>(raw >> (8 * (size - 1 - i)) & 0xFF);
    };
    for (int i = 0; i < m_pack.config().cells && i < 16; ++i)
        put(12 + 2 * i, m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000, 2);
    int word = 0xF002;
    word |= m_pack.isActive(Protection::ChargeOvercurrent) ? 0x10 : 0;
    word |= m_pack.isActive(Protection::DischargeUndertemperature) ? 0x800 : 0;
    word |= m_pack.isActive(Protection::CellOvervoltage) ? 0x4 : 0;
    put(44, word, 2);
    for (int i = 0; i < 4; ++i)
        put(48 + i, m_pack.temperatures().at(0) + 40, 1);
    put(52, 0x10C8, 2);
    const double milliamperes = m_pack.current() * 1000;
    put(54, milliamperes < 0 ? 0x80000000LL - milliamperes : milliamperes, 4);
    put(62, m_pack.voltage() * 1000, 2);
    put(67, m_pack.cycles(), 2);
    put(69, m_pack.soc(), 1);
    put(70, m_pack.capacityAh() * 1000, 4);
    put(74, m_pack.remainingAh() * 1000, 4);
    put(78, 0x0100030D, 4);
    bytes.replace(88, 16, "WSN5500724211093");
    return bytes;
}

} // namespace sb::ws_nova
