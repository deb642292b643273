// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pro/prosimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::pro {
namespace {

constexpr qint64 streamMs = 1000;

void put(QByteArray &frame, qsizetype at, qint64 value, int size)
{
    for (int i = 0; i < size; ++i)
        frame[at + i] = static_cast<char>(value >> (8 * i) & 0xFF);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<ProSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "Pro BMS";
    radio.address = "50:54:7B:31:0C:62";
    radio.advertised = {"fff0"};
    radio.makerData = {{0x0131, QByteArray::fromHex("50547b310c62")}};
    radio.services = {{"fff0", {{"fff3", "write,write-without-response"}, {"fff4", "notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("pro"), 4, create, radio};
}

void ProSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request == QByteArray::fromHex("55aa0a0101558004077f648e682b")) {
        m_greeted = true;
        replies.push_back({QByteArray::fromHex("55aa080380aa01040000002c52"), 50, {}});
    } else if (m_greeted && request == QByteArray::fromHex("55aa0901015580430000120084")) {
        m_streams = true;
        m_sinceMs = 0;
    }
}

void ProSimulator::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    if (!m_streams)
        return;
    m_sinceMs += ms;
    if (m_sinceMs < streamMs)
        return;
    m_sinceMs = 0;
    replies.push_back({reading(), 0, {}});
    calibrating = std::max(0, calibrating - 1);
}

QByteArray ProSimulator::reading() const
{
    QByteArray frame(50, '\0');
    frame.replace(0, 8, QByteArray::fromHex("55aa2d0480aa0170"));
    const double voltage = m_pack.voltage();
    const double current = m_pack.current();
    const double celsius = m_pack.temperatures().at(0);
    put(frame, 8, std::lround(voltage * 100), 2);
    put(frame, 12, std::lround(std::abs(current) * 1000), 3);
    const std::pair<Protection, int> bits[] = {
        {Protection::PackOvervoltage, 0x01},          {Protection::PackUndervoltage, 0x02},
        {Protection::ChargeOvercurrent, 0x04},        {Protection::DischargeOvercurrent, 0x04},
        {Protection::DischargeOvertemperature, 0x08}, {Protection::DischargeUndertemperature, 0x10}};
    int flags = current < 0 ? 0x80 : 0;
    for (const auto &[which, bit] : bits)
        flags |= m_pack.isActive(which) ? bit : 0;
    put(frame, 15, flags, 1);
    put(frame, 16, std::lround(std::abs(celsius) * 10), 2);
    put(frame, 18, celsius < 0 ? 1 : 0, 1);
    put(frame, 20, std::lround(m_pack.remainingAh() * 100), 4);
    put(frame, 24, calibrating > 0 ? 0 : std::lround(m_pack.soc()), 1);
    if (current < 0)
        put(frame, 28, std::lround(m_pack.remainingAh() / -current * 60), 2);
    put(frame, 32, std::lround(std::abs(voltage * current) * 100), 4);
    put(frame, 36, 3063, 4);
    put(frame, 40, 1754162436, 4);
    quint8 check = 0;
    for (qsizetype i = 3; i < 48; ++i)
        check = static_cast<quint8>(check ^ static_cast<quint8>(frame.at(i)));
    put(frame, 48, check, 1);
    return frame;
}

} // namespace sb::pro
