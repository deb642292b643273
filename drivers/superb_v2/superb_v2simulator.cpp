// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/superb_v2/superb_v2simulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::superb_v2 {
namespace {

constexpr qint64 streamMs = 1000;

void put(QByteArray &frame, qsizetype at, qint64 value, int size)
{
    for (int i = 0; i < size; ++i)
        frame[at + i] = static_cast<char>(value >> (8 * (size - 1 - i)) & 0xFF);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<SuperbV2Simulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "Epsilon 100 - 202004712";
    radio.address = "48:23:35:47:12:03";
    radio.makerData = {{0x50BE, "Epsilon V2"}};
    radio.services = {{"cf9ccdf7-eee9-43ce-87a5-82b54af5324e",
                       {{"cf9ccdfa-eee9-43ce-87a5-82b54af5324e", "write,notify"},
                        {"e0fef452-9d2b-4005-a1e3-69fe1102b436", "notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("superb_v2"), 4, create, radio};
}

void SuperbV2Simulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    if (viewOf(bytes) != QByteArray::fromHex("215400"))
        return;
    replies.push_back(charge());
    replies.push_back(flow()); // it does not wait for the end of its second
    m_sinceMs = 0;
}

void SuperbV2Simulator::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    m_sinceMs += ms;
    if (m_sinceMs < streamMs)
        return;
    m_sinceMs = 0;
    replies.push_back(flow());
}

SimulatedReply SuperbV2Simulator::charge() const
{
    QByteArray frame(24, '\0');
    const double current = m_pack.current();
    put(frame, 1, std::lround(m_pack.soc()), 1);
    put(frame, 18, m_pack.cycles(), 1);
    put(frame, 19, 100, 1);
    put(frame, 20, current < 0 ? std::lround(m_pack.remainingAh() / -current * 3600) : 0xFFFFFFFF, 4);
    return {frame, 40, QStringLiteral("cf9ccdfa-eee9-43ce-87a5-82b54af5324e")};
}

SimulatedReply SuperbV2Simulator::flow() const
{
    QByteArray frame(24, '\0');
    put(frame, 0, 2, 1);
    put(frame, 6, std::lround(m_pack.current() * 1000), 4);
    put(frame, 10, std::lround(m_pack.voltage() * 1000), 2);
    return {frame, 60, QStringLiteral("e0fef452-9d2b-4005-a1e3-69fe1102b436")};
}

} // namespace sb::superb_v2
