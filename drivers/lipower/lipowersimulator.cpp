// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/lipower/lipowersimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::lipower {
namespace {

QByteArray closed(QByteArray frame)
{
    int crc = 0xFFFF;
    for (const char c : frame) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
    }
    return frame.append(static_cast<char>(crc & 0xFF)).append(static_cast<char>(crc >> 8));
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<LipowerSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "23-01-05-034";
    radio.address = "3C:A5:51:90:0B:34";
    radio.advertised = {"af30"};
    radio.services = {{"ffe0", {{"ffe1", "read,write,write-without-response,notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("lipower"), 4, create, radio};
}

void LipowerSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    QByteArray asked(1, static_cast<char>(unit));
    asked += QByteArray::fromHex("0304000008");
    if (viewOf(bytes) == closed(asked))
        replies.push_back({block(), 60, {}});
}

QByteArray LipowerSimulator::block() const
{
    const bool more = unit == 0x0B; // tells the version of its protocol, too
    QByteArray frame;
    frame.append(static_cast<char>(unit)).append(char(3)).append(static_cast<char>(more ? 18 : 16));
    const auto put = [&frame](double value) {
        const auto raw = static_cast<int>(std::lround(value));
        frame.append(static_cast<char>(raw >> 8 & 0xFF)).append(static_cast<char>(raw & 0xFF));
    };
    const double amperes = std::abs(m_pack.current());
    const bool charges = m_pack.current() > 0;
    const double ah = charges ? m_pack.capacityAh() - m_pack.remainingAh() : m_pack.remainingAh();
    const int minutes = amperes > 0.05 ? static_cast<int>(60 * ah / amperes) : 0;
    put(m_pack.remainingAh());
    put(m_pack.soc());
    put(std::floor(minutes / 60.0));
    put(minutes % 60);
    put(charges ? 0 : 1);
    put(amperes * 100);
    put(m_pack.voltage() * 10);
    put(std::floor(m_pack.voltage() * amperes));
    if (more)
        put(2);
    return closed(frame);
}

} // namespace sb::lipower
