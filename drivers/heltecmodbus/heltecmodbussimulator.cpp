// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/heltecmodbus/heltecmodbussimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::heltecmodbus {
namespace {

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<HeltecModbusSimulator>(pack, address < 0 ? 1 : address);
}

/// The memory of the board: register r is the bytes 2r and 2r + 1, numbers have their low byte first.
class Memory
{
public:
    void set8(int byte, double value) { m_bytes[byte] = static_cast<char>(std::lround(value)); }
    void set16(int reg, double value) { set(reg, std::llround(value), 2); }
    void set32(int reg, double value) { set(reg, std::llround(value), 4); }
    void setText(int reg, const QByteArray &text) { m_bytes.replace(2 * reg, text.size(), text); }
    [[nodiscard]] quint16 at(int reg) const
    {
        return static_cast<quint16>(static_cast<quint8>(m_bytes[2 * reg]) << 8 |
                                    static_cast<quint8>(m_bytes[2 * reg + 1]));
    }

private:
    void set(int reg, qint64 value, int size)
    {
        for (int i = 0; i < size; ++i)
            m_bytes[2 * reg + i] = static_cast<char>((value >> (8 * i)) & 0xFF);
    }
    QByteArray m_bytes = QByteArray(400, '\0');
};

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("heltecmodbus"), 16, create}; }

HeltecModbusSimulator::HeltecModbusSimulator(Pack &pack, int unit)
    : SimulatedSlave({unit})
    , m_pack(pack)
{}

modbus::SimulatedSlave::Content HeltecModbusSimulator::content(int, int function) const
{
    Content all;
    if (function != 3)
        return all;
    const PackLimits &limits = m_pack.limits();
    Memory memory;
    if (hasSerial)
        memory.setText(2, QByteArray::fromHex("00112233445566ab"));
    memory.setText(7, "YYBMS-16S100A-RS485");
    memory.set8(76, 3);
    memory.set32(39, 2024 | 14 << 16 | 3 << 24);
    memory.setText(41, "HT-SMART");
    memory.set8(150, m_pack.config().cells);
    memory.set8(151, m_pack.config().chemistry == Chemistry::Lfp ? 1 : 0);
    memory.set32(76, m_pack.voltage() * 1000);
    memory.set32(78, -m_pack.current() * 100);
    for (size_t i = 0; i < m_pack.cellVoltages().size(); ++i)
        memory.set16(81 + static_cast<int>(i), m_pack.cellVoltages()[i] * 1000);
    memory.set8(224, m_pack.config().ambient + 40);
    memory.set8(225, m_pack.mosfetTemperature() + 40);
    memory.set8(226, m_pack.temperatures().at(1) + 40);
    memory.set8(227, m_pack.temperatures().at(0) + 40);
    memory.set16(118, m_pack.capacityAh() * 10);
    memory.set16(119, m_pack.capacityAh() * 10);
    memory.set8(240, m_pack.soc());
    memory.set8(241, 100);
    qint64 balancing = 0;
    for (size_t i = 0; i < m_pack.balancing().size(); ++i)
        balancing |= m_pack.balancing()[i] ? qint64{1} << i : 0;
    memory.set32(139, static_cast<double>(balancing));
    memory.set32(152, (m_pack.chargeFet() ? 0 : 1 << 28) + (m_pack.dischargeFet() ? 0 : 1 << 29));
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 0},           {Protection::CellUndervoltage, 1},
        {Protection::PackOvervoltage, 3},           {Protection::PackUndervoltage, 4},
        {Protection::ChargeOvercurrent, 5},         {Protection::DischargeOvercurrent, 7},
        {Protection::ChargeOvertemperature, 9},     {Protection::ChargeUndertemperature, 10},
        {Protection::DischargeOvertemperature, 11}, {Protection::DischargeUndertemperature, 12}};
    int warnings = 0;
    for (const auto &[protection, bit] : bits)
        warnings |= m_pack.isActive(protection) ? 1 << bit : 0;
    memory.set32(156, warnings);
    memory.set16(169, limits.cellOvervoltage * 1000);
    memory.set16(172, limits.cellUndervoltage * 1000);
    memory.set16(191, limits.chargeOvercurrent * 100);
    memory.set16(194, limits.dischargeOvercurrent * 100);
    for (int reg = 0; reg < 200; ++reg)
        all[reg] = memory.at(reg);
    return all;
}

} // namespace sb::heltecmodbus
