// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ogt/ogtsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::ogt {
namespace {

constexpr char key = 0x1E; ///< of SmartBat-B22334: 22334 is 573E

QByteArray turned(QByteArray text)
{
    for (char &c : text)
        c = static_cast<char>(c ^ key);
    return text;
}

QByteArray hex(int value) { return QByteArray::number(value & 0xFF, 16).toUpper().rightJustified(2, '0'); }

QByteArray word(double value)
{
    const auto raw = static_cast<int>(std::lround(value));
    return hex(raw) + hex(raw >> 8);
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<OgtSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "SmartBat-B22334";
    radio.address = "60:6E:41:22:33:44";
    radio.advertised = {"fff0"};
    radio.services = {{"fff0", {{"fff4", "notify"}, {"fff6", "write,write-without-response"}}}};
    return {QStringLiteral("ogt"), 8, create, radio};
}

void OgtSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = turned(viewOf(bytes).toByteArray());
    if (request.size() != 8 || !request.startsWith("+R16"))
        return;
    const int reg = request.mid(4, 2).toInt(nullptr, 16);
    QByteArray value;
    switch (reg) {
    case 0x08:
        value = word((m_pack.mosfetTemperature() + 273.15) * 10);
        break;
    case 0x09:
        value = word(m_pack.voltage() * 1000);
        break;
    case 0x0A:
        value = word(m_pack.current() * 100) + "0A";
        break;
    case 0x0D:
        value = word(m_pack.soc());
        break;
    case 0x0F:
        value = word(m_pack.remainingAh() * 100) + "0A";
        break;
    case 0x17:
        value = word(m_pack.cycles());
        break;
    default:
        if (const int cell = 0x3F - reg; cell >= 0 && cell < m_pack.config().cells)
            value = word(m_pack.cellVoltages()[static_cast<size_t>(cell)] * 1000);
        break;
    }
    const QByteArray answer = value.isEmpty() ? QByteArray("+RD,Error") : "+RD," + hex(reg) + value + "\r\n";
    replies.push_back({turned(answer), 20, {}});
}

} // namespace sb::ogt
