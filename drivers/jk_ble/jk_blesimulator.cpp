// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_ble/jk_blesimulator.h"

#include "simulator/pack.h"

#include <algorithm>
#include <cmath>

namespace sb::jk_ble {
namespace {

constexpr int streamMs = 1000;

void put(QByteArray &frame, qsizetype at, double value, int size)
{
    const qint64 raw = std::llround(value);
    for (int i = 0; i < size; ++i)
        frame[at + i] = static_cast<char>(raw >> (8 * i) & 0xFF);
}

void putText(QByteArray &frame, qsizetype at, const QByteArray &text)
{
    frame.replace(at, text.size(), text);
}

QByteArray begun(int type)
{
    QByteArray frame(299, '\0');
    putText(frame, 0, QByteArray::fromHex("55aaeb90"));
    put(frame, 4, type, 1);
    put(frame, 5, 0x4D, 1); // a counter
    return frame;
}

QByteArray summed(QByteArray frame)
{
    int sum = 0;
    for (const char byte : frame)
        sum += static_cast<quint8>(byte);
    return frame.append(static_cast<char>(sum & 0xFF));
}

QByteArray acknowledgement() { return summed(QByteArray::fromHex("aa5590ebc80101") + QByteArray(12, '\0')); }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<JkBleSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "JK_PB2A16S20P";
    radio.address = "C8:47:80:2B:15:70";
    radio.advertised = {"ffe0"};
    radio.makerData = {{0x0B65, QByteArray::fromHex("88a0c847802b1570")}};
    radio.services = {
        {"ffe0", {{"ffe2", "write-without-response"}, {"ffe1", "write,write-without-response,notify"}}},
        {"180a", {{"2a29", "read"}}}};
    radio.chunk = 128;
    return {QStringLiteral("jk_ble"), 16, create, radio};
}

JkBleSimulator::JkBleSimulator(Pack &pack)
    : m_pack(pack)
    , m_settings(begun(1))
{
    const PackLimits &limits = pack.limits();
    put(m_settings, 6, 3500, 4);
    put(m_settings, 10, limits.cellUndervoltage * 1000, 4);
    put(m_settings, 14, limits.cellUndervoltageRelease * 1000, 4);
    put(m_settings, 18, limits.cellOvervoltage * 1000, 4);
    put(m_settings, 22, limits.cellOvervoltageRelease * 1000, 4);
    put(m_settings, 26, limits.balanceWindow * 1000, 4);
    put(m_settings, 38, 3450, 4);
    put(m_settings, 50, limits.chargeOvercurrent * 1000, 4);
    put(m_settings, 62, limits.dischargeOvercurrent * 1000, 4);
    put(m_settings, 82, limits.chargeOvertemperature * 10, 4);
    put(m_settings, 98, limits.chargeUndertemperature * 10 - 50, 4);
    put(m_settings, 114, pack.config().cells, 4);
    put(m_settings, 118, 1, 4);
    put(m_settings, 122, 1, 4);
    put(m_settings, 130, pack.capacityAh() * 1000, 4);
    put(m_settings, 138, limits.balanceStart * 1000, 4);
    put(m_settings, 282, 0x50, 2);
    put(m_settings, 284, -2, 1);
    put(m_settings, 285, 6, 1);
}

void JkBleSimulator::makeNarrow()
{
    m_narrow = true;
    put(m_settings, 6, 0, 4);
    put(m_settings, 38, 0, 4);
    for (qsizetype at = 270; at < 299; ++at)
        m_settings[at] = '\0';
}

void JkBleSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if (request.size() != 20 || !request.startsWith(QByteArray::fromHex("aa5590eb")) ||
        summed(request.chopped(1)) != request)
        return;
    const int reg = static_cast<quint8>(request.at(4));
    const int size = static_cast<quint8>(request.at(5));
    switch (reg) {
    case 0x97:
        replies.push_back({"AT\r\n", 10, {}});
        replies.push_back({information(), 40, {}});
        replies.push_back({acknowledgement(), 60, {}});
        return;
    case 0x96:
        m_streams = true;
        m_sinceStatus = leavesSettings ? streamMs : 0;
        if (!leavesSettings)
            replies.push_back({settings(), 40, {}});
        return;
    default:
        break;
    }
    if (size == 0 || size > 13)
        return;
    ++writes;
    lastRegister = reg;
    lastValue = request.mid(6, size);
    if (isDeafToWrites)
        return;
    if (!ignoresWrites)
        write(reg, lastValue);
    replies.push_back({acknowledgement(), 30, {}});
    if (tellsChanges)
        replies.push_back({settings(), 60, {}});
}

void JkBleSimulator::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    m_sinceStatus += ms;
    if (!m_streams || m_sinceStatus < streamMs)
        return;
    m_sinceStatus = 0;
    replies.push_back({status(), 0, {}});
}

