// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daly_ble/daly_blesimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::daly_ble {
namespace {

quint16 word(double value) { return static_cast<quint16>(std::lround(value)); }
quint16 amperes(double value) { return word(value * 10 + 30000); }
quint16 celsius(double value) { return word(value + 40); }

QByteArray closed(QByteArray frame)
{
    quint16 crc = 0xFFFF;
    for (const char c : frame) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<quint16>(crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    frame.append(static_cast<char>(crc & 0xFF));
    return frame.append(static_cast<char>(crc >> 8));
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<DalyBleSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "DL-40160901534C";
    radio.address = "40:16:09:01:53:4C";
    radio.advertised = {"fff0"};
    radio.makerData = {{0x0102, QByteArray::fromHex("04")}};
    radio.services = {{"fff0", {{"fff1", "read,notify"}, {"fff2", "write,write-without-response"}}},
                      {"02f00000-0000-0000-0000-00000000fe00",
                       {{"02f00000-0000-0000-0000-00000000ff02", "read,notify"},
                        {"02f00000-0000-0000-0000-00000000ff01", "read,write-without-response,write"}}}};
    radio.chunk = 0;
    return {QStringLiteral("daly_ble"), 16, create, radio};
}

DalyBleSimulator::DalyBleSimulator(Pack &pack, bool p81)
    : SimulatedSlave({p81 ? 0x81 : 0xD2})
    , m_pack(pack)
    , m_p81(p81)
{
    for (int reg = 0x80; reg <= 0xA8; ++reg)
        m_settings[reg] = 0;
    const PackLimits &limits = pack.limits();
    m_settings[0x80] = word(pack.capacityAh() * 10);
    m_settings[0x81] = 3200;
    m_settings[0x8A] = 3600;
    m_settings[0x8C] = word(limits.cellOvervoltage * 1000);
    m_settings[0x8E] = word(limits.cellUndervoltage * 1000);
    m_settings[0x90] = word(limits.packOvervoltage * 10);
    m_settings[0x92] = word(limits.packUndervoltage * 10);
    m_settings[0x94] = amperes(-limits.chargeOvercurrent);
    m_settings[0x96] = amperes(limits.dischargeOvercurrent);
    m_settings[0x98] = celsius(limits.chargeOvertemperature);
    m_settings[0x9A] = celsius(limits.chargeUndertemperature);
    m_settings[0x9C] = celsius(limits.dischargeOvertemperature);
    m_settings[0x9E] = celsius(limits.dischargeUndertemperature);
    m_settings[0xA3] = word(limits.balanceStart * 1000);
    m_settings[0xA4] = word(limits.balanceWindow * 1000);
    m_settings[0xA5] = m_settings[0xA6] = 1;
    m_settings[0xA8] = celsius(90);
    m_settings[0xCF] = 1;
}

void DalyBleSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    const bool toUs = request.size() == 8 && static_cast<quint8>(request[0]) == (m_p81 ? 0x81 : 0xD2);
    if (toUs && request[1] == 6 && closed(request.first(6)) == request) {
        replies.push_back({answerToWrite(request), 20});
        return;
    }
    const size_t before = replies.size();
    SimulatedSlave::receive(bytes, replies);
    if (!m_p81)
        return;
    for (size_t i = before; i < replies.size(); ++i) {
        QByteArray frame = replies[i].bytes.chopped(2);
        frame[0] = 0x51;
        replies[i].bytes = closed(frame);
    }
}

QByteArray DalyBleSimulator::answerToWrite(const QByteArray &request)
{
    const int reg = static_cast<quint8>(request[2]) << 8 | static_cast<quint8>(request[3]);
    const int value = static_cast<quint8>(request[4]) << 8 | static_cast<quint8>(request[5]);
    if (refusesWrites.contains(reg) ||
        (!ignoresWrites.contains(reg) && !write(0, reg, static_cast<quint16>(value))))
        return closed(request.first(1) + QByteArray::fromHex("8604"));
    return request;
}

bool DalyBleSimulator::write(int, int reg, quint16 value)
{
    if (m_p81 || !m_settings.contains(reg))
        return false;
    m_settings[reg] = value;
    m_pack.lockCharge(m_settings[0xA5] == 0);
    m_pack.lockDischarge(m_settings[0xA6] == 0);
    m_pack.limits().balancerEnabled = m_settings[0xCF] != 0;
    if (reg == 0xA7)
        m_pack.setRemainingAh(m_pack.capacityAh() * value / 1000);
    return true;
}

modbus::SimulatedSlave::Content DalyBleSimulator::content(int, int function) const
{
    if (function != 3)
        return {};
    return m_p81 ? stateP81() : stateD2();
}

modbus::SimulatedSlave::Content DalyBleSimulator::stateD2() const
{
    Content all = m_settings;
    for (int reg = 0; reg <= 0x4F; ++reg)
        all[reg] = 0;
    const int cells = std::min(m_pack.config().cells, 32);
    for (int i = 0; i < cells; ++i)
        all[i] = word(m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000);
    const int sensors = std::min(static_cast<int>(m_pack.temperatures().size()), 8);
    for (int i = 0; i < sensors; ++i)
        all[0x20 + i] = celsius(m_pack.temperatures()[static_cast<size_t>(i)]);
    all[0x28] = word(m_pack.voltage() * 10);
    all[0x29] = amperes(m_pack.current());
    all[0x2A] = word(m_pack.soc() * 10);
    all[0x2F] = m_pack.current() > 0.1 ? 1 : m_pack.current() < -0.1 ? 2 : 0;
    all[0x30] = word(m_pack.remainingAh() * 10);
    all[0x31] = word(cells);
    all[0x32] = word(sensors);
    all[0x33] = word(m_pack.cycles());
    all[0x35] = m_pack.chargeFet() ? 1 : 0;
    all[0x36] = m_pack.dischargeFet() ? 1 : 0;
    all[0x39] = word(std::abs(m_pack.voltage() * m_pack.current()));
    const auto raise = [&](Protection protection, int reg, int bit) {
        if (m_pack.isActive(protection))
            all[reg] |= static_cast<quint16>(1 << bit);
    };
    raise(Protection::ChargeOvertemperature, 0x3A, 9);
    raise(Protection::ChargeUndertemperature, 0x3A, 11);
    raise(Protection::DischargeOvertemperature, 0x3A, 13);
    raise(Protection::DischargeUndertemperature, 0x3A, 15);
    raise(Protection::CellOvervoltage, 0x3A, 1);
    raise(Protection::CellUndervoltage, 0x3A, 3);
    raise(Protection::PackOvervoltage, 0x3A, 5);
    raise(Protection::PackUndervoltage, 0x3A, 7);
    raise(Protection::ChargeOvercurrent, 0x3B, 1);
    raise(Protection::DischargeOvercurrent, 0x3B, 3);
    for (int i = 0; i < cells; ++i) {
        if (m_pack.balancing()[static_cast<size_t>(i)]) {
            all[0x34] = 1;
            all[0x3E + i / 16] |= static_cast<quint16>(1 << (i % 16));
        }
    }
    all[0x40] = 30000;
    all[0x42] = tellsMosfet ? celsius(m_pack.mosfetTemperature()) : 0;
    putText(all, 0xA9, 16, "401012");
    putText(all, 0xB9, 16, "BMS");
    return all;
}

modbus::SimulatedSlave::Content DalyBleSimulator::stateP81() const
{
    Content all;
    for (int reg = 0; reg <= 0x7E; ++reg)
        all[reg] = 0;
    const int cells = std::min(m_pack.config().cells, 48);
    for (int i = 0; i < cells; ++i) {
        all[i] = word(m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000);
        if (m_pack.balancing()[static_cast<size_t>(i)])
            all[0x4F + i / 16] |= static_cast<quint16>(1 << (i % 16));
    }
    const int sensors = std::min(static_cast<int>(m_pack.temperatures().size()), 8);
    for (int i = 0; i < sensors; ++i)
        all[0x30 + i] = celsius(m_pack.temperatures()[static_cast<size_t>(i)]);
    all[0x38] = word(m_pack.voltage() * 10);
    all[0x39] = amperes(m_pack.current());
    all[0x3A] = word(m_pack.soc() * 10);
    all[0x3C] = word(cells);
    all[0x3D] = word(sensors);
    all[0x4B] = word(m_pack.remainingAh() * 10);
    all[0x4C] = word(m_pack.cycles());
    all[0x52] = m_pack.chargeFet() ? 1 : 0;
    all[0x53] = m_pack.dischargeFet() ? 1 : 0;
    all[0x5A] = tellsMosfet ? celsius(m_pack.mosfetTemperature()) : 0;
    all[0x5B] = celsius(m_pack.config().ambient);
    for (auto at = m_settings.constBegin(); at != m_settings.constEnd(); ++at)
        all[at.key() == 0xCF ? 0xCF : at.key() + 0x80] = at.value();
    putText(all, 0x178, 14, "DL-81-24V301");
    putText(all, 0x186, 7, "R32UB");
    putText(all, 0x18D, 53, {});
    return all;
}

} // namespace sb::daly_ble
