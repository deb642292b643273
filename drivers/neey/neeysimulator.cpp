// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/neey/neeysimulator.h"

#include "simulator/pack.h"

#include <QtEndian>
#include <algorithm>

namespace sb::neey {
namespace {

QByteArray closed(QByteArray frame)
{
    quint8 sum = 0;
    for (const char byte : frame)
        sum = static_cast<quint8>(sum + static_cast<quint8>(byte));
    return frame.append(static_cast<char>(sum)).append('\xFF');
}

QByteArray begun(int type, int size)
{
    QByteArray frame(size - 2, '\0');
    frame.replace(0, 4, QByteArray::fromHex("55aa1101"));
    frame[4] = static_cast<char>(type);
    frame[6] = static_cast<char>(size & 0xFF);
    frame[7] = static_cast<char>(size >> 8);
    return frame;
}

void put(QByteArray &frame, qsizetype at, double value)
{
    qToLittleEndian(static_cast<float>(value), frame.data() + at);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<NeeySimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "EK-24S8EB";
    radio.address = "3C:A5:51:83:27:1E";
    radio.advertised = {"fee7", "ffe0"};
    radio.services = {{"ffe0", {{"ffe1", "read,write,write-without-response,notify"}}}};
    return {QStringLiteral("neey"), 16, create, radio};
}

void NeeySimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() != 20 || !request.startsWith(QByteArray::fromHex("aa551101")) ||
        closed(request.chopped(2)) != request)
        return;
    if (request.at(4) == 1)
        replies.push_back({information(), 30, {}});
    if (request.at(4) == 2)
        replies.push_back({cells(), 40, {}});
}

QByteArray NeeySimulator::information()
{
    QByteArray frame = begun(1, 100);
    frame.replace(8, 11, "EK-B24S8E0A");
    frame.replace(24, 8, "HW-2.0.0");
    frame.replace(32, 8, "SW-2.0.1");
    frame.replace(40, 6, "V1.3.6");
    frame.replace(48, 8, "20240611");
    frame.replace(64, 18, "440501034900000077");
    return closed(frame);
}

QByteArray NeeySimulator::cells() const
{
    QByteArray frame = begun(2, 300);
    const std::vector<double> &cells = m_pack.cellVoltages();
    double sum = 0;
    for (size_t i = 0; i < cells.size() && i < 24; ++i) {
        sum += cells[i];
        put(frame, 9 + 4 * static_cast<qsizetype>(i), cells[i]);
        put(frame, 105 + 4 * static_cast<qsizetype>(i), 0.081 + 0.001 * static_cast<double>(i));
    }
    const auto [lowest, highest] = std::minmax_element(cells.begin(), cells.end());
    put(frame, 201, m_pack.voltage());
    put(frame, 205, sum / static_cast<double>(cells.size()));
    put(frame, 209, *highest - *lowest);
    frame[213] = static_cast<char>(highest - cells.begin());
    frame[214] = static_cast<char>(lowest - cells.begin());
    const std::vector<bool> &balancing = m_pack.balancing();
    const bool any = std::find(balancing.begin(), balancing.end(), true) != balancing.end();
    frame[216] = static_cast<char>(any ? 5 : 6);
    put(frame, 218, any ? -3.9 : 0);
    put(frame, 222, m_pack.current());
    for (size_t i = 0; i < 4; ++i)
        put(frame, 226 + 4 * static_cast<qsizetype>(i),
            i < m_pack.temperatures().size() ? m_pack.temperatures()[i] : m_pack.mosfetTemperature());
    put(frame, 242, m_pack.capacityAh());
    put(frame, 246, m_pack.remainingAh());
    put(frame, 250, m_pack.soc());
    return closed(frame);
}

} // namespace sb::neey
