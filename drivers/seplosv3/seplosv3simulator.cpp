// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplosv3/seplosv3simulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::seplosv3 {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<SeplosV3Simulator>(pack, address < 0 ? 0 : address);
}

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }
quint16 kelvin(double celsius) { return word(celsius * 10 + 2731); }

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("seplosv3"), 16, create}; }

SeplosV3Simulator::SeplosV3Simulator(Pack &pack, int unit)
    : SimulatedSlave({unit})
    , m_pack(pack)
{
    for (int reg = 0x1300; reg <= 0x1369; ++reg)
        m_settings[reg] = 0;
    const PackLimits &limits = pack.limits();
    m_settings[0x1300] = word(std::min(pack.config().sensors, 4));
    m_settings[0x1301] = word(pack.config().cells);
    m_settings[0x1304] = word(limits.packOvervoltageRelease * 100);
    m_settings[0x1305] = word(limits.packOvervoltage * 100);
    m_settings[0x1308] = word(limits.packUndervoltageRelease * 100);
    m_settings[0x1309] = word(limits.packUndervoltage * 100);
    m_settings[0x130C] = word(limits.cellOvervoltageRelease * 1000);
    m_settings[0x130D] = word(limits.cellOvervoltage * 1000);
    m_settings[0x1310] = word(limits.cellUndervoltageRelease * 1000);
    m_settings[0x1311] = word(limits.cellUndervoltage * 1000);
    m_settings[0x134B] = kelvin(10);
    m_settings[0x134C] = kelvin(2);
    m_settings[0x1350] = word(limits.balanceStart * 1000);
    m_settings[0x1351] = word(limits.balanceWindow * 1000);
    m_settings[0x1353] = 1000;
    m_settings[0x1355] = 200;
    m_settings[0x1358] = word(pack.capacityAh() * 100);
    m_settings[0x135B] = 48;
    m_settings[0x1365] = word(limits.packOvervoltageRelease * 100);
    m_settings[0x1366] = 150;
    m_settings[0x1367] = word(-180);
}

modbus::SimulatedSlave::Content SeplosV3Simulator::content(int, int function) const
{
    Content all;
    if (function == 1)
        return coils();
    if (function != 4)
        return all;
    if (tellsSettings)
        all = m_settings;
    const std::vector<double> &cells = m_pack.cellVoltages();
    const std::vector<double> &sensors = m_pack.temperatures();
    const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
    for (int reg = 0x1000; reg <= 0x1010; ++reg)
        all[reg] = 0;
    all[0x1000] = word(m_pack.voltage() * 100);
    all[0x1001] = word(m_pack.current() * 100);
    all[0x1002] = word(m_pack.remainingAh() * 100);
    all[0x1003] = word(m_pack.capacityAh() * 100);
    all[0x1005] = word(m_pack.soc() * 10);
    all[0x1006] = 1000;
    all[0x1007] = word(m_pack.cycles());
    all[0x100A] = word(*high * 1000);
    all[0x100B] = word(*low * 1000);
    all[0x100F] = 180;
    all[0x1010] = 150;
    for (int i = 0; i < 16; ++i)
        all[0x1100 + i] =
            static_cast<size_t>(i) < cells.size() ? word(cells[static_cast<size_t>(i)] * 1000) : 0;
    for (int i = 0; i < 8; ++i)
        all[0x1110 + i] =
            static_cast<size_t>(i) < sensors.size() ? kelvin(sensors[static_cast<size_t>(i)]) : kelvin(0);
    all[0x1118] = kelvin(m_pack.config().ambient);
    all[0x1119] = kelvin(m_pack.mosfetTemperature());
    for (int reg = 0x1700; reg < 0x1733; ++reg)
        all[reg] = 0;
    putText(all, 0x1700, 10, "XZH-ElecTech Co.,Ltd");
    putText(all, 0x170A, 10, "SG16S200A");
    putText(all, 0x1714, 1, "15");
    putText(all, 0x1715, 15, "SB240314SG16S200A0001");
    putText(all, 0x1724, 15, "PACK0001");
    return all;
}

modbus::SimulatedSlave::Content SeplosV3Simulator::coils() const
{
    Content all;
    for (int coil = 0x1200; coil < 0x1290; ++coil)
        all[coil] = 0;
    for (size_t i = 0; i < m_pack.balancing().size() && i < 16; ++i)
        all[0x1230 + static_cast<int>(i)] = m_pack.balancing()[i] ? 1 : 0;
    const std::pair<Protection, int> events[] = {
        {Protection::CellOvervoltage, 0x1249},          {Protection::CellUndervoltage, 0x124B},
        {Protection::PackOvervoltage, 0x124D},          {Protection::PackUndervoltage, 0x124F},
        {Protection::ChargeOvertemperature, 0x1251},    {Protection::ChargeUndertemperature, 0x1253},
        {Protection::DischargeOvertemperature, 0x1255}, {Protection::DischargeUndertemperature, 0x1257},
        {Protection::ChargeOvercurrent, 0x1261},        {Protection::DischargeOvercurrent, 0x1264}};
    for (const auto &[protection, coil] : events)
        all[coil] = m_pack.isActive(protection) ? 1 : 0;
    all[m_pack.current() < 0 ? 0x1240 : 0x1241] = 1;
    all[0x1278] = m_pack.dischargeFet() ? 1 : 0;
    all[0x1279] = m_pack.chargeFet() ? 1 : 0;
    return all;
}

bool SeplosV3Simulator::write(int, int reg, quint16 value)
{
    switch (reg) {
    case 0x1510:
        m_pack.lockDischarge(value == 0x55AA);
        return true;
    case 0x1511:
        m_pack.lockCharge(value == 0x55AA);
        return true;
    case 0x1515:
        if (value == 0xAA55)
            m_pack.lockCharge(false);
        return true;
    default:
        break;
    }
    if (!m_settings.contains(reg) || reg == 0x1300)
        return false;
    m_settings[reg] = value;
    m_pack.limits().packOvervoltage = m_settings[0x1305] / 100.0;
    m_pack.limits().cellOvervoltage = m_settings[0x130D] / 1000.0;
    m_pack.limits().cellUndervoltage = m_settings[0x1311] / 1000.0;
    return true;
}

} // namespace sb::seplosv3
