// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/eg4_lifepower/eg4_lifepowersimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::eg4_lifepower {
namespace {

constexpr int turnaroundMs = 40;
constexpr qsizetype requestSize = 6;

void put(QByteArray &to, double value, int bytes = 2)
{
    const qint64 raw = std::llround(value);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        to.append(static_cast<char>((raw >> shift) & 0xFF));
}

void putGroup(QByteArray &to, int id, const std::vector<double> &values, int bytes = 2)
{
    put(to, id, 1);
    put(to, static_cast<double>(values.size()), 1);
    for (const double value : values)
        put(to, value, bytes);
}

QByteArray closed(QByteArray frame)
{
    int all = 0;
    int sum = 0;
    for (const char c : frame) {
        all ^= static_cast<quint8>(c);
        sum += static_cast<quint8>(c);
    }
    frame.append(static_cast<char>(all ^ (sum & 0xFF)));
    return frame + '\x0D';
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<LifepowerSimulator>(pack, address < 0 ? 1 : address);
}

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("eg4_lifepower"), 16, create}; }

LifepowerSimulator::LifepowerSimulator(Pack &pack, int address)
    : m_pack(pack)
    , m_address(address)
{}

void LifepowerSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    while (m_buffer.size() >= requestSize) {
        const QByteArray head = m_buffer.first(4);
        const bool mine = head[0] == start && static_cast<quint8>(head[1]) == m_address && head[3] == 0 &&
                          closed(head) == m_buffer.first(requestSize);
        m_buffer.remove(0, mine ? requestSize : 1);
        if (!mine)
            continue;
        const QByteArray payload = payloadOf(static_cast<quint8>(head[2]));
        if (payload.isEmpty())
            continue;
        QByteArray reply = head.first(3);
        put(reply, static_cast<double>(payload.size()), 1);
        replies.push_back({closed(reply + payload), turnaroundMs});
    }
}

QByteArray LifepowerSimulator::payloadOf(int command) const
{
    switch (command) {
    case 0x01:
        return groups();
    case 0x33:
        return tellsTexts ? QByteArray("3QT-YS00-16SV100A-V3.5") : QByteArray();
    case 0x42:
        return tellsTexts ? QByteArray("TP-ND1530 \x01") : QByteArray();
    default:
        return {};
    }
}

QByteArray LifepowerSimulator::groups() const
{
    const std::pair<Protection, int> bits[] = {
        {Protection::DischargeOvercurrent, 3},      {Protection::ChargeOvercurrent, 3},
        {Protection::PackOvervoltage, 4},           {Protection::CellOvervoltage, 4},
        {Protection::PackUndervoltage, 5},          {Protection::CellUndervoltage, 5},
        {Protection::ChargeOvertemperature, 6},     {Protection::ChargeUndertemperature, 7},
        {Protection::DischargeUndertemperature, 8}, {Protection::DischargeOvertemperature, 9}};
    int word = protections;
    for (const auto &[protection, bit] : bits)
        word |= m_pack.isActive(protection) ? 1 << bit : 0;
    if (m_pack.current() > 0.2)
        word |= 1;
    else if (m_pack.current() < -0.2)
        word |= 2;

    QByteArray out;
    std::vector<double> cells;
    for (size_t i = 0; i < m_pack.cellVoltages().size(); ++i)
        cells.push_back(std::round(m_pack.cellVoltages()[i] * 1000) + (m_pack.balancing()[i] ? 0x8000 : 0));
    putGroup(out, 1, cells);
    putGroup(out, 2, {30000 - m_pack.current() * 100});
    putGroup(out, 3, {m_pack.soc() * 100});
    putGroup(out, 4, {m_pack.capacityAh() * 100});
    std::vector<double> temperatures;
    for (const double celsius : m_pack.temperatures())
        temperatures.push_back(std::round(celsius) + 50);
    temperatures.push_back(0x8000 + std::round(m_pack.mosfetTemperature()) + 50);
    temperatures.push_back(0x2000 + std::round(m_pack.config().ambient) + 50);
    putGroup(out, 5, temperatures);
    putGroup(out, 6, {0, static_cast<double>(word), 0, 0, 0});
    putGroup(out, 7, {static_cast<double>(m_pack.cycles())});
    putGroup(out, 8, {m_pack.voltage() * 100});
    putGroup(out, 9, {10000});
    putGroup(out, 10, {0});
    if (newGroups) {
        for (int id = 0x0B; id <= 0x10; ++id)
            putGroup(out, id, {266700}, 4);
        putGroup(out, 0x11, {0});
    }
    return out;
}

} // namespace sb::eg4_lifepower
