// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_pb/jk_pbsimulator.h"

#include "simulator/pack.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sb::jk_pb {
namespace {

constexpr int turnaroundMs = 40;
constexpr qsizetype frameSize = 300;

void set(QByteArray &frame, qsizetype at, double value, int bytes)
{
    const qint64 raw = std::llround(value);
    for (int i = 0; i < bytes; ++i)
        frame[at + i] = static_cast<char>((raw >> (8 * i)) & 0xFF);
}

void setText(QByteArray &frame, qsizetype at, const char *text)
{
    const QByteArray bytes(text);
    frame.replace(at, bytes.size(), bytes);
}

QByteArray begun(int type)
{
    QByteArray frame(frameSize, '\0');
    frame.replace(0, 4, QByteArray::fromHex("55aaeb90"));
    set(frame, 4, type, 1);
    set(frame, 5, 7, 1); // a counter
    return frame;
}

QByteArray withCrc(QByteArray frame)
{
    quint16 crc = 0xFFFF;
    for (const char c : frame) {
        crc ^= static_cast<quint8>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<quint16>(crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    frame.append(static_cast<char>(crc & 0xFF));
    frame.append(static_cast<char>(crc >> 8));
    return frame;
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    return std::make_unique<JkPbSimulator>(pack, address < 0 ? 1 : address);
}

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("jk_pb"), 16, create}; }

JkPbSimulator::JkPbSimulator(Pack &pack, int address)
    : m_pack(pack)
    , m_address(address)
    , m_settings(begun(1))
{
    const PackLimits &limits = pack.limits();
    set(m_settings, 10, limits.cellUndervoltage * 1000, 4);
    set(m_settings, 14, limits.cellUndervoltageRelease * 1000, 4);
    set(m_settings, 18, limits.cellOvervoltage * 1000, 4);
    set(m_settings, 22, limits.cellOvervoltageRelease * 1000, 4);
    set(m_settings, 38, limits.cellOvervoltageRelease * 1000, 4);
    set(m_settings, 50, limits.chargeOvercurrent * 1000, 4);
    set(m_settings, 62, limits.dischargeOvercurrent * 1000, 4);
    set(m_settings, 98, limits.chargeUndertemperature * 10 - 55, 4);
    set(m_settings, 114, pack.config().cells, 4);
    set(m_settings, 130, pack.capacityAh() * 1000, 4);
}

void JkPbSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    while (m_buffer.size() >= 9) {
        const qsizetype size = 9 + static_cast<quint8>(m_buffer[6]);
        const bool mine = m_buffer[0] == static_cast<char>(m_address) && m_buffer[1] == 0x10 && size < 32;
        if (mine && m_buffer.size() < size)
            return;
        const QByteArray frame = m_buffer.first(std::min(size, m_buffer.size()));
        if (!mine || withCrc(frame.chopped(2)) != frame) {
            m_buffer.remove(0, 1);
            continue;
        }
        m_buffer.remove(0, size);
        const int reg = static_cast<quint8>(frame[2]) << 8 | static_cast<quint8>(frame[3]);
        QByteArray data;
        if (reg == 0x161C)
            data = information();
        if (reg == 0x161E)
            data = settings();
        if (reg == 0x1620)
            data = status();
        if (!data.isEmpty()) {
            data.back() = static_cast<char>(std::accumulate(data.begin(), data.end() - 1, 0));
            if (!confirms) {
                replies.push_back({data, turnaroundMs});
                continue;
            }
            data.append('\0');
        } else if (refusesWrites) {
            const QByteArray refusal = frame.first(1) + QByteArray::fromHex("9001");
            replies.push_back({withCrc(refusal), turnaroundMs});
            continue;
        } else if (!ignoresWrites && size == 13) {
            qint64 value = 0;
            for (int i = 7; i < 11; ++i)
                value = value << 8 | static_cast<quint8>(frame[i]);
            write(reg, static_cast<qint32>(value));
        }
        replies.push_back({data + withCrc(frame.first(6)), turnaroundMs});
    }
}

void JkPbSimulator::write(int reg, qint64 value)
{
    if (reg == 0x1070)
        m_pack.lockCharge(value == 0);
    else if (reg == 0x1074)
        m_pack.lockDischarge(value == 0);
    else if (reg == 0x1078)
        m_pack.limits().balancerEnabled = value != 0;
    else if (reg >= 0x1000 && reg <= 0x110C)
        set(m_settings, reg - 0x1000 + 6, static_cast<double>(value), 4);
}

QByteArray JkPbSimulator::status() const
{
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 4},           {Protection::PackOvervoltage, 5},
        {Protection::ChargeOvercurrent, 6},         {Protection::ChargeOvertemperature, 8},
        {Protection::ChargeUndertemperature, 9},    {Protection::CellUndervoltage, 11},
        {Protection::PackUndervoltage, 12},         {Protection::DischargeOvercurrent, 13},
        {Protection::DischargeOvertemperature, 15}, {Protection::DischargeUndertemperature, 15}};
    int alarms = 0;
    for (const auto &[protection, bit] : bits)
        alarms |= m_pack.isActive(protection) ? 1 << bit : 0;
    const std::vector<bool> &balancing = m_pack.balancing();
    const std::vector<double> &temperatures = m_pack.temperatures();
    const qsizetype sensorAt[] = {162, 164, 256, 258};
    const int sensorBit[] = {1, 2, 4, 5};

    QByteArray frame = begun(2);
    qint64 present = 0;
    for (qsizetype i = 0; i < m_pack.config().cells && i < 32; ++i) {
        present |= qint64{1} << i;
        set(frame, 6 + 2 * i, m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000, 2);
        set(frame, 80 + 2 * i, 50 + static_cast<double>(i), 2);
    }
    set(frame, 70, static_cast<double>(present), 4);
    set(frame, 144, m_pack.mosfetTemperature() * 10, 2);
    int sensors = 1;
    for (size_t i = 0; i < temperatures.size() && i < 4; ++i) {
        sensors |= 1 << sensorBit[i];
        set(frame, sensorAt[i], temperatures[i] * 10, 2);
    }
    set(frame, 214, sensors, 1);
    set(frame, 150, m_pack.voltage() * 1000, 4);
    set(frame, 158, m_pack.current() * 1000, 4);
    set(frame, 166, alarms, 4);
    set(frame, 172, std::find(balancing.begin(), balancing.end(), true) != balancing.end() ? 1 : 0, 1);
    set(frame, 173, m_pack.soc(), 1);
    set(frame, 174, m_pack.remainingAh() * 1000, 4);
    set(frame, 178, m_pack.capacityAh() * 1000, 4);
    set(frame, 182, m_pack.cycles(), 4);
    set(frame, 190, 100, 1);
    set(frame, 198, m_pack.chargeFet() ? 1 : 0, 1);
    set(frame, 199, m_pack.dischargeFet() ? 1 : 0, 1);
    return frame;
}

QByteArray JkPbSimulator::settings() const
{
    QByteArray frame = m_settings;
    set(frame, 126, m_pack.limits().balancerEnabled ? 1 : 0, 4);
    return frame;
}

QByteArray JkPbSimulator::information() const
{
    QByteArray frame = begun(3);
    setText(frame, 6, "JK_PB2A16S20P");
    setText(frame, 22, "15A");
    setText(frame, 30, "15.41");
    setText(frame, 46, "Pack");
    setText(frame, 78, "240514");
    setText(frame, 86, "40119491480");
    setText(frame, 97, "00000"); // a passcode lies right behind
    return frame;
}

} // namespace sb::jk_pb
