// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/braunpwr/braunpwrsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::braunpwr {
namespace {

QByteArray word(double value)
{
    const auto raw = static_cast<int>(std::lround(value));
    return QByteArray(1, static_cast<char>(raw >> 8 & 0xFF)).append(static_cast<char>(raw & 0xFF));
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<BraunpwrSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "HSKS-25A-118";
    radio.address = "C8:2B:6B:25:A1:18";
    radio.advertised = {"ff00"};
    radio.makerData = {{0x007B, QByteArray::fromHex("02ffff7d")}};
    radio.services = {{"ff00", {{"ff01", "read,notify"}, {"ff02", "read,write,write-without-response"}}}};
    radio.chunk = 0;
    return {QStringLiteral("braunpwr"), 16, create, radio};
}

void BraunpwrSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() != 4 || request.at(0) != '{' || request.at(2) != 0 || request.at(3) != '}')
        return;
    const QByteArray told = data(static_cast<quint8>(request.at(1)));
    if (!told.isEmpty())
        replies.push_back({request.first(2) + static_cast<char>(told.size()) + told + '}', 40, {}});
}

QByteArray BraunpwrSimulator::data(int command) const
{
    switch (command) {
    case 0x01:
        return status();
    case 0x02: {
        QByteArray cells(1, static_cast<char>(m_pack.config().cells));
        for (const double cell : m_pack.cellVoltages())
            cells += word(cell * 1000);
        return cells;
    }
    case 0x03: {
        QByteArray sensors(1, static_cast<char>(m_pack.temperatures().size()));
        for (const double each : m_pack.temperatures())
            sensors += word(each * 10 + 2731);
        return sensors;
    }
    case 0x74:
        return "KS_BLE_WIFI_Ver1.0.0_20240313";
    case 0xF4:
        return QByteArray::fromHex("020301");
    case 0xF5:
        return QByteArray::fromHex("0239");
    default:
        return {};
    }
}

/// Of 32 bytes; what isn't known is as in the one recording.
QByteArray BraunpwrSimulator::status() const
{
    QByteArray bytes(1, '\0');
    bytes.append(static_cast<char>(std::lround(m_pack.soc())));
    bytes += word(m_pack.voltage() * 100);
    bytes += QByteArray::fromHex("00d200b400be");
    bytes += word(m_pack.current() * 100);
    bytes += word(m_pack.remainingAh() * 100);
    bytes += word(m_pack.capacityAh() * 100);
    bytes += QByteArray(4, '\0');
    bytes += word(m_pack.cycles());
    int balancing = 0;
    for (size_t i = 0; i < m_pack.balancing().size() && i < 16; ++i)
        balancing |= m_pack.balancing()[i] ? 1 << i : 0;
    bytes += word(balancing);
    bytes += QByteArray(4, '\0');
    int problems = 0;
    for (int i = 0; i < protectionCount; ++i)
        problems |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << i : 0;
    bytes += word(problems);
    return bytes + QByteArray::fromHex("0064");
}

} // namespace sb::braunpwr
