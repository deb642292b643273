// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ant/antsimulator.h"

#include "simulator/pack.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sb::ant {
namespace {

constexpr int turnaroundMs = 30;

void little(QByteArray &to, double value, int bytes = 2)
{
    const qint64 raw = std::llround(value);
    for (int i = 0; i < bytes; ++i)
        to.append(static_cast<char>((raw >> (8 * i)) & 0xFF));
}

void big(QByteArray &to, double value, int bytes = 2)
{
    const qint64 raw = std::llround(value);
    for (int i = bytes - 1; i >= 0; --i)
        to.append(static_cast<char>((raw >> (8 * i)) & 0xFF));
}

int crc(const QByteArray &bytes)
{
    int value = 0xFFFF;
    for (const char byte : bytes) {
        value ^= static_cast<quint8>(byte);
        for (int i = 0; i < 8; ++i)
            value = (value & 1) != 0 ? (value >> 1) ^ 0xA001 : value >> 1;
    }
    return value;
}

QByteArray newFrame(int function, int address, const QByteArray &data, const char *end = "aa55")
{
    QByteArray frame = QByteArray::fromHex("7ea1");
    little(frame, function, 1);
    little(frame, address);
    little(frame, static_cast<double>(data.size()), 1);
    frame += data;
    little(frame, crc(frame.mid(1)));
    return frame + QByteArray::fromHex(end);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<AntSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "ANT-BLE24ZMUB-1204";
    radio.address = "A4:C1:37:12:04:3B";
    radio.advertised = {"ffe0"};
    radio.makerData = {{0x2313, QByteArray::fromHex("0113aa04")}};
    radio.services = {{"ffe0",
                       {{"ffe1", "read,notify,write,write-without-response"},
                        {"ffe2", "read,write,write-without-response"}}}};
    return {QStringLiteral("ant"), 16, create, radio};
}

AntSimulator::AntSimulator(Pack &pack)
    : m_pack(pack)
{}

void AntSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    while (m_buffer.size() >= 6) {
        const auto at = [this](qsizetype i) { return static_cast<quint8>(m_buffer[i]); };
        if (speaks != Speaks::Old && at(0) == 0x7E && at(1) == 0xA1) {
            // Only what carries something has data; the length of a question is what is wanted.
            const qsizetype size = 10 + (at(2) == 0x23 ? at(5) : 0);
            if (m_buffer.size() < size)
                return;
            const QByteArray frame = m_buffer.first(size);
            const int sum = static_cast<quint8>(frame[size - 4]) | static_cast<quint8>(frame[size - 3]) << 8;
            if (sum == crc(frame.mid(1, size - 5)) && frame.endsWith(QByteArray::fromHex("aa55"))) {
                m_buffer.remove(0, size);
                takeNew(frame, replies);
                continue;
            }
        } else if (speaks != Speaks::New && at(0) == at(1) &&
                   (at(0) == 0x5A || at(0) == 0xDB || at(0) == 0xA5) &&
                   ((at(2) + at(3) + at(4)) & 0xFF) == at(5)) {
            const QByteArray frame = m_buffer.first(6);
            m_buffer.remove(0, 6);
            takeOld(frame, replies);
            continue;
        }
        m_buffer.remove(0, 1);
    }
}

void AntSimulator::takeNew(const QByteArray &frame, std::vector<SimulatedReply> &replies)
{
    const int function = static_cast<quint8>(frame[2]);
    const int address = static_cast<quint8>(frame[3]) | static_cast<quint8>(frame[4]) << 8;
    const auto say = [&](int as, const QByteArray &data, const char *end = "aa55") {
        replies.push_back({newFrame(as, address, data, end), turnaroundMs});
    };
    if (function == 0x01 && address == 0) {
        say(0x11, statusData());
    } else if (function == 0x02 && address == 0x026C) {
        QByteArray data = QByteArray("16ZM").leftJustified(16, '\0');
        data += QByteArray("16ZMUB00-211026A").leftJustified(16, '\0');
        say(0x12, data, "ff0b000041f2aa55");
    } else if (function == 0x02) {
        say(0x12, settingData(address));
    } else if (function == 0x23 && address == 0x016A) {
        m_granted = frame.mid(6, frame.size() - 10) == password;
        say(0x43, QByteArray::fromHex(m_granted ? "0500" : "0000"));
    } else if (function == 0x51) {
        if (refusesSwitches) {
            say(0x61, QByteArray::fromHex("0200"));
            return;
        }
        if (m_granted && !ignoresSwitches) {
            if (address == 0x01 || address == 0x03)
                switchDischarge(address == 0x03);
            if (address == 0x04 || address == 0x06)
                switchCharge(address == 0x06);
            if (address == 0x0D || address == 0x0E)
                m_pack.limits().balancerEnabled = address == 0x0D;
            m_pack.advance(0.1);
        }
        say(0x61, QByteArray::fromHex("0100"));
    }
}

