// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/tianpwr/tianpwrsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::tianpwr {
namespace {

void put(QByteArray &page, qsizetype at, double value)
{
    const long raw = std::lround(value);
    page[at] = static_cast<char>(raw >> 8 & 0xFF);
    page[at + 1] = static_cast<char>(raw & 0xFF);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<TianpwrSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "TP_123456";
    radio.address = "90:A6:BF:12:34:56";
    radio.services = {{"ff00", {{"ff01", "read,notify"}, {"ff02", "read,write,write-without-response"}}}};
    return {QStringLiteral("tianpwr"), 16, create, radio};
}

void TianpwrSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    if (bytes.size() != 4 || bytes[0] != 0x55 || bytes[1] != 0x04 || bytes[3] != 0xAA)
        return;
    if (bytes[2] >= 0x81 && bytes[2] <= 0x8A)
        replies.push_back({page(bytes[2]), 30, {}});
}

QByteArray TianpwrSimulator::page(int number) const
{
    QByteArray page(20, '\0');
    page[0] = 0x55;
    page[1] = 0x14;
    page[2] = static_cast<char>(number);
    page[19] = static_cast<char>(0xAA);
    switch (number) {
    case 0x81:
        page.replace(3, 6, "0.1.10");
        break;
    case 0x82:
        page.replace(3, 7, "TP-LT55");
        break;
    case 0x83:
        put(page, 3, m_pack.soc());
        put(page, 5, m_pack.voltage() * 100);
        put(page, 9, m_pack.config().ambient * 10);
        put(page, 11, m_pack.mosfetTemperature() * 10);
        put(page, 13, m_pack.current() * 100);
        put(page, 15, 0x3030);
        put(page, 17, 100);
        break;
    case 0x84:
        page[3] = static_cast<char>(m_pack.config().cells);
        page[4] = static_cast<char>(m_pack.temperatures().size());
        put(page, 5, m_pack.capacityAh() * 100);
        put(page, 7, m_pack.remainingAh() * 100);
        put(page, 9, m_pack.cycles());
        for (int i = 0; i < protectionCount; ++i) {
            if (m_pack.isActive(static_cast<Protection>(i)))
                page[11 + i / 8] = static_cast<char>(page[11 + i / 8] | 1 << (i % 8));
        }
        break;
    case 0x85: {
        page[3] = 0x08;
        page[4] = static_cast<char>(0x20 | (m_pack.dischargeFet() ? 1 : 0) | (m_pack.chargeFet() ? 2 : 0));
        int balancing = 0;
        for (size_t i = 0; i < m_pack.balancing().size() && i < 16; ++i)
            balancing |= m_pack.balancing()[i] ? 1 << i : 0;
        put(page, 13, balancing);
        break;
    }
    case 0x87:
        for (size_t i = 0; i < m_pack.temperatures().size() && i < 6; ++i)
            put(page, 3 + 2 * static_cast<qsizetype>(i), m_pack.temperatures()[i] * 10);
        break;
    case 0x88:
    case 0x89:
    case 0x8A:
        for (int i = 0; i < 8; ++i) {
            const int cell = (number - 0x88) * 8 + i;
            if (cell < m_pack.config().cells)
                put(page, 3 + 2 * i, m_pack.cellVoltages()[static_cast<size_t>(cell)] * 1000);
        }
        break;
    default:
        break;
    }
    return page;
}

} // namespace sb::tianpwr
