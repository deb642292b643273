// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/lithionics/lithionicssimulator.h"

#include "simulator/pack.h"

#include <algorithm>
#include <cmath>

namespace sb::lithionics {
namespace {

constexpr qint64 everyMs = 1000;

QByteArray text(double value, int width = 0)
{
    return QByteArray::number(std::llround(value)).rightJustified(width, '0');
}

double fahrenheit(double celsius) { return celsius * 9 / 5 + 32; }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int)
{
    return std::make_unique<LithionicsSimulator>(pack);
}

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "Li3-061322094";
    radio.address = "C4:64:E3:06:13:22";
    radio.advertised = {"ffe0"};
    radio.makerData = {{0x4D48, QByteArray::fromHex("c464e3061322")}};
    radio.services = {{"ffe0", {{"ffe1", "read,notify,write-without-response"}}}};
    return {QStringLiteral("lithionics"), 4, create, radio};
}

void LithionicsSimulator::receive(Bytes, std::vector<SimulatedReply> &replies)
{
    replies.push_back({"ERROR\r\n", 10, {}});
}

void LithionicsSimulator::elapsed(qint64 ms, std::vector<SimulatedReply> &replies)
{
    m_sinceLines += ms;
    if (m_sinceLines < everyMs)
        return;
    m_sinceLines %= everyMs;
    replies.push_back({measurements() + "\r\n", 0, {}});
    replies.push_back({counters() + "\r\n", 0, {}});
}

QByteArray LithionicsSimulator::measurements() const
{
    int status = 0;
    for (int i = 0; i < protectionCount; ++i)
        status |= m_pack.isActive(static_cast<Protection>(i)) ? 1 << (i + 9) : 0;
    QByteArrayList fields;
    if (fixedWidth) {
        fields = {"1",
                  text(m_pack.remainingAh() * 10, 5),
                  text(m_pack.voltage() * 10, 4),
                  text(m_pack.soc(), 3),
                  text(m_pack.soc(), 3),
                  m_pack.current() > 0 ? "1" : "0",
                  text(std::abs(m_pack.current()) * 10, 5),
                  text(std::abs(m_pack.current() * m_pack.voltage()), 6),
                  text(fahrenheit(m_pack.temperatures().at(0)), 3)};
        status |= 0x100;
    } else {
        fields.append(text(m_pack.voltage() * 100));
        for (size_t i = 0; i < 4; ++i)
            fields.append(text(m_pack.cellVoltages().at(i) * 100));
        fields.append(text(fahrenheit(m_pack.temperatures().at(0))));
        fields.append(text(fahrenheit(m_pack.mosfetTemperature())));
        fields.append(text(m_pack.current()));
        fields.append(text(m_pack.soc()));
    }
    fields.append(QByteArray::number(status, 16).toUpper().rightJustified(6, '0'));
    return fields.join(',');
}

QByteArray LithionicsSimulator::counters() const
{
    if (!fixedWidth)
        return "&,1," + text(m_pack.remainingAh()) + ",006391,0136,2300,FF05,8700";
    const auto [lowest, highest] =
        std::minmax_element(m_pack.cellVoltages().begin(), m_pack.cellVoltages().end());
    return "&,1," + text(m_pack.voltage() * 10, 4) + ',' + text(m_pack.voltage() * 10, 4) +
           ",078,2,075845,0576,3300,FF03,0000,00," + text(*lowest * 100) + ',' + text(*highest * 100) + ',' +
           text((*lowest + *highest) * 50);
}

} // namespace sb::lithionics