void AntSimulator::takeOld(const QByteArray &frame, std::vector<SimulatedReply> &replies)
{
    const int function = static_cast<quint8>(frame[0]);
    const int reg = static_cast<quint8>(frame[2]);
    if (function != 0xA5) {
        if (reg == 0 && (function == 0xDB || !onlyRadio))
            replies.push_back({oldStatus(), turnaroundMs});
        return;
    }
    if (reg >= 0xF1 && reg <= 0xF4)
        m_given.replace((reg - 0xF1) * 2, 2, frame.mid(3, 2));
    else if (reg != 0xFF)
        m_wanted = reg;
    if (reg >= 0xF5 && reg < 0xFF)
        m_wantedOn = frame[4] != 0;
    if (reg != 0xFF || ignoresSwitches || (password.size() == 8 && m_given != password))
        return;
    if (m_wanted == 0xF9)
        switchDischarge(m_wantedOn);
    if (m_wanted == 0xFA)
        switchCharge(m_wantedOn);
    if (m_wanted == 0xFC)
        m_pack.limits().balancerEnabled = m_wantedOn;
    m_pack.advance(0.1);
    m_wanted = 0;
}

void AntSimulator::switchCharge(bool on)
{
    m_chargeOff = !on;
    m_pack.lockCharge(!on);
}

void AntSimulator::switchDischarge(bool on)
{
    m_dischargeOff = !on;
    m_pack.lockDischarge(!on);
}

int AntSimulator::chargeCode() const
{
    const std::pair<Protection, int> codes[] = {{Protection::CellOvervoltage, 2},
                                                {Protection::ChargeOvercurrent, 3},
                                                {Protection::PackOvervoltage, 5},
                                                {Protection::ChargeOvertemperature, 6},
                                                {Protection::ChargeUndertemperature, 17}};
    for (const auto &[protection, code] : codes) {
        if (m_pack.isActive(protection))
            return code;
    }
    return m_chargeOff ? 15 : m_pack.chargeFet() ? 1 : 0;
}

int AntSimulator::dischargeCode() const
{
    const std::pair<Protection, int> codes[] = {{Protection::CellUndervoltage, 2},
                                                {Protection::DischargeOvercurrent, 3},
                                                {Protection::PackUndervoltage, 5},
                                                {Protection::DischargeOvertemperature, 6},
                                                {Protection::DischargeUndertemperature, 17}};
    for (const auto &[protection, code] : codes) {
        if (m_pack.isActive(protection))
            return code;
    }
    return m_dischargeOff ? 15 : m_pack.dischargeFet() ? 1 : 0;
}

int AntSimulator::balancerCode() const { return balancedCells() != 0 ? 4 : 0; }

quint32 AntSimulator::balancedCells() const
{
    quint32 bits = 0;
    for (size_t i = 0; i < m_pack.balancing().size() && i < 32; ++i)
        bits |= m_pack.balancing()[i] ? 1U << i : 0;
    return bits;
}

