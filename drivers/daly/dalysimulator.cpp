// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daly/dalysimulator.h"

#include "simulator/pack.h"

#include <QList>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sb::daly {
namespace {

constexpr int turnaroundMs = 30;
constexpr qsizetype frameSize = 13;

void put(QByteArray &to, double value, int bytes)
{
    const qint64 raw = std::llround(value);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        to.append(static_cast<char>((raw >> shift) & 0xFF));
}

char sumOf(const QByteArray &bytes)
{
    return static_cast<char>(std::accumulate(bytes.begin(), bytes.end(), 0));
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<DalySimulator>(pack, address < 0 ? 0x40 : address);
}

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("daly"), 16, create}; }

DalySimulator::DalySimulator(Pack &pack, int address)
    : m_pack(pack)
    , m_address(address)
{}

void DalySimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    while (m_buffer.size() >= frameSize) {
        const QByteArray frame = m_buffer.first(frameSize);
        const bool mine = frame[0] == '\xA5' && static_cast<quint8>(frame[1]) == m_address && frame[3] == 8 &&
                          sumOf(frame.chopped(1)) == frame.back();
        m_buffer.remove(0, mine ? frameSize : 1);
        if (!mine)
            continue;
        QByteArray reply;
        for (const QByteArray &data : answer(static_cast<quint8>(frame[2]), frame.sliced(4, 8))) {
            QByteArray part("\xA5");
            put(part, m_address >= 0x80 ? 1 : m_address - 0x3F, 1);
            part.append(frame[2]);
            put(part, 8, 1);
            part.append(data.leftJustified(8, '\0', true));
            reply += part + sumOf(part);
        }
        if (!reply.isEmpty())
            replies.push_back({reply, turnaroundMs});
    }
}

QByteArrayList DalySimulator::answer(int command, const QByteArray &data)
{
    const std::vector<double> &temperatures = m_pack.temperatures();
    const auto [coldest, hottest] = std::minmax_element(temperatures.begin(), temperatures.end());
    QByteArray out;
    switch (command) {
    case 0x21:
        if (!refusesSoc) {
            const int tenths = static_cast<quint8>(data[6]) << 8 | static_cast<quint8>(data[7]);
            m_pack.setRemainingAh(m_pack.capacityAh() * tenths / 1000);
        }
        put(out, refusesSoc ? 0 : 1, 1);
        return {out};
    case 0x50:
        put(out, m_pack.capacityAh() * 1000, 4);
        put(out, 3200, 4);
        return {out};
    case 0x53:
        return {QByteArray::fromHex("000018050e000e10")};
    case 0x57: {
        const QByteArray code = QByteArray("SB 240514 0001").leftJustified(35, '\0');
        QByteArrayList frames;
        for (int number = 1; number <= 5; ++number)
            frames.append(QByteArray(1, static_cast<char>(number)) + code.sliced(7 * (number - 1), 7));
        return frames;
    }
    case 0x90:
        put(out, m_pack.voltage() * 10, 2);
        put(out, 0, 2);
        put(out, 30000 - m_pack.current() * 10, 2);
        put(out, m_pack.soc() * 10, 2);
        return {out};
    case 0x92:
        put(out, *hottest + 40, 1);
        put(out, 1, 1);
        put(out, *coldest + 40, 1);
        put(out, 1, 1);
        return {out};
    case 0x93:
        put(out, m_pack.current() > 0.5 ? 1 : m_pack.current() < -0.5 ? 2 : 0, 1);
        put(out, m_pack.chargeFet() ? 1 : 0, 1);
        put(out, m_pack.dischargeFet() ? 1 : 0, 1);
        put(out, 0, 1);
        put(out, m_pack.remainingAh() * 1000, 4);
        return {out};
    case 0x94:
        put(out, m_pack.config().cells, 1);
        put(out, static_cast<double>(temperatures.size()), 1);
        put(out, 0, 3);
        put(out, m_pack.cycles(), 2);
        return {out};
    case 0x95:
        return cells();
    case 0x96: {
        if (!tellsSensors)
            return {};
        put(out, 1, 1);
        for (const double celsius : temperatures)
            put(out, celsius + 40, 1);
        return {out, QByteArray(1, '\2')};
    }
    case 0x97:
        out.fill('\0', 8);
        for (qsizetype i = 0; i < static_cast<qsizetype>(m_pack.balancing().size()); ++i)
            out[i / 8] =
                static_cast<char>(out[i / 8] | (m_pack.balancing()[static_cast<size_t>(i)] << (i % 8)));
        return {out};
    case 0x98:
        return {alarms()};
    case 0xD9:
        if (!ignoresSwitches)
            m_pack.lockDischarge(data[0] == 0);
        return {data.first(1)};
    case 0xDA:
        if (!ignoresSwitches)
            m_pack.lockCharge(data[0] == 0);
        return {data.first(1)};
    default:
        return {};
    }
}

QByteArrayList DalySimulator::cells() const
{
    const std::vector<double> &cells = m_pack.cellVoltages();
    const size_t frames = sixteenCellFrames ? 16 : (cells.size() + 2) / 3;
    QByteArrayList all;
    for (size_t frame = 0; frame < frames; ++frame) {
        QByteArray out(1, static_cast<char>(frame + 1));
        for (size_t i = 3 * frame; i < 3 * frame + 3; ++i)
            put(out, i < cells.size() ? cells[i] * 1000 : 0, 2);
        out.append('\x20'); // stale
        all.append(out);
    }
    return all;
}

QByteArray DalySimulator::alarms() const
{
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 1},           {Protection::CellUndervoltage, 3},
        {Protection::PackOvervoltage, 5},           {Protection::PackUndervoltage, 7},
        {Protection::ChargeOvertemperature, 9},     {Protection::ChargeUndertemperature, 11},
        {Protection::DischargeOvertemperature, 13}, {Protection::DischargeUndertemperature, 15},
        {Protection::ChargeOvercurrent, 17},        {Protection::DischargeOvercurrent, 19}};
    QByteArray out(8, '\0');
    for (const auto &[protection, bit] : bits) {
        if (m_pack.isActive(protection))
            out[bit / 8] = static_cast<char>(out[bit / 8] | (1 << (bit % 8)));
    }
    return out;
}

} // namespace sb::daly
