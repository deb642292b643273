// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd_up16s/jbd_up16ssimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::jbd_up16s {
namespace {

constexpr int turnaroundMs = 150;

void put16(QByteArray &to, double value)
{
    const auto raw = static_cast<quint16>(std::lround(value));
    to.append(static_cast<char>(raw >> 8));
    to.append(static_cast<char>(raw & 0xFF));
}

void put32(QByteArray &to, qint64 value)
{
    put16(to, static_cast<double>((value >> 16) & 0xFFFF));
    put16(to, static_cast<double>(value & 0xFFFF));
}

int at16(const QByteArray &bytes, qsizetype at)
{
    return static_cast<quint8>(bytes[at]) << 8 | static_cast<quint8>(bytes[at + 1]);
}

void set16(QByteArray &bytes, qsizetype at, double value)
{
    QByteArray two;
    put16(two, value);
    bytes.replace(at, 2, two);
}

QByteArray withCrc(QByteArray frame)
{
    quint16 crc = 0xFFFF;
    for (const char c : frame) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<quint16>(crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    frame.append(static_cast<char>(crc & 0xFF));
    frame.append(static_cast<char>(crc >> 8));
    return frame;
}

double kelvinLess(double celsius) { return celsius * 10 + 500; }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<Up16sSimulator>(pack, address < 0 ? 1 : address);
}

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("jbd_up16s"), 16, create}; }

Up16sSimulator::Up16sSimulator(Pack &pack, int address)
    : m_pack(pack)
    , m_address(address)
    , m_settings(134, '\0')
{
    set16(m_settings, 4, pack.limits().balanceStart * 1000);
    set16(m_settings, 6, 15);
    set16(m_settings, 8, 500);
    set16(m_settings, 10, 600);
    set16(m_settings, 12, pack.limits().packOvervoltageRelease * 100);
    set16(m_settings, 14, 200);
    m_settings.replace(16, 22, "UP16S015SB240314000001");
    set16(m_settings, 120, 3000);
    set16(m_settings, 122, 2880);
    set16(m_settings, 124, pack.limits().balanceOnlyCharging ? 0 : 1);
}

void Up16sSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    while (m_buffer.size() >= 10) {
        const qsizetype size = 10 + at16(m_buffer, 6);
        const bool mine = static_cast<quint8>(m_buffer[0]) == m_address && size <= 64;
        if (mine && m_buffer.size() < size)
            return;
        const QByteArray frame = m_buffer.first(std::min(size, m_buffer.size()));
        if (!mine || withCrc(frame.chopped(2)) != frame) {
            m_buffer.remove(0, 1);
            continue;
        }
        m_buffer.remove(0, size);
        if (std::exchange(sleeping, false))
            continue;
        const int function = static_cast<quint8>(frame[1]);
        const int start = at16(frame, 2);
        QByteArray data;
        if (function == 0x79) {
            if (frame.sliced(8, 4) != QByteArray::fromHex("114a4244"))
                continue;
            if (!ignoresWrites.contains(start))
                write(start, frame.sliced(12, size - 14));
        } else {
            data = dataOf(function, start);
            if (data.isEmpty())
                continue; // silence is all that these boards know of refusals
        }
        QByteArray reply = frame.first(6);
        put16(reply, static_cast<double>(data.size()));
        replies.push_back({withCrc(reply + data), turnaroundMs});
    }
}

QByteArray Up16sSimulator::dataOf(int function, int start) const
{
    QByteArray data;
    if (function == 0x45)
        return start == 0 && !forwarded ? own() : data;
    if (function != 0x78)
        return data;
    if (start == 0x1000)
        return status();
    if (forwarded)
        return data;
    switch (start) {
    case 0x2006:
        if (!tellsCharge)
            return data;
        put16(data, m_pack.soc() * 100);
        put16(data, 100);
        put16(data, m_pack.cycles());
        data.append(12, '\0');
        return data;
    case 0x1C00:
        return m_settings;
    case 0x1800: {
        const PackLimits &limits = m_pack.limits();
        data.fill('\0', 208);
        set16(data, 6, limits.cellOvervoltage * 1000);
        set16(data, 8, limits.cellOvervoltageRelease * 1000);
        set16(data, 18, limits.cellUndervoltage * 1000);
        set16(data, 20, limits.cellUndervoltageRelease * 1000);
        set16(data, 30, limits.packOvervoltage * 100);
        set16(data, 32, limits.packOvervoltageRelease * 100);
        set16(data, 42, limits.packUndervoltage * 100);
        set16(data, 44, limits.packUndervoltageRelease * 100);
        return data;
    }
    case 0x2810:
        for (const int word : {0x21, 3, 12, 1, 7, 0x24})
            put16(data, word);
        data.append(QByteArray("UP16S015-16S200AJBD").leftJustified(32, '\0'));
        return data;
    default:
        return data;
    }
}

