// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk/jksimulator.h"

#include "simulator/pack.h"

#include <cmath>
#include <numeric>

namespace sb::jk {
namespace {

constexpr int turnaroundMs = 30;

void put(QByteArray &to, double value, int bytes = 2)
{
    const qint64 raw = std::llround(value);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        to.append(static_cast<char>((raw >> shift) & 0xFF));
}

void tag(QByteArray &to, int name, double value, int bytes = 2)
{
    put(to, name, 1);
    put(to, value, bytes);
}

void text(QByteArray &to, int name, const char *value, int size)
{
    put(to, name, 1);
    to.append(QByteArray(value).leftJustified(size, '\0', true));
}

double rawCelsius(double celsius) { return celsius < -0.5 ? 100 - std::round(celsius) : celsius; }

QByteArray frameOf(int command, const QByteArray &body)
{
    QByteArray frame = QByteArray::fromHex("4e57");
    put(frame, static_cast<double>(body.size()) + 18);
    put(frame, 0, 4);
    put(frame, command, 1);
    put(frame, 0, 1);
    put(frame, 1, 1);
    frame += body;
    put(frame, 0, 4);
    put(frame, 0x68, 1);
    put(frame,
        std::accumulate(frame.begin(), frame.end(), 0,
                        [](int sum, char byte) { return (sum + static_cast<quint8>(byte)) & 0xFFFF; }),
        4);
    return frame;
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<JkSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("jk"), 16, create}; }

JkSimulator::JkSimulator(Pack &pack)
    : m_pack(pack)
{}

void JkSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    while (m_buffer.size() >= 4) {
        const qsizetype size = 2 + (static_cast<quint8>(m_buffer[2]) << 8 | static_cast<quint8>(m_buffer[3]));
        if (!m_buffer.startsWith("NW") || size < 21 || size > 64) {
            m_buffer.remove(0, 1);
            continue;
        }
        if (m_buffer.size() < size)
            return;
        const QByteArray frame = m_buffer.first(size);
        m_buffer.remove(0, size);
        int sum = 0;
        for (qsizetype i = 0; i < size - 4; ++i)
            sum += static_cast<quint8>(frame[i]);
        QByteArray expected;
        put(expected, sum, 4);
        if (frame.last(4) != expected)
            continue;
        const quint8 command = static_cast<quint8>(frame[8]);
        QByteArray body = frame.sliced(11, 1);
        if (command == 6)
            body = all();
        if (command == 2 && !ignoresSwitches) {
            if (body[0] == '\xAB')
                m_pack.lockCharge(frame[12] == 0);
            if (body[0] == '\xAC')
                m_pack.lockDischarge(frame[12] == 0);
        }
        if (command == 1 || command == 2 || command == 6)
            replies.push_back({frameOf(command, body), turnaroundMs});
    }
}

QByteArray JkSimulator::all() const
{
    const std::pair<Protection, int> bits[] = {
        {Protection::PackOvervoltage, 2},        {Protection::PackUndervoltage, 3},
        {Protection::ChargeOvertemperature, 4},  {Protection::DischargeOvertemperature, 4},
        {Protection::ChargeOvercurrent, 5},      {Protection::DischargeOvercurrent, 6},
        {Protection::ChargeUndertemperature, 9}, {Protection::DischargeUndertemperature, 9},
        {Protection::CellOvervoltage, 10},       {Protection::CellUndervoltage, 11}};
    int alarms = 0;
    for (const auto &[protection, bit] : bits)
        alarms |= m_pack.isActive(protection) ? 1 << bit : 0;
    const bool balances =
        std::find(m_pack.balancing().begin(), m_pack.balancing().end(), true) != m_pack.balancing().end();
    const PackLimits &limits = m_pack.limits();
    const std::vector<double> &cells = m_pack.cellVoltages();
    const std::vector<double> &temperatures = m_pack.temperatures();
    const auto sensor = [&](size_t i) { return rawCelsius(i < temperatures.size() ? temperatures[i] : 20); };
    const double centiAmperes = std::round(m_pack.current() * 100);

    QByteArray out;
    tag(out, 0x79, 3.0 * static_cast<double>(cells.size()), 1);
    for (size_t i = 0; i < cells.size(); ++i)
        tag(out, static_cast<int>(i) + 1, cells[i] * 1000);
    tag(out, 0x80, rawCelsius(m_pack.mosfetTemperature()));
    tag(out, 0x81, sensor(0));
    tag(out, 0x82, sensor(1));
    tag(out, 0x83, m_pack.voltage() * 100);
    tag(out, 0x84, isOld ? 10000 - centiAmperes : std::abs(centiAmperes) + (centiAmperes > 0 ? 0x8000 : 0));
    tag(out, 0x85, m_pack.soc(), 1);
    tag(out, 0x86, 2, 1);
    tag(out, 0x87, m_pack.cycles());
    tag(out, 0x89, m_pack.cycles() * m_pack.capacityAh(), 4);
    tag(out, 0x8A, static_cast<double>(cells.size()));
    tag(out, 0x8B, alarms);
    tag(out, 0x8C, (m_pack.chargeFet() ? 1 : 0) | (m_pack.dischargeFet() ? 2 : 0) | (balances ? 4 : 0));
    tag(out, 0x8E, limits.packOvervoltage * 100);
    tag(out, 0x8F, limits.packUndervoltage * 100);
    tag(out, 0x90, limits.cellOvervoltage * 1000);
    tag(out, 0x91, limits.cellOvervoltageRelease * 1000);
    tag(out, 0x93, limits.cellUndervoltage * 1000);
    tag(out, 0x94, limits.cellUndervoltageRelease * 1000);
    tag(out, 0x97, limits.dischargeOvercurrent);
    tag(out, 0x99, limits.chargeOvercurrent);
    tag(out, 0x9B, limits.balanceStart * 1000);
    tag(out, 0x9D, limits.balancerEnabled ? 1 : 0, 1);
    tag(out, 0xA7, limits.dischargeUndertemperature);
    tag(out, 0xAA, m_pack.capacityAh(), 4);
    text(out, 0xB2, "123456", 10);
    text(out, 0xB4, "Pack 1", 8);
    text(out, 0xB5, "2405", 4);
    text(out, 0xB7, "11.XW_S11.261__", 15);
    if (isOld)
        return out;
    text(out, 0xBA, "Input UserdaJK_B1A20S15P", 24);
    tag(out, 0xC0, 1, 1);
    return out;
}

} // namespace sb::jk
