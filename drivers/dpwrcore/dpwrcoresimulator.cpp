// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/dpwrcore/dpwrcoresimulator.h"

#include "simulator/pack.h"

#include <cmath>

namespace sb::dpwrcore {
namespace {

void put(QByteArray &to, qint64 value)
{
    to.append(static_cast<char>(value >> 8 & 0xFF));
    to.append(static_cast<char>(value & 0xFF));
}

QByteArray closed(QByteArray message)
{
    int sum = 0;
    for (qsizetype i = 1; i < message.size(); ++i)
        sum += static_cast<quint8>(message.at(i));
    put(message, sum);
    return message + "\r\n";
}

QByteArray acknowledge(QByteArray page)
{
    page[0] = static_cast<char>(page.at(0) | 0x80);
    return page;
}

std::unique_ptr<SimulatedDevice> create(Pack &pack, int) { return std::make_unique<DpwrcoreSimulator>(pack); }

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "TBA-13500299";
    radio.address = "D8:71:4D:02:99:01";
    radio.advertised = {"1800", "1801", "180a", "fff0"};
    radio.services = {{"fff0", {{"fff3", "write,write-without-response"}, {"fff4", "notify"}}}};
    radio.chunk = 0;
    return {QStringLiteral("dpwrcore"), 14, create, radio};
}

void DpwrcoreSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    const QByteArray page = viewOf(bytes).toByteArray();
    if (page.size() != 20)
        return;
    if (page.at(0) & 0x80) {
        if (!m_pages.isEmpty() && page == acknowledge(m_pages.first())) {
            m_pages.removeFirst();
            if (!m_pages.isEmpty())
                replies.push_back({m_pages.first(), 20, {}});
        }
        return;
    }
    const qsizetype size = static_cast<quint8>(page.at(0)) - 2;
    const QByteArray message = page.mid(2, size);
    if (page.at(1) != 0x11 || size < 10 || !message.startsWith(QByteArray::fromHex("3a0305")) ||
        closed(message.chopped(4)) != message)
        return;
    replies.push_back({acknowledge(page), 10, {}});
    const int command = static_cast<quint8>(message.at(3));
    if (command == 0x64) {
        const bool opens = lock && message.mid(6, 2) == QByteArray::fromHex(QByteArray::number(*lock, 16));
        if (opens)
            lock.reset();
        if (tellsUnlocking)
            say(opens ? 0x32 : 0x33, {}, replies);
    } else if (!lock && command == 0x60) {
        say(command, state(), replies);
    } else if (!lock && command == 0x61) {
        say(command, counters(), replies);
    } else if (!lock && command == 0x62) {
        say(command, cells(), replies);
    }
}

void DpwrcoreSimulator::say(int command, const QByteArray &data, std::vector<SimulatedReply> &replies)
{
    QByteArray message = QByteArray::fromHex("3a0503");
    message.append(static_cast<char>(command));
    put(message, data.size());
    message = closed(message + data);
    const qsizetype count = (message.size() + 17) / 18;
    m_pages.clear();
    QByteArray page(20, '\x55');
    for (qsizetype i = 0; i < count; ++i) {
        const QByteArray part = message.mid(18 * i, 18);
        page[0] = static_cast<char>(part.size());
        page[1] = static_cast<char>((i + 1) << 4 | count);
        page.replace(2, part.size(), part); // behind it stays what the page before had
        m_pages.append(page);
    }
    replies.push_back({m_pages.first(), 30, {}});
}

QByteArray DpwrcoreSimulator::state() const
{
    QByteArray data;
    put(data, std::lround(m_pack.voltage() * 10));
    put(data, std::lround(m_pack.current() * 10));
    put(data, 0x71C5);
    put(data, std::lround(std::min(65.535, m_pack.remainingAh()) * 1000));
    data.append(static_cast<char>(std::lround(m_pack.soc())));
    bool problem = false;
    for (int i = 0; i < protectionCount; ++i)
        problem = problem || m_pack.isActive(static_cast<Protection>(i));
    data.append(problem ? '\x01' : '\0');
    return data;
}

QByteArray DpwrcoreSimulator::counters() const
{
    QByteArray data;
    put(data, 0);
    put(data, m_pack.cycles());
    put(data, 0x126D);
    put(data, std::lround((m_pack.temperatures().at(0) + 273.15) * 10));
    return data + QByteArray::fromHex("8fdb1820");
}

QByteArray DpwrcoreSimulator::cells() const
{
    QByteArray data(1, static_cast<char>(m_pack.config().cells));
    for (const double cell : m_pack.cellVoltages())
        put(data, std::lround(cell * 1000));
    return data;
}

} // namespace sb::dpwrcore
