// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/saihang/saihangsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::saihang {
namespace {

/// Behind A5 A5.
QByteArray closed(QByteArray frame)
{
    int crc = 0xFFFF;
    for (const char c : frame) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
    }
    frame.append(static_cast<char>(crc & 0xFF)).append(static_cast<char>(crc >> 8));
    return QByteArray::fromHex("a5a5") + frame;
}

int tenthsOfKelvin(double celsius) { return static_cast<int>(std::lround(celsius * 10)) + 2730; }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<SaihangSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "SH24100-H-00069";
    radio.address = "20:24:09:10:00:69";
    radio.advertised = {"fffa"};
    radio.services = {{"fffa", {{"fffb", "write,write-without-response"}, {"fffc", "notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("saihang"), 8, create, radio};
}

void SaihangSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    for (const int count : {72, 83}) {
        const QByteArray asked = QByteArray::fromHex("0003000000") + static_cast<char>(count);
        if (request != closed(asked) || (count != 72 && !tellsSettings))
            continue;
        QByteArray answer(1, static_cast<char>(unit));
        answer.append(char(3)).append(static_cast<char>(2 * count));
        replies.push_back({closed(answer + registers(count)), 50, {}});
    }
}

QByteArray SaihangSimulator::registers(int count) const
{
    QByteArray bytes(166, '\0');
    const auto put = [&bytes](qsizetype at, qint64 value, int size = 2) {
        for (int i = 0; i < size; ++i)
            bytes[at + i] = static_cast<char>(value >> (8 * (size - 1 - i)) & 0xFF);
    };
    put(0, std::lround(m_pack.current() * 100), 4);
    put(4, std::lround(m_pack.voltage() * 100), 4);
    put(8, std::lround(m_pack.soc()));
    put(10, 100);
    put(12, std::lround(m_pack.remainingAh() * 100), 4);
    put(16, std::lround(m_pack.capacityAh() * 99), 4);
    put(20, std::lround(m_pack.capacityAh() * 100), 4);
    put(24, m_pack.cycles());
    int problems = 0;
    for (int i = 0; i < protectionCount; ++i)
        problems |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << i : 0;
    put(26, ~problems & 0xFFFF);
    put(32, (m_pack.chargeFet() ? 0x200 : 0) | (m_pack.dischargeFet() ? 0x400 : 0));
    int balancing = 0;
    for (size_t i = 0; i < 16 && i < m_pack.balancing().size(); ++i)
        balancing |= m_pack.balancing()[i] ? 1 << i : 0;
    put(36, balancing);
    const qsizetype cells = std::min(20, m_pack.config().cells);
    put(38, cells);
    for (qsizetype i = 0; i < 20; ++i)
        put(40 + 2 * i,
            i < cells ? std::lround(m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000) : 0xFFFF);
    put(80, 2);
    for (qsizetype i = 0; i < 10; ++i)
        put(82 + 2 * i, i < 2 ? tenthsOfKelvin(m_pack.temperatures()[static_cast<size_t>(i)]) : 0xFFFF);
    put(102, tenthsOfKelvin(m_pack.mosfetTemperature()));
    put(104, tenthsOfKelvin(m_pack.config().ambient));
    for (qsizetype at = 106; at < 120; at += 2)
        put(at, 0xFFFF);
    put(120, 28000, 4);
    put(124, 29200, 4);
    put(128, 26640, 4);
    put(132, 10);
    put(134, 3500);
    put(136, 3650);
    put(138, 3330);
    put(140, 10);
    put(142, 22400, 4);
    put(146, 20000, 4);
    put(150, 24000, 4);
    put(154, 20);
    put(156, 2800);
    put(158, 2500);
    put(160, 3000);
    put(162, 20);
    return bytes.first(2 * count);
}

} // namespace sb::saihang
