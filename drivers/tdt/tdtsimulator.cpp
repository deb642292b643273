// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/tdt/tdtsimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::tdt {
namespace {

constexpr int turnaroundMs = 40;

void put(QByteArray &to, double value, int size = 2)
{
    const qint64 raw = std::llround(value);
    for (int i = size - 1; i >= 0; --i)
        to.append(static_cast<char>(raw >> (8 * i) & 0xFF));
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

double kelvin(double celsius) { return celsius * 10 + 2731; }

double amperes(double value)
{
    return static_cast<double>((value < 0 ? 0x8000 : 0) | 0x4000 |
                               static_cast<int>(std::lround(std::abs(value) * 10)));
}

QByteArray padded(const char *text) { return QByteArray(text).leftJustified(20, '\0'); }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<TdtSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "XDZN_001_7B21";
    radio.address = "C0:D6:3C:4F:AC:50";
    radio.makerData = {{0xD6C0, QByteArray::fromHex("3c4fac50ff")}};
    radio.services = {
        {"fff0",
         {{"fff1", "read,notify"}, {"fff2", "read,write,write-without-response"}, {"fffa", "read,write"}}}};
    return {QStringLiteral("tdt"), 16, create, radio};
}

void TdtSimulator::written(const QString &characteristic, Bytes bytes, std::vector<SimulatedReply> &replies)
{
    if (characteristic == QLatin1String("fffa"))
        m_open = viewOf(bytes) == QByteArray("HiLink");
    else
        receive(bytes, replies);
}

QByteArray TdtSimulator::characteristicValue(const QString &characteristic) const
{
    return characteristic == QLatin1String("fffa") ? QByteArray(1, m_open ? '\1' : '\0') : QByteArray();
}

void TdtSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray request = viewOf(bytes).toByteArray();
    if ((needsKey && !m_open) || request.size() != 11 || static_cast<quint8>(request[0]) != head ||
        request.sliced(1, 4) != QByteArray::fromHex("00010300") || request[10] != 0x0D)
        return;
    const int sum = static_cast<quint8>(request[8]) << 8 | static_cast<quint8>(request[9]);
    if (sum != crc(request.first(8)))
        return;
    const int point = static_cast<quint8>(request[5]);
    if (point == refusesPoint)
        replies.push_back({answer(point, {}, 2), turnaroundMs, {}});
    else if (point == 0x8C)
        replies.push_back({answer(point, analog()), turnaroundMs, {}});
    else if (point == 0x8D)
        replies.push_back({answer(point, warnings()), turnaroundMs, {}});
    else if (point == 0x92)
        replies.push_back(
            {answer(point, padded("6032_10016S000_L_41") + padded("TDT") + padded("60326016207279042")),
             turnaroundMs,
             {}});
}

QByteArray TdtSimulator::answer(int point, const QByteArray &data, int status) const
{
    QByteArray frame = QByteArray::fromHex("7e0041030000");
    frame[1] = static_cast<char>(version);
    frame[4] = static_cast<char>(status);
    frame[5] = static_cast<char>(point);
    put(frame, static_cast<double>(data.size()));
    frame += data;
    put(frame, crc(frame));
    return frame + '\x0D';
}

QByteArray TdtSimulator::analog() const
{
    QByteArray data;
    put(data, m_pack.config().cells, 1);
    for (const double volts : m_pack.cellVoltages())
        put(data, volts * 1000);
    put(data, static_cast<double>(m_pack.temperatures().size() + 2), 1);
    put(data, kelvin(m_pack.config().ambient));
    put(data, kelvin(m_pack.mosfetTemperature()));
    for (const double celsius : m_pack.temperatures())
        put(data, kelvin(celsius));
    put(data, amperes(m_pack.current()));
    put(data, m_pack.voltage() * 100);
    put(data, m_pack.remainingAh() * 10);
    put(data, m_pack.capacityAh() * 10);
    put(data, m_pack.cycles());
    put(data, m_pack.capacityAh() * 10);
    put(data, m_pack.soc());
    if (version == 4) {
        put(data, 99);
        put(data, m_pack.cycles() * m_pack.capacityAh() * 10, 4);
        put(data, 600, 4);
        data += QByteArray(6, '\0');
        put(data, amperes(0));
    }
    return data;
}

QByteArray TdtSimulator::warnings() const
{
    const auto cells = static_cast<size_t>(m_pack.config().cells);
    QByteArray data;
    put(data, static_cast<double>(cells), 1);
    data += QByteArray(static_cast<qsizetype>(cells), '\0');
    const auto sensors = static_cast<qsizetype>(m_pack.temperatures().size()) + 2;
    put(data, static_cast<double>(sensors), 1);
    data += QByteArray(sensors, '\0');
    data += QByteArray(3, '\0');
    put(data, m_pack.current() > 0 ? 1 : m_pack.current() < 0 ? 2 : 0, 1);
    const std::pair<Protection, int> firstBits[] = {
        {Protection::CellOvervoltage, 0x01},   {Protection::CellUndervoltage, 0x02},
        {Protection::PackOvervoltage, 0x04},   {Protection::PackUndervoltage, 0x08},
        {Protection::ChargeOvercurrent, 0x10}, {Protection::DischargeOvercurrent, 0x20}};
    const std::pair<Protection, int> secondBits[] = {{Protection::ChargeOvertemperature, 0x01},
                                                     {Protection::DischargeOvertemperature, 0x02},
                                                     {Protection::ChargeUndertemperature, 0x04},
                                                     {Protection::DischargeUndertemperature, 0x08}};
    int first = 0;
    int second = 0;
    for (const auto &[which, bit] : firstBits)
        first |= m_pack.isActive(which) ? bit : 0;
    for (const auto &[which, bit] : secondBits)
        second |= m_pack.isActive(which) ? bit : 0;
    put(data, first, 1);
    put(data, second, 1);
    put(data, (m_pack.dischargeFet() ? 2 : 0) | (m_pack.chargeFet() ? 4 : 0), 1);
    data += QByteArray::fromHex("0900001800"); // 7 and 10: nobody knows
    data += QByteArray(1, '\0');
    QByteArray balancing(static_cast<qsizetype>((cells + 7) / 8), '\0');
    for (size_t i = 0; i < cells; ++i) {
        if (m_pack.balancing()[i])
            balancing[static_cast<qsizetype>(i / 8)] =
                static_cast<char>(balancing[static_cast<qsizetype>(i / 8)] | 1 << (i % 8));
    }
    return data + balancing;
}

} // namespace sb::tdt