void JkBleSimulator::write(int reg, const QByteArray &value)
{
    const auto store = [&](qsizetype at, qsizetype size) {
        if (value.size() == size)
            m_settings.replace(at, size, value);
    };
    const bool on = value.at(0) != 0;
    const int shortDelay = m_narrow ? 0x25 : 0x21;
    const int balanceStart = m_narrow ? 0x26 : 0x22;
    if (reg >= 0x01 && reg <= 0x20)
        store(6 + 4 * (reg - 1), 4);
    else if (reg == shortDelay)
        store(134, 4);
    else if (reg == balanceStart)
        store(138, 4);
    else if (m_narrow)
        return;
    else if (reg == 0x25)
        store(274, 4);
    else if (reg >= 0x37 && reg <= 0x39)
        store(284 + reg - 0x37, 1);
    else if (reg >= 0x3A && reg <= 0x3B)
        store(296 + reg - 0x3A, 1);
    else if (reg >= 0x27 && reg <= 0x36) {
        const int bit = reg - 0x27;
        quint8 byte = static_cast<quint8>(m_settings.at(282 + bit / 8));
        byte = static_cast<quint8>(on ? byte | 1 << bit % 8 : byte & ~(1 << bit % 8));
        m_settings[282 + bit / 8] = static_cast<char>(byte);
    }
    if (reg == 0x1D)
        m_pack.lockCharge(!on);
    if (reg == 0x1E)
        m_pack.lockDischarge(!on);
    if (reg == 0x1F)
        m_pack.limits().balancerEnabled = on;
}

QByteArray JkBleSimulator::status() const
{
    QByteArray frame = begun(2);
    const qsizetype cells = m_narrow ? 24 : 32;
    const qsizetype tail = m_narrow ? 0 : 32; // all behind the resistances lies so much later
    const qsizetype mid = m_narrow ? 0 : 16;
    qint64 present = 0;
    for (qsizetype i = 0; i < m_pack.config().cells && i < cells; ++i) {
        present |= qint64{1} << i;
        put(frame, 6 + 2 * i, m_pack.cellVoltages()[static_cast<size_t>(i)] * 1000, 2);
        put(frame, 64 + mid + 2 * i, 80 + static_cast<double>(i), 2);
    }
    put(frame, 54 + mid, static_cast<double>(present), 4);
    put(frame, 118 + tail, m_pack.voltage() * 1000, 4);
    put(frame, 122 + tail, std::abs(m_pack.voltage() * m_pack.current()) * 1000, 4);
    put(frame, 126 + tail, m_pack.current() * 1000, 4);
    const std::vector<double> &temperatures = m_pack.temperatures();
    put(frame, 130 + tail, temperatures.at(0) * 10, 2);
    put(frame, 132 + tail, temperatures.size() > 1 ? temperatures[1] * 10 : -2000, 2);
    put(frame, m_narrow ? 134 : 144, m_pack.mosfetTemperature() * 10, 2);
    const std::pair<Protection, int> bits[] = {
        {Protection::CellOvervoltage, 4},          {Protection::PackOvervoltage, 5},
        {Protection::ChargeOvercurrent, 6},        {Protection::ChargeOvertemperature, 8},
        {Protection::ChargeUndertemperature, 9},   {Protection::CellUndervoltage, 11},
        {Protection::PackUndervoltage, 12},        {Protection::DischargeOvercurrent, 13},
        {Protection::DischargeOvertemperature, 15}};
    int alarms = 0;
    for (const auto &[protection, bit] : bits)
        alarms |= m_pack.isActive(protection) ? 1 << bit : 0;
    put(frame, m_narrow ? 136 : 166, alarms, m_narrow ? 2 : 4);
    const std::vector<bool> &balancing = m_pack.balancing();
    const bool any = std::find(balancing.begin(), balancing.end(), true) != balancing.end();
    put(frame, 138 + tail, any ? 850 : 0, 2);
    put(frame, 140 + tail, any ? 1 : 0, 1);
    put(frame, 141 + tail, m_pack.soc(), 1);
    put(frame, 142 + tail, m_pack.remainingAh() * 1000, 4);
    put(frame, 146 + tail, m_pack.capacityAh() * 1000, 4);
    put(frame, 150 + tail, m_pack.cycles(), 4);
    put(frame, 158 + tail, 99, 1);
    put(frame, 166 + tail, m_pack.chargeFet() ? 1 : 0, 1);
    put(frame, 167 + tail, m_pack.dischargeFet() ? 1 : 0, 1);
    if (m_narrow) {
        put(frame, 182, 0x07, 1);
    } else {
        put(frame, 214, temperatures.size() > 2 ? 0xFF : 0xDF, 1);
        put(frame, 254, m_pack.mosfetTemperature() * 10, 2);
        put(frame, 256, temperatures.size() > 2 ? temperatures[2] * 10 : -2000, 2);
        put(frame, 258, -2000, 2);
        put(frame, 287, 0xFE, 1);
    }
    return summed(frame);
}

QByteArray JkBleSimulator::settings() const
{
    QByteArray frame = m_settings;
    put(frame, 126, m_pack.limits().balancerEnabled ? 1 : 0, 4);
    return summed(frame);
}

QByteArray JkBleSimulator::information() const
{
    QByteArray frame = begun(3);
    putText(frame, 6, m_narrow ? "JK-B2A20S20P" : "JK_PB2A16S20P");
    putText(frame, 22, m_narrow ? "10.XG" : "15A");
    putText(frame, 30, m_narrow ? "10.08" : "15.38");
    putText(frame, 46, "Cellar");
    putText(frame, 62, "1234");
    putText(frame, 78, "240307");
    putText(frame, 86, m_narrow ? "2032816077" : "40311223344");
    putText(frame, 98, "00000"); // a passcode
    putText(frame, 102, "Input Userdata");
    putText(frame, 118, "123456");
    return summed(frame);
}

} // namespace sb::jk_ble
