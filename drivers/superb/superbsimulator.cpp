// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/superb/superbsimulator.h"

#include "simulator/pack.h"

#include <bit>
#include <cmath>

namespace sb::superb {
namespace {

constexpr qint64 streamMs = 1000;

void put(QByteArray &frame, quint32 value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        frame.append(static_cast<char>(value >> shift & 0xFF));
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<SuperbSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "Epsilon-201004711";
    radio.address = "60:8A:10:47:11:02";
    radio.services = {
        {"74b9c2d1-dc6d-42cf-a2e9-7398b8fc2e70", {{"6edadbe4-4f53-4a5a-96ed-02f93db93790", "read,notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("superb"), 4, create, radio};
}

void SuperbSimulator::receive(Bytes, std::vector<SimulatedReply> &) {} // deaf

void SuperbSimulator::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    m_sinceMs += ms;
    if (m_sinceMs < streamMs)
        return;
    m_sinceMs = 0;
    bool wrong = false;
    for (int i = 0; i < protectionCount; ++i)
        wrong = wrong || m_pack.isActive(static_cast<Protection>(i));
    bool balancing = false;
    for (const bool on : m_pack.balancing())
        balancing = balancing || on;
    QByteArray frame(1, '\0');
    frame.append(static_cast<char>((wrong ? 0x74 : 0x75) | (balancing ? 0x80 : 0)));
    frame.append(static_cast<char>(std::lround(m_pack.soc())));
    frame.append(static_cast<char>(100));
    const double current = m_pack.current();
    put(frame, current < 0 ? static_cast<quint32>(std::lround(m_pack.remainingAh() / -current * 3600)) : 0);
    put(frame, std::bit_cast<quint32>(static_cast<float>(current)));
    put(frame, std::bit_cast<quint32>(static_cast<float>(m_pack.voltage())));
    put(frame, 0);
    replies.push_back({frame, 0, {}});
}

} // namespace sb::superb
