// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/topband/topbandsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::topband {
namespace {

constexpr qint64 everyMs = 1000;

void little(QByteArray &to, double value, int size = 2)
{
    const qint64 raw = std::llround(value);
    for (int i = 0; i < size; ++i)
        to.append(static_cast<char>(raw >> (8 * i) & 0xFF));
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<TopbandSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "NWJ20221223010330\x11";
    radio.address = "70:3E:97:01:03:30";
    radio.advertised = {"ffe0"};
    radio.makerData = {{0xFFFF, QByteArray::fromHex("703e97010330")}};
    radio.services = {{"ffe0",
                       {{"ffe1", "read,write"},
                        {"ffe2", "read,write"},
                        {"ffe3", "read,write"},
                        {"ffe4", "notify"},
                        {"ffe5", "read,write"},
                        {"ffe6", "read,write"}}}};
    return {QStringLiteral("topband"), 4, create, radio};
}

void TopbandSimulator::receive(Bytes, std::vector<SimulatedReply> &) {} // it only speaks

void TopbandSimulator::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    m_sinceStatus += ms;
    if (m_sinceStatus < everyMs)
        return;
    m_sinceStatus %= everyMs;
    replies.push_back({status(), 0, {}});
}

QByteArray TopbandSimulator::characteristicValue(const QString &characteristic) const
{
    return kilovault && characteristic == QLatin1String("ffe6") ? QByteArray("Cabin 2") : QByteArray();
}

QByteArray TopbandSimulator::status() const
{
    QByteArray data;
    little(data, m_pack.voltage() * 1000, 4);
    little(data, m_pack.current() * 1000, 4);
    little(data, (kilovault ? m_pack.capacityAh() : m_pack.remainingAh()) * 1000, 4);
    little(data, m_pack.cycles());
    little(data, m_pack.soc());
    little(data, (m_pack.temperatures().at(0) + 273.15) * 10);
    const std::pair<Protection, int> bits[] = {
        {Protection::ChargeOvertemperature, 0x01},  {Protection::DischargeOvertemperature, 0x02},
        {Protection::ChargeUndertemperature, 0x04}, {Protection::DischargeUndertemperature, 0x08},
        {Protection::DischargeOvercurrent, 0x10},   {Protection::ChargeOvercurrent, 0x20},
        {Protection::CellUndervoltage, 0x40},       {Protection::PackUndervoltage, 0x40},
        {Protection::CellOvervoltage, 0x80},        {Protection::PackOvervoltage, 0x80}};
    int flags = kilovault ? 0x100 : 0;
    for (const auto &[which, bit] : bits)
        flags |= m_pack.isActive(which) ? bit : 0;
    little(data, flags, 4);
    for (int i = 0; i < 16; ++i)
        little(data, i < m_pack.config().cells ? m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000 : 0);
    int sum = 0;
    for (const char byte : data)
        sum += static_cast<quint8>(byte);
    data.append(static_cast<char>(sum >> 8 & 0xFF));
    data.append(static_cast<char>(sum & 0xFF));
    return (kilovault ? "\xB0" : "\x5E") + data.toHex().toUpper() + "RRRRRRRR";
}

} // namespace sb::topband
