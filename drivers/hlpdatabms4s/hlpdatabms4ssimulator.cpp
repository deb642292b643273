// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/hlpdatabms4s/hlpdatabms4ssimulator.h"

#include "simulator/pack.h"

#include <QByteArrayList>

namespace sb::hlpdatabms4s {
namespace {

constexpr int turnaroundMs = 120;
constexpr qsizetype cells = 4;

QByteArray comma(double value, int decimals)
{
    return QByteArray::number(value, 'f', decimals).replace('.', ',');
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<Bms4sSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator() { return {QStringLiteral("hlpdatabms4s"), cells, create}; }

Bms4sSimulator::Bms4sSimulator(Pack &pack)
    : m_pack(pack)
{}

void Bms4sSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_line.append(viewOf(bytes));
    for (qsizetype end = m_line.indexOf('\n'); end >= 0; end = m_line.indexOf('\n')) {
        const QByteArray command = m_line.first(end).trimmed();
        m_line.remove(0, end + 1);
        const QByteArray reply = replyTo(command);
        if (!reply.isEmpty())
            replies.push_back({echoes ? QByteArray(command + "\r\n" + reply) : reply, turnaroundMs});
    }
}

QByteArray Bms4sSimulator::replyTo(const QByteArray &command) const
{
    if (command == "pv")
        return "BMS4S v1.23\r\n";
    if (command == "ps")
        return settings();
    return command == "m1" ? measurement() : QByteArray();
}

QByteArray Bms4sSimulator::settings() const
{
    const PackLimits &limits = m_pack.limits();
    QByteArray text =
        "BatterySize= " + comma(capacityAh > 0 ? capacityAh : m_pack.capacityAh(), 0) + " Ah\r\n";
    text += "VoltHigh= " + comma(limits.cellOvervoltage, 2) + " V\r\n";
    text += "VoltLow= " + comma(limits.cellUndervoltage, 2) + " V\r\n";
    for (int i = 1; i <= 24; ++i)
        text += "Setting" + QByteArray::number(i) + "= " + comma(i * 1.5, 1) + " unused\r\n";
    return text;
}

QByteArray Bms4sSimulator::measurement() const
{
    QByteArrayList fields;
    for (size_t i = 0; i < cells; ++i) {
        const std::vector<double> &all = m_pack.cellVoltages();
        fields.append(QByteArray::number(i < all.size() ? all[i] : 0.0, 'f', 3));
    }
    const int beep = m_pack.isActive(Protection::ChargeUndertemperature)  ? 2
                     : m_pack.isActive(Protection::ChargeOvertemperature) ? 3
                     : m_pack.isActive(Protection::PackUndervoltage)      ? 4
                     : m_pack.isActive(Protection::PackOvervoltage)       ? 5
                                                                          : 0;
    fields.append(QByteArray::number(m_pack.current(), 'f', 1));
    fields.append(QByteArray::number(m_pack.soc(), 'f', 0));
    fields.append(m_pack.chargeFet() ? "1" : "0");
    fields.append(m_pack.dischargeFet() ? "1" : "0");
    fields.append("13.2");
    fields.append(QByteArray::number(m_pack.soc(), 'f', 0));
    fields.append("0");
    fields.append(QByteArray::number(beep));
    fields.append("1");
    for (size_t i = 0; i < m_pack.temperatures().size(); ++i)
        fields.append("b" + QByteArray::number(i + 1) + " " +
                      QByteArray::number(m_pack.temperatures()[i], 'f', 1));
    fields.append("i1 " + QByteArray::number(m_pack.mosfetTemperature(), 'f', 1));
    return fields.join(',') + "\r\n";
}

} // namespace sb::hlpdatabms4s
