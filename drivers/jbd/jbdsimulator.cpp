// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbdsimulator.h"

#include <cmath>

namespace sb::jbd {
namespace {

constexpr int turnaroundMs = 30;

void put16(QByteArray &to, long value)
{
    to.append(static_cast<char>((value >> 8) & 0xFF));
    to.append(static_cast<char>(value & 0xFF));
}

QByteArray two(long value)
{
    QByteArray bytes;
    put16(bytes, value);
    return bytes;
}

int at16(const QByteArray &bytes)
{
    return bytes.size() < 2 ? 0 : (static_cast<quint8>(bytes[0]) << 8) | static_cast<quint8>(bytes[1]);
}

int sumOf(const QByteArray &bytes, qsizetype from)
{
    int sum = 0;
    for (qsizetype i = from; i < bytes.size(); ++i)
        sum += static_cast<quint8>(bytes[i]);
    return (0x10000 - sum) & 0xFFFF;
}

QByteArray counted(const char *text) { return QByteArray(1, static_cast<char>(qstrlen(text))) + text; }

long kelvin(double celsius) { return std::lround(celsius * 10) + 2731; }

std::unique_ptr<SimulatedDevice> create(Pack &pack, int address)
{
    SimulatorOptions options;
    options.address = address;
    return std::make_unique<JbdSimulator>(pack, options);
}

} // namespace

SimulatorDescriptor simulator()
{
    SimulatedRadio radio;
    radio.name = "JBD-SP16S020A        ";
    radio.address = "A4:C1:38:6A:10:21";
    radio.advertised = {"ff00"};
    radio.makerData = {{0x6A38, QByteArray::fromHex("c1a41021")}};
    radio.services = {
        {"ff00",
         {{"ff01", "read,notify"}, {"ff02", "read,write,write-without-response"}, {"fa01", "read,write"}}}};
    return {QStringLiteral("jbd"), 16, create, radio};
}

JbdSimulator::JbdSimulator(Pack &pack, SimulatorOptions options)
    : m_pack(pack)
    , m_options(std::move(options))
{
    const PackLimits &l = pack.limits();
    const auto set = [this](int reg, double value) { m_saved.insert(reg, two(std::lround(value))); };
    set(0x10, pack.capacityAh() * 100);
    set(0x11, pack.capacityAh() * 80);
    set(0x12, 3500);
    set(0x13, 2600);
    set(0x14, 2);
    set(0x15, ((2024 - 2000) << 9) | (3 << 5) | 14);
    set(0x16, 4711);
    set(0x17, pack.cycles());
    set(0x18, kelvin(l.chargeOvertemperature));
    set(0x19, kelvin(l.chargeOvertemperature - 5));
    set(0x1A, kelvin(l.chargeUndertemperature));
    set(0x1B, kelvin(l.chargeUndertemperature + 5));
    set(0x1C, kelvin(l.dischargeOvertemperature));
    set(0x1D, kelvin(l.dischargeOvertemperature - 5));
    set(0x1E, kelvin(l.dischargeUndertemperature));
    set(0x1F, kelvin(l.dischargeUndertemperature + 5));
    set(0x20, l.packOvervoltage * 100);
    set(0x21, l.packOvervoltageRelease * 100);
    set(0x22, l.packUndervoltage * 100);
    set(0x23, l.packUndervoltageRelease * 100);
    set(0x24, l.cellOvervoltage * 1000);
    set(0x25, l.cellOvervoltageRelease * 1000);
    set(0x26, l.cellUndervoltage * 1000);
    set(0x27, l.cellUndervoltageRelease * 1000);
    set(0x28, l.chargeOvercurrent * 100);
    set(0x29, -l.dischargeOvercurrent * 100);
    set(0x2A, l.balanceStart * 1000);
    set(0x2B, l.balanceWindow * 1000);
    set(0x2C, 1);
    set(0x2D, 0x0004);
    set(0x2E, (1 << (pack.config().sensors + 1)) - 1);
    set(0x2F, pack.config().cells);
    set(0x30, 0);
    set(0x31, 5);
    const int percents[] = {0x32, 0x33, 0x34, 0x35, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47};
    const int volts[] = {3331, 3305, 3288, 3245, 3334, 3325, 3294, 3270, 3200, 3480};
    for (size_t i = 0; i < std::size(percents); ++i)
        set(percents[i], volts[i]);
    set(0x36, 3750);
    set(0x37, 2300);
    m_saved.insert(0x38, QByteArray::fromHex("1a57"));
    m_saved.insert(0x39, QByteArray::fromHex("6020"));
    for (const int reg : {0x3A, 0x3B, 0x3C, 0x3D})
        m_saved.insert(reg, QByteArray::fromHex("0202"));
    m_saved.insert(0x3E, QByteArray::fromHex("0a20"));
    m_saved.insert(0x3F, QByteArray::fromHex("0a20"));
    set(0x40, 2800);
    set(0x41, 30);
    m_saved.insert(0xA0, counted("JBD"));
    m_saved.insert(0xA1, counted("House battery"));
    m_saved.insert(0xA2, counted("SB2403140042"));
}

void JbdSimulator::elapsed(qint64 ms, std::vector<SimulatedReply> &) { m_idle += ms; }

void JbdSimulator::receive(Bytes bytes, std::vector<SimulatedReply> &replies)
{
    m_buffer.append(viewOf(bytes));
    const bool addressed = m_options.address >= 0;
    const qsizetype head = addressed ? 1 : 0;
    while (!m_buffer.isEmpty()) {
        if (m_buffer.startsWith(QByteArray::fromHex("ffaa15")) && m_buffer.size() > 3) {
            const qsizetype size = static_cast<quint8>(m_buffer[3]) + 5;
            if (m_buffer.size() < size)
                return;
            replies.push_back({verdict(m_buffer.first(size)), turnaroundMs});
            m_buffer.remove(0, size);
            continue;
        }
        if (static_cast<quint8>(m_buffer[0]) != 0xDD) {
            m_buffer.remove(0, 1);
            continue;
        }
        if (m_buffer.size() < 4 + head)
            return;
        const auto byte = [&](qsizetype at) { return static_cast<int>(static_cast<quint8>(m_buffer[at])); };
        const int mark = byte(1 + head);
        if ((mark != 0xA5 && mark != 0x5A) || (addressed && byte(1) != m_options.address)) {
            m_buffer.remove(0, 1);
            continue;
        }
        const qsizetype size = byte(3 + head) + 7 + head;
        if (m_buffer.size() < size)
            return;
        const QByteArray frame = m_buffer.first(size);
        m_buffer.remove(0, size);
        const bool asleep = m_options.sleepAfterMs > 0 && m_idle > m_options.sleepAfterMs;
        m_idle = 0;
        const bool locked = !m_options.password.isEmpty() && !m_unlocked;
        if (asleep || locked || static_cast<quint8>(frame.back()) != 0x77)
            continue;
        const int reg = static_cast<quint8>(frame[2 + head]);
        const QByteArray covered = frame.sliced(addressed ? 1 : 2, size - 3 - (addressed ? 1 : 2));
        if (sumOf(covered, 0) != at16(frame.sliced(size - 3, 2))) {
            replies.push_back({reply(reg, 0x82), turnaroundMs});
            continue;
        }
        const QByteArray data = frame.sliced(4 + head, size - 7 - head);
        replies.push_back({answer(reg, data, mark == 0x5A), turnaroundMs});
    }
}

/// What the radio module says to a password.
QByteArray JbdSimulator::verdict(const QByteArray &given)
{
    int sum = 0;
    for (const char byte : given.sliced(2).chopped(1))
        sum += static_cast<quint8>(byte);
    m_unlocked =
        given.sliced(4).chopped(1) == m_options.password && (sum & 0xFF) == static_cast<quint8>(given.back());
    return QByteArray::fromHex(m_unlocked ? "ffaa15010016" : "ffaa15010117");
}

QByteArray JbdSimulator::reply(int reg, int status, const QByteArray &data) const
{
    QByteArray frame;
    frame.append(static_cast<char>(0xDD));
    if (m_options.address >= 0)
        frame.append(static_cast<char>(m_options.address));
    frame.append(static_cast<char>(reg));
    frame.append(static_cast<char>(status));
    frame.append(static_cast<char>(data.size()));
    frame.append(data);
    // The classic reply's sum begins at the status; the addressed one's at the address.
    put16(frame, sumOf(frame, m_options.address >= 0 ? 1 : 2));
    frame.append(0x77);
    return frame;
}

QByteArray JbdSimulator::answer(int reg, const QByteArray &data, bool writing)
{
    if (writing)
        return write(reg, data);
    switch (reg) {
    case 0x03:
        return reply(reg, 0, basicInformation());
    case 0x04:
        return reply(reg, 0, cellVoltages());
    case 0x05:
        return reply(reg, 0, "JBD-AP21S001-L16S-200A-B-U");
    case 0xAA:
        return reply(reg, 0, errorCounters());
    default:
        break;
    }
    if (!m_saved.contains(reg))
        return reply(reg, 0x80);
    const bool text = reg >= 0xA0;
    if (!m_mode && (text || m_options.settingsNeedMode))
        return reply(reg, 0x81);
    return reply(reg, 0, m_volatile.value(reg, m_saved.value(reg)));
}

QByteArray JbdSimulator::write(int reg, const QByteArray &data)
{
    if (m_options.refusesWrites.contains(reg))
        return reply(reg, 0x81);
    const QByteArray done = reply(reg, 0);
    if (m_options.ignoresWrites.contains(reg))
        return done;
    const int lockRegister = m_options.newFetRegister ? 0xFB : 0xE1;
    if (reg == lockRegister) {
        m_pack.lockCharge((at16(data) & 1) != 0);
        m_pack.lockDischarge((at16(data) & 2) != 0);
        return done;
    }
    switch (reg) {
    case 0x00:
        if (at16(data) != 0x5678)
            return reply(reg, 0x83);
        m_mode = true;
        ++m_entered;
        return done;
    case 0x01:
        if (m_mode)
            ++m_left;
        if (m_mode && at16(data) == 0x2828) {
            for (auto it = m_volatile.begin(); it != m_volatile.end(); ++it)
                m_saved.insert(it.key(), it.value());
            m_pack.clearTrips();
            applySettings();
        }
        m_volatile.clear();
        m_pack.forceBalancing({});
        m_mode = false;
        return done;
    case 0x0A:
        if (at16(data) == 0x0100)
            m_pack.setRemainingAh(m_pack.capacityAh());
        return done;
    case 0xE0: {
        if (!m_mode)
            return reply(reg, 0x81);
        const double percent = std::round(at16(data) / 100.0 / m_pack.capacityAh() * 100);
        m_pack.setRemainingAh(std::clamp(percent, 0.0, 100.0) / 100 * m_pack.capacityAh());
        return done;
    }
    case 0xE2: {
        if (!m_mode)
            return reply(reg, 0x81);
        const int mode = at16(data);
        std::vector<bool> cells(static_cast<size_t>(m_pack.config().cells));
        for (size_t i = 0; i < cells.size(); ++i)
            cells[i] = mode == 3 ? false : (i % 2 == 0) == (mode == 1);
        m_pack.forceBalancing(cells);
        return done;
    }
    default:
        break;
    }
    if (!m_saved.contains(reg))
        return reply(reg, 0x80);
    if (!m_mode)
        return reply(reg, 0x81);
    m_volatile.insert(reg, data);
    return done;
}

void JbdSimulator::applySettings()
{
    PackLimits &l = m_pack.limits();
    const auto value = [this](int reg) { return static_cast<double>(at16(m_saved.value(reg))); };
    l.chargeOvertemperature = (value(0x18) - 2731) / 10;
    l.chargeUndertemperature = (value(0x1A) - 2731) / 10;
    l.dischargeOvertemperature = (value(0x1C) - 2731) / 10;
    l.dischargeUndertemperature = (value(0x1E) - 2731) / 10;
    l.packOvervoltage = value(0x20) / 100;
    l.packOvervoltageRelease = value(0x21) / 100;
    l.packUndervoltage = value(0x22) / 100;
    l.packUndervoltageRelease = value(0x23) / 100;
    l.cellOvervoltage = value(0x24) / 1000;
    l.cellOvervoltageRelease = value(0x25) / 1000;
    l.cellUndervoltage = value(0x26) / 1000;
    l.cellUndervoltageRelease = value(0x27) / 1000;
    l.chargeOvercurrent = value(0x28) / 100;
    l.dischargeOvercurrent = -static_cast<qint16>(at16(m_saved.value(0x29))) / 100.0;
    l.balanceStart = value(0x2A) / 1000;
    l.balanceWindow = value(0x2B) / 1000;
    l.balancerEnabled = (at16(m_saved.value(0x2D)) & 4) != 0;
    l.balanceOnlyCharging = (at16(m_saved.value(0x2D)) & 8) != 0;
}

QByteArray JbdSimulator::basicInformation() const
{
    QByteArray data;
    put16(data, std::lround(m_pack.voltage() * 100));
    put16(data, std::lround(m_pack.current() * 100));
    put16(data, std::min<long>(65535, std::lround(m_pack.remainingAh() * 100)));
    put16(data, std::min<long>(65535, std::lround(m_pack.capacityAh() * 100)));
    put16(data, m_pack.cycles());
    data.append(m_saved.value(0x15));
    quint32 balancing = 0;
    for (size_t i = 0; i < m_pack.balancing().size(); ++i)
        balancing |= m_pack.balancing()[i] ? 1U << i : 0U;
    put16(data, balancing & 0xFFFF);
    put16(data, balancing >> 16);
    int flags = 0;
    const Protection order[] = {Protection::CellOvervoltage,          Protection::CellUndervoltage,
                                Protection::PackOvervoltage,          Protection::PackUndervoltage,
                                Protection::ChargeOvertemperature,    Protection::ChargeUndertemperature,
                                Protection::DischargeOvertemperature, Protection::DischargeUndertemperature,
                                Protection::ChargeOvercurrent,        Protection::DischargeOvercurrent};
    for (size_t i = 0; i < std::size(order); ++i)
        flags |= m_pack.isActive(order[i]) ? 1 << i : 0;
    if (m_pack.isLocked())
        flags |= 1 << 12;
    put16(data, flags);
    data.append(0x21); // version 2.1
    data.append(static_cast<char>(std::lround(m_pack.soc())));
    data.append(static_cast<char>((m_pack.chargeFet() ? 1 : 0) | (m_pack.dischargeFet() ? 2 : 0)));
    data.append(static_cast<char>(m_pack.config().cells));
    const auto sensors = static_cast<char>(m_pack.temperatures().size());
    if (m_options.address >= 0) {
        put16(data, flags); // a second alarm word
        put16(data, kelvin(m_pack.config().ambient));
        put16(data, kelvin(m_pack.mosfetTemperature()));
        data.append(sensors);
    } else {
        data.append(static_cast<char>(sensors + 1));
        put16(data, kelvin(m_pack.mosfetTemperature()));
    }
    for (const double temperature : m_pack.temperatures())
        put16(data, kelvin(temperature));
    return data;
}

QByteArray JbdSimulator::cellVoltages() const
{
    QByteArray data;
    for (const double volts : m_pack.cellVoltages())
        put16(data, std::lround(volts * 1000));
    return data;
}

QByteArray JbdSimulator::errorCounters() const
{
    QByteArray data;
    put16(data, 0);
    for (const Protection p :
         {Protection::ChargeOvercurrent, Protection::DischargeOvercurrent, Protection::CellOvervoltage,
          Protection::CellUndervoltage, Protection::ChargeOvertemperature, Protection::ChargeUndertemperature,
          Protection::DischargeOvertemperature, Protection::DischargeUndertemperature,
          Protection::PackOvervoltage, Protection::PackUndervoltage})
        put16(data, m_pack.trips(p));
    put16(data, 0);
    return data;
}

} // namespace sb::jbd
