// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/cbtpwr_vb/cbtpwr_vbsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::cbtpwr_vb {
namespace {

QByteArray hexadecimal(int value, int digits)
{
    return QByteArray::number(value, 16).rightJustified(digits, '0').toUpper();
}

QByteArray word(double value) { return hexadecimal(static_cast<int>(std::lround(value)) & 0xFFFF, 4); }

/// An answer in version 2.2 of pack 1; \a info in digits.
QByteArray answer(const QByteArray &info)
{
    const int size = static_cast<int>(info.size());
    const int nibbles = (size & 15) + (size >> 4 & 15) + (size >> 8 & 15);
    const int check = ((nibbles ^ 15) + 1) & 15;
    const QByteArray text = "22014600" + hexadecimal(check << 12 | size, 4) + info;
    int sum = 0;
    for (const char c : text)
        sum += c;
    return '~' + text + hexadecimal(0x10000 - sum, 4) + '\r';
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<CbtpwrVbSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "VB024000390";
    radio.address = "54:14:A7:53:2C:07";
    radio.advertised = {"fff0"};
    radio.makerData = {{0x4243, QByteArray::fromHex("5414a7532c07")}};
    radio.services = {{"ffe0", {{"ffe4", "notify"}}}, {"ffe5", {{"ffe9", "write,write-without-response"}}}};
    radio.chunk = 20;
    return {QStringLiteral("cbtpwr_vb"), 4, create, radio};
}

void CbtpwrVbSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    for (const quint8 byte : bytes) {
        if (byte == '~')
            m_line.clear();
        m_line.append(static_cast<char>(byte));
        if (m_line == "~11014642E00201FD35\r")
            replies.push_back({answer(readings()), 40, {}});
        else if (tellsCapacity && m_line == "~11014681A006010001FC71\r")
            replies.push_back({answer(word(m_pack.capacityAh() * 10)), 40, {}});
    }
}

QByteArray CbtpwrVbSimulator::readings() const
{
    QByteArray info = hexadecimal(m_pack.config().cells, 2);
    for (const double cell : m_pack.cellVoltages())
        info += word(cell * 1000);
    info += "02";
    for (size_t i = 0; i < 2; ++i)
        info += word(m_pack.temperatures().at(i) * 10);
    info += word(m_pack.current() * 10);
    info += word(m_pack.voltage() * 10);
    info += word(m_pack.soc());
    info += "00" + word(m_pack.cycles()) + "000860000000";
    int problems = 0;
    for (int i = 0; i < protectionCount; ++i)
        problems |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << i : 0;
    // Bits that mean something stand at both ends.
    return info + hexadecimal(problems >> 4 & 0xFFF, 3) + "00000000" + hexadecimal(problems & 15, 1);
}

} // namespace sb::cbtpwr_vb
