// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/vatrer/vatrersimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::vatrer {
namespace {

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<VatrerSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "250320512100045";
    radio.address = "C0:D6:3C:25:03:20";
    radio.advertised = {"6e400001-b5a3-f393-e0a9-e50e24dcca9e"};
    radio.services = {{"6e400001-b5a3-f393-e0a9-e50e24dcca9e",
                       {{"6e400002-b5a3-f393-e0a9-e50e24dcca9e", "write,write-without-response"},
                        {"6e400003-b5a3-f393-e0a9-e50e24dcca9e", "notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("vatrer"), 16, create, radio};
}

modbus::SimulatedSlave::Content VatrerSimulator::content(int, int function) const
{
    Content all;
    if (function != 3)
        return all;
    for (int reg = 0; reg < 0x46; ++reg)
        all[reg] = 0;
    const std::vector<double> &cells = m_pack.cellVoltages();
    const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
    all[0x00] = word(m_pack.voltage() * 100);
    put32(all, 0x01, std::llround(m_pack.current() * 100));
    all[0x03] = word(m_pack.soc());
    all[0x04] = word(m_pack.remainingAh() * 100);
    all[0x05] = word(m_pack.capacityAh() * 100);
    all[0x06] = word(m_pack.cycles());
    all[0x07] = 100;
    all[0x0B] = word(*high * 1000);
    all[0x0C] = word(*low * 1000);
    all[0x0D] = word((*high - *low) * 1000);
    const int count = std::min(static_cast<int>(cells.size()), 30);
    all[0x15] = word(count);
    quint32 balancing = 0;
    for (int i = 0; i < count; ++i) {
        all[0x16 + i] = word(cells[static_cast<size_t>(i)] * 1000);
        balancing |= m_pack.balancing()[static_cast<size_t>(i)] ? 1U << i : 0U;
    }
    const int sensors = std::min(static_cast<int>(m_pack.temperatures().size()), 4);
    all[0x34] = word(sensors);
    for (int i = 0; i < sensors; ++i)
        all[0x35 + i] = word(m_pack.temperatures()[static_cast<size_t>(i)]);
    all[0x35 + sensors] = word(m_pack.config().ambient);
    all[0x36 + sensors] = word(m_pack.mosfetTemperature());
    all[0x42] = (m_pack.chargeFet() ? 0x10 : 0) | (m_pack.dischargeFet() ? 0x20 : 0);
    for (int i = 0; i < protectionCount; ++i) {
        if (m_pack.isActive(static_cast<Protection>(i)))
            all[0x3F] |= static_cast<quint16>(1 << i);
    }
    put32(all, 0x44, balancing);
    return all;
}

} // namespace sb::vatrer
