// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/sinowealth/sinowealthsimulator.h"

#include "simulator/pack.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sb::sinowealth {
namespace {

constexpr int turnaroundMs = 15;

int crc8(const QByteArray &bytes)
{
    int crc = 0;
    for (const char byte : bytes) {
        crc ^= static_cast<quint8>(byte);
        for (int i = 0; i < 8; ++i)
            crc = ((crc & 0x80) != 0 ? (crc << 1) ^ 0x07 : crc << 1) & 0xFF;
    }
    return crc;
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int)
{
    return std::make_unique<SinowealthSimulator>(pack);
}

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("sinowealth"), 4, create}; }

SinowealthSimulator::SinowealthSimulator(Pack &pack)
    : m_pack(pack)
{}

void SinowealthSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    while (m_buffer.size() >= 3) {
        const int number = static_cast<quint8>(m_buffer[1]);
        const int size = static_cast<quint8>(m_buffer[2]);
        if (m_buffer[0] != '\x0A' || size < 2 || size > 20) {
            m_buffer.remove(0, 1);
            continue;
        }
        const QByteArray request = m_buffer.first(3);
        m_buffer.remove(0, 3);
        const std::optional<qint64> value = valueOf(number);
        if (!value)
            continue;
        const int own = number >= 0x10 && number <= 0x12 ? 4 : 2;
        QByteArray data;
        for (int i = own - 1; i >= 0; --i)
            data.append(static_cast<char>((*value >> (8 * i)) & 0xFF));
        data = data.leftJustified(size, '\0', true);
        replies.push_back({data + static_cast<char>(crc8(request + data)), turnaroundMs});
    }
}

std::optional<qint64> SinowealthSimulator::valueOf(int number) const
{
    const std::vector<double> &cells = m_pack.cellVoltages();
    const int count = static_cast<int>(cells.size());
    const auto kelvin = [](double celsius) { return std::llround(celsius * 10) + 2731; };
    const auto sensor = [&](size_t i) {
        return i < m_pack.temperatures().size() ? kelvin(m_pack.temperatures()[i]) : 0;
    };
    if (number >= 0x01 && number <= std::max(count, 10)) {
        if (number > count && knowsOnlyItsCells)
            return std::nullopt;
        return number <= count ? std::llround(cells[static_cast<size_t>(number) - 1] * 1000) : 0;
    }
    switch (number) {
    case 0x0B:
        return std::llround(m_pack.voltage() * 1000);
    case 0x0C:
        return sensor(0);
    case 0x0D:
        return hasOneSensor ? 0 : sensor(1);
    case 0x0E:
        return kelvin(m_pack.mosfetTemperature());
    case 0x10:
        return std::llround(m_pack.current() * 1000);
    case 0x11:
        return std::llround(m_pack.capacityAh() * 1000);
    case 0x12:
        return std::llround(m_pack.remainingAh() * 1000);
    case 0x13:
        return std::llround(m_pack.soc());
    case 0x14:
        return m_pack.cycles();
    case 0x15:
        return status();
    case 0x16:
        return protections();
    case 0x17:
        return std::clamp(count - 3, 0, 7) | (hasOneSensor ? 0 : 0x40);
    default:
        return std::nullopt;
    }
}

qint64 SinowealthSimulator::status() const
{
    return (m_pack.chargeFet() ? 1 : 0) | (m_pack.dischargeFet() ? 2 : 0) | (m_pack.current() > 0 ? 4 : 0) |
           (m_pack.current() < 0 ? 8 : 0);
}

qint64 SinowealthSimulator::protections() const
{
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 0},         {Protection::PackOvervoltage, 0},
        {Protection::CellUndervoltage, 1},        {Protection::PackUndervoltage, 1},
        {Protection::ChargeOvercurrent, 2},       {Protection::DischargeOvercurrent, 3},
        {Protection::ChargeOvertemperature, 8},   {Protection::DischargeOvertemperature, 9},
        {Protection::ChargeUndertemperature, 10}, {Protection::DischargeUndertemperature, 11}};
    qint64 word = 0;
    for (const auto &[protection, bit] : bits)
        word |= m_pack.isActive(protection) ? qint64{1} << bit : 0;
    return word;
}

} // namespace sb::sinowealth