QByteArray Up16sSimulator::status() const
{
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 0},           {Protection::CellUndervoltage, 1},
        {Protection::PackOvervoltage, 2},           {Protection::PackUndervoltage, 3},
        {Protection::ChargeOvercurrent, 4},         {Protection::DischargeOvercurrent, 6},
        {Protection::ChargeOvertemperature, 8},     {Protection::ChargeUndertemperature, 9},
        {Protection::DischargeOvertemperature, 10}, {Protection::DischargeUndertemperature, 11}};
    qint64 faults = 0;
    for (const auto &[protection, bit] : bits)
        faults |= m_pack.isActive(protection) ? qint64{1} << bit : 0;
    const std::vector<double> &cells = m_pack.cellVoltages();
    const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
    const PackLimits &limits = m_pack.limits();

    QByteArray data;
    put16(data, m_pack.voltage() * 100);
    put16(data, forwarded ? m_pack.voltage() * 100 : 0);
    put32(data, 300000 + std::lround(m_pack.current() * 100));
    put16(data, forwarded ? std::round(m_pack.soc()) * 100 : m_pack.soc() * 100);
    put16(data, m_pack.remainingAh() * 100);
    put16(data, m_pack.capacityAh() * 100);
    put16(data, m_pack.capacityAh() * 100);
    put16(data, kelvinLess(m_pack.mosfetTemperature()));
    put16(data, kelvinLess(m_pack.config().ambient));
    put16(data, m_pack.current() > 0.5 ? 1 : m_pack.current() < -0.5 ? 2 : 0);
    put16(data, 100);
    put32(data, faults);
    put32(data, 0);
    put16(data, (m_pack.dischargeFet() ? 1 : 0) | (m_pack.chargeFet() ? 2 : 0));
    put16(data, 0);
    put16(data, m_pack.cycles());
    put16(data, static_cast<double>(high - cells.begin() + 1));
    put16(data, *high * 1000);
    put16(data, static_cast<double>(low - cells.begin() + 1));
    put16(data, *low * 1000);
    data.append(12, '\0');
    put16(data, limits.packOvervoltageRelease * 10);
    put16(data, forwarded ? 1000 : 2400);
    put16(data, limits.packUndervoltageRelease * 10);
    put16(data, forwarded ? 1000 : 5500);
    put16(data, static_cast<double>(cells.size()));
    for (const double cell : cells)
        put16(data, cell * 1000);
    put16(data, static_cast<double>(m_pack.temperatures().size()));
    for (const double celsius : m_pack.temperatures())
        put16(data, kelvinLess(celsius));
    put16(data, 0);
    int balancing = 0;
    for (size_t i = 0; i < 16 && i < m_pack.balancing().size(); ++i)
        balancing |= m_pack.balancing()[i] ? 1 << i : 0;
    put16(data, balancing);
    put16(data, forwarded ? 0x0001 : 0x0C01);
    return data + QByteArray("JBD48100000").leftJustified(30, '\0');
}

QByteArray Up16sSimulator::own() const
{
    QByteArray data(116, '\0');
    set16(data, 96, 1000);
    set16(data, 98, 2000);
    return data;
}

void Up16sSimulator::write(int start, const QByteArray &data)
{
    const int value = at16(data.leftJustified(2, '\0'), 0);
    switch (start) {
    case 0x2006:
        m_pack.setRemainingAh(m_pack.capacityAh() * value / 10000);
        break;
    case 0x2902:
        m_pack.lockDischarge((value & 1) == 0);
        m_pack.lockCharge((value & 2) == 0);
        break;
    case 0x1C7C:
        set16(m_settings, 124, value);
        m_pack.limits().balanceOnlyCharging = value == 0;
        break;
    default:
        break;
    }
}

} // namespace sb::jbd_up16s
