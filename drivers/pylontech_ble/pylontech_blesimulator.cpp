// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pylontech_ble/pylontech_blesimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::pylontech_ble {
namespace {

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int)
{
    return std::make_unique<PylontechBleSimulator>(pack);
}

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "RT12100-710003";
    radio.address = "A4:C1:38:71:00:03";
    radio.advertised = {"1812", "180f"};
    radio.services = {{"00010203-0405-0607-0809-0a0b0c0d1910",
                       {{"00010203-0405-0607-0809-0a0b0c0d2b10", "read,notify"},
                        {"00010203-0405-0607-0809-0a0b0c0d2b11", "read,write,write-without-response"}}},
                      {"180f", {{"2a19", "read,notify"}}}};
    return {QStringLiteral("pylontech_ble"), 4, create, radio};
}

modbus::SimulatedSlave::Content PylontechBleSimulator::content(int, int function) const
{
    Content all;
    if (function != 3)
        return all;
    const auto [low, high] = std::minmax_element(m_pack.cellVoltages().begin(), m_pack.cellVoltages().end());
    const auto [cold, warm] = std::minmax_element(m_pack.temperatures().begin(), m_pack.temperatures().end());
    all[0x1016] = word(m_pack.voltage() * 100);
    all[0x1017] = word(m_pack.current() * 10);
    all[0x1018] = word(*high * 1000);
    all[0x1019] = word(*low * 1000);
    all[0x101A] = word(*warm * 10);
    all[0x101B] = word(*cold * 10);
    all[0x101C] = word(m_pack.soc());
    all[0x101D] = 99;
    all[0x101E] = word(std::abs(m_pack.voltage() * m_pack.current()));
    all[0x101F] = 0;
    all[0x1020] = 0x0B90;
    all[0x1021] = 1000;
    all[0x1022] = word(m_pack.capacityAh() * 10);
    putText(all, 0x2000, 8, "PPTAP0123456789");
    return all;
}

} // namespace sb::pylontech_ble