QByteArray AntSimulator::statusData() const
{
    const std::vector<double> &cells = m_pack.cellVoltages();
    const size_t sensors = std::min<size_t>(m_pack.temperatures().size(), 4);
    const auto [lowest, highest] = std::minmax_element(cells.begin(), cells.end());
    QByteArray out;
    little(out, 5, 1);
    little(out, m_pack.current() > 0 ? 2 : 3, 1);
    little(out, static_cast<double>(sensors), 1);
    little(out, static_cast<double>(cells.size()), 1);
    out += QByteArray(24, '\0');
    for (const double cell : cells)
        little(out, cell * 1000);
    for (size_t i = 0; i < sensors; ++i)
        little(out, m_pack.temperatures()[i]);
    little(out, m_pack.mosfetTemperature());
    little(out, m_pack.mosfetTemperature());
    little(out, m_pack.voltage() * 100);
    little(out, -m_pack.current() * 10);
    little(out, m_pack.soc());
    little(out, 100);
    little(out, chargeCode(), 1);
    little(out, dischargeCode(), 1);
    little(out, balancerCode(), 1);
    little(out, 0, 1);
    little(out, m_pack.capacityAh() * 1e6, 4);
    little(out, m_pack.remainingAh() * 1e6, 4);
    little(out, m_pack.cycles() * m_pack.capacityAh() * 1000, 4);
    little(out, -m_pack.voltage() * m_pack.current(), 4);
    little(out, 86400, 4);
    little(out, balancedCells(), 4);
    little(out, *highest * 1000);
    little(out, static_cast<double>(highest - cells.begin() + 1));
    little(out, *lowest * 1000);
    little(out, static_cast<double>(lowest - cells.begin() + 1));
    little(out, (*highest - *lowest) * 1000);
    little(out, m_pack.voltage() * 1000 / static_cast<double>(cells.size()));
    return out + QByteArray(26, '\0');
}

QByteArray AntSimulator::settingData(int address) const
{
    const PackLimits &limits = m_pack.limits();
    const std::pair<int, double> known[] = {{0x00, limits.cellOvervoltage * 1000},
                                            {0x02, limits.cellOvervoltageRelease * 1000},
                                            {0x08, limits.packOvervoltage * 10},
                                            {0x0A, limits.packOvervoltageRelease * 10},
                                            {0x0C, limits.cellUndervoltage * 1000},
                                            {0x0E, limits.cellUndervoltageRelease * 1000},
                                            {0x14, limits.packUndervoltage * 10},
                                            {0x16, limits.packUndervoltageRelease * 10},
                                            {0x68, limits.chargeOvercurrent * 10},
                                            {0x6A, 5},
                                            {0x6C, limits.dischargeOvercurrent * 10},
                                            {0x6E, 8},
                                            {0x76, 250},
                                            {0x8E, limits.balanceStart * 1000},
                                            {0x9A, static_cast<double>(m_pack.cellVoltages().size())}};
    QByteArray data;
    const auto *const at = std::find_if(std::begin(known), std::end(known),
                                        [address](const auto &each) { return each.first == address; });
    little(data, at == std::end(known) ? 0 : at->second);
    return data;
}

QByteArray AntSimulator::oldStatus() const
{
    const std::vector<double> &cells = m_pack.cellVoltages();
    QByteArray out = QByteArray::fromHex("aa55aaff");
    big(out, m_pack.voltage() * 10);
    for (size_t i = 0; i < 32; ++i)
        big(out, i < cells.size() ? cells[i] * 1000 : 0);
    big(out, -m_pack.current() * 10, 4);
    big(out, m_pack.soc(), 1);
    big(out, hidesCapacity ? 0 : m_pack.capacityAh() * 1e6, 4);
    big(out, m_pack.remainingAh() * 1e6, 4);
    big(out, m_pack.cycles() * m_pack.capacityAh() * 1000, 4);
    big(out, 86400, 4);
    for (size_t i = 0; i < 4; ++i)
        big(out, i < m_pack.temperatures().size() ? m_pack.temperatures()[i] : -40);
    big(out, m_pack.mosfetTemperature());
    big(out, m_pack.mosfetTemperature());
    big(out, chargeCode(), 1);
    big(out, dischargeCode(), 1);
    big(out, balancerCode(), 1);
    out += QByteArray(5, '\0');
    big(out, -m_pack.voltage() * m_pack.current(), 4);
    out += QByteArray(8, '\0'); // extremes and average: nobody needs them
    big(out, static_cast<double>(cells.size()), 1);
    out += QByteArray(8, '\0');
    big(out, balancedCells(), 4);
    big(out, m_pack.current() < 0 ? 0x8000 : 0);
    int sum = 0;
    for (const char byte : out.mid(4))
        sum += static_cast<quint8>(byte);
    big(out, sum & 0xFFFF);
    return out;
}

} // namespace sb::ant
