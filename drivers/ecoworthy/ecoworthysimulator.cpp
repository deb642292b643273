// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ecoworthy/ecoworthysimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::ecoworthy {
namespace {

constexpr qint64 pairEveryMs = 400;
const char addressBytes[] = "e2e77900a41c";

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

void put(QByteArray &frame, qsizetype at, qint64 value)
{
    frame[at] = static_cast<char>(value >> 8 & 0xFF);
    frame[at + 1] = static_cast<char>(value & 0xFF);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int)
{
    return std::make_unique<EcoworthySimulator>(pack);
}

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "ECO-WORTHY 02_A41C";
    radio.address = "E2:E7:79:00:A4:1C";
    radio.advertised = {"fff0"};
    radio.makerData = {{0xE7E2, QByteArray::fromHex("7900a41c")}};
    radio.services = {{"fff0", {{"fff1", "read,notify"}, {"fff2", "write,write-without-response"}}}};
    radio.chunk = 0;
    return {QStringLiteral("ecoworthy"), 4, create, radio};
}

void EcoworthySimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    for (const char *first : {"ff0802000b01006401ffffffffffffff", "ff0802000b01001401ffffffffffffff"}) {
        if (request != closed(QByteArray::fromHex(first)))
            continue;
        ++commandsHeard;
        replies.push_back({frame(false), 50, {}});
    }
}

void EcoworthySimulator::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    m_sinceMs += ms;
    if (commandsHeard < 2 || m_sinceMs < pairEveryMs)
        return;
    m_sinceMs = 0;
    replies.push_back({frame(true), 0, {}});
    replies.push_back({frame(false), 200, {}});
}

/// Tables count from the first byte of a frame without address; one with it has two bytes less before each.
QByteArray EcoworthySimulator::frame(bool isStatus) const
{
    QByteArray body = isStatus ? status() : cells();
    if (tellsAddress) {
        const char mark = body.at(0);
        body = QByteArray::fromHex(addressBytes) + mark + QByteArray::fromHex("000008") + body.mid(12);
    }
    return closed(body);
}

QByteArray EcoworthySimulator::status() const
{
    QByteArray body(82, '\0');
    body.replace(0, 14, QByteArray::fromHex("a100000065000000000018010344"));
    put(body, 14, 0x18);
    put(body, 16, std::lround(m_pack.soc()));
    put(body, 18, 100);
    put(body, 20, std::lround(m_pack.voltage() * 100));
    put(body, 22, std::lround(m_pack.current() * (tellsAddress ? 10 : 100)));
    put(body, 26, std::lround(m_pack.capacityAh() * 100));
    int problems = 0;
    for (int i = 0; i < protectionCount; ++i)
        problems |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << i : 0;
    put(body, 51, problems);
    return body;
}

QByteArray EcoworthySimulator::cells() const
{
    QByteArray body(100, '\xFF');
    body.replace(0, 14, QByteArray::fromHex("a200000065000000000018010356"));
    const int cells = m_pack.config().cells;
    put(body, 14, cells);
    for (int i = 0; i < cells && i < 32; ++i)
        put(body, 16 + 2 * i, std::lround(m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000));
    const int sensors = static_cast<int>(std::min<size_t>(m_pack.temperatures().size(), 8));
    put(body, 80, sensors);
    for (int i = 0; i < 9; ++i)
        put(body, 82 + 2 * i,
            i < sensors ? std::lround(m_pack.temperatures()[static_cast<size_t>(i)] * 10) : -1000);
    return body;
}

} // namespace sb::ecoworthy
