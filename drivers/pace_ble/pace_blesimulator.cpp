// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pace_ble/pace_blesimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::pace_ble {
namespace {

QByteArray number(double value, int size)
{
    const qint64 whole = std::llround(value);
    QByteArray bytes;
    for (int i = size - 1; i >= 0; --i)
        bytes.append(static_cast<char>(whole >> (8 * i) & 0xFF));
    return bytes;
}

QByteArray closed(QByteArray frame)
{
    quint16 crc = 0xFFFF;
    for (const char c : frame) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<quint16>(crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    return frame + number(crc, 2) + '\x9D';
}

QByteArray answer(const QByteArray &type, const QByteArray &data)
{
    return closed('\x9A' + type + number(static_cast<double>(data.size()), 1) + data);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<PaceBleSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "PC-9662";
    radio.address = "B4:C2:E0:01:96:62";
    radio.makerData = {{0x0001, QByteArray::fromHex("04b4c2e00101015043003132333435363738393031325a")}};
    radio.services = {{"fff0", {{"fff1", "read,notify"}, {"fff2", "write,write-without-response"}}}};
    radio.chunk = 0;
    return {QStringLiteral("pace_ble"), 16, create, radio};
}

void PaceBleSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() < 11 || !request.startsWith('\x9A') || closed(request.chopped(3)) != request)
        return;
    const QByteArray type = request.mid(1, 6);
    const auto say = [&](const QByteArray &data) { replies.push_back({answer(type, data), 30, {}}); };
    if (type == QByteArray::fromHex("000002000000")) {
        say("\x0D"
            "240314PC9662A");
    } else if (type == QByteArray::fromHex("000001000000")) {
        QByteArray data = QByteArray::fromHex("0015") + "P16S100A-31916-1.06";
        data.resize(56, '\0');
        say(data + "\x0A" + "21939V140" + QByteArray(1, '\0'));
    } else if (type == QByteArray::fromHex("00000a000000")) {
        say(summary());
    } else if (type == QByteArray::fromHex("00000a020000") && request.at(8) == 1 && request.at(9) >= 1 &&
               request.at(9) <= packs) {
        say(cells());
    }
}

QByteArray PaceBleSimulator::summary() const
{
    return number(packs, 1) + number(m_pack.current() * 100, 4) + number(m_pack.voltage() * 100, 4) +
           number(m_pack.remainingAh() * 100, 4) + number(m_pack.capacityAh() * 100, 4) +
           number(m_pack.capacityAh() * 100, 4) + number(m_pack.soc(), 1) + number(100, 1) +
           number(m_pack.cycles(), 4) + QByteArray(8, '\0') +
           QByteArray::fromHex("01080cef01100cec01030b8e01010b89");
}

QByteArray PaceBleSimulator::cells() const
{
    const int count = m_pack.config().cells;
    QByteArray data = number(2, 1) + number(m_pack.voltage() * 100, 2) + number(count, 1);
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<size_t>(i);
        data += number(m_pack.cellVoltages()[at] * 1000, 2);
        if (i < 4 && at < m_pack.temperatures().size())
            data += number(m_pack.temperatures()[at] * 10 + 2731, 2);
        else
            data += number(i == 4 ? m_pack.mosfetTemperature() * 10 + 2731 : 0, 2);
    }
    return data;
}

} // namespace sb::pace_ble
