// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulatedradio/simulatedperipheral.h"

#include "bms/bluetooth.h"

namespace sb {
namespace {

constexpr int tickMs = 200;
/// Between two notifications of one reply: a connection event.
constexpr int notificationGapMs = 8;
constexpr int usualHangUpEveryMs = 20000;

} // namespace

SimulatedPeripheral::SimulatedPeripheral(SimulatedDevice &device, SimulatedRadio radio, QString address,
                                         double faultShare, quint64 seed, QObject *parent)
    : QObject(parent)
    , m_device(device)
    , m_radio(std::move(radio))
    , m_address(std::move(address))
    , m_faults(faultShare, seed)
{
    m_time.start();
    m_tick.setInterval(tickMs);
    m_sender.setSingleShot(true);
    m_hangUps.setInterval(usualHangUpEveryMs);
    connect(&m_tick, &QTimer::timeout, this, &SimulatedPeripheral::onTick);
    connect(&m_sender, &QTimer::timeout, this, &SimulatedPeripheral::sendDue);
    connect(&m_hangUps, &QTimer::timeout, this, [this] {
        setPresent(false);
        QTimer::singleShot(m_hangUpForMs, this, [this] { setPresent(true); });
    });
}

void SimulatedPeripheral::setPresent(bool present)
{
    if (m_present == present)
        return;
    m_present = present;
    if (!present)
        loseLink();
    emit visibilityChanged();
}

void SimulatedPeripheral::setTakenByPhone(bool taken)
{
    m_taken = taken;
    emit visibilityChanged();
}

void SimulatedPeripheral::setFault(Fault fault, bool on)
{
    m_faults.set(fault, on);
    if (fault == Fault::HangUp)
        on ? m_hangUps.start() : m_hangUps.stop();
}

void SimulatedPeripheral::setHangUps(int everyMs, int forMs)
{
    m_hangUps.setInterval(everyMs);
    m_hangUpForMs = forMs;
}

void SimulatedPeripheral::setConnecting(Connecting how, int times)
{
    m_connecting = how;
    m_connectingTimes = times;
}

void SimulatedPeripheral::setFlags(const QString &characteristic, const char *flags)
{
    for (SimulatedRadio::Service &service : m_radio.services) {
        for (SimulatedRadio::Characteristic &each : service.characteristics) {
            if (characteristic == QLatin1String(each.uuid))
                each.flags = flags;
        }
    }
}

SimulatedPeripheral::Connecting SimulatedPeripheral::nextAttempt()
{
    if (!m_present || m_taken)
        return Connecting::Hangs;
    if (m_connecting == Connecting::Accepts || m_connectingTimes == 0)
        return Connecting::Accepts;
    if (m_connectingTimes > 0)
        --m_connectingTimes;
    return m_connecting;
}

void SimulatedPeripheral::connected()
{
    m_connected = true;
    ++m_connections;
    m_lastTick = m_time.elapsed();
    m_tick.start();
    emit visibilityChanged();
}

void SimulatedPeripheral::disconnected()
{
    m_connected = false;
    m_notifying.clear();
    m_outgoing.clear();
    m_tick.stop();
    m_sender.stop();
    m_loseAfter = -1;
    emit visibilityChanged();
}

void SimulatedPeripheral::loseLink()
{
    if (!m_connected)
        return;
    disconnected();
    emit linkLost();
}

void SimulatedPeripheral::setNotifying(const QString &characteristic, bool on)
{
    m_notifying.removeAll(characteristic);
    if (on)
        m_notifying.append(characteristic);
}

bool SimulatedPeripheral::isNotifying(const QString &characteristic) const
{
    return m_notifying.contains(characteristic);
}

bool SimulatedPeripheral::write(const QString &characteristic, const QByteArray &bytes)
{
    if (m_refusesWrites)
        return false;
    ++m_writes;
    m_replies.clear();
    m_device.written(characteristic, bytesOf(bytes), m_replies);
    for (const SimulatedReply &reply : m_replies)
        say(reply);
    return true;
}

QByteArray SimulatedPeripheral::read(const QString &characteristic) const
{
    return m_device.characteristicValue(characteristic);
}

void SimulatedPeripheral::onTick()
{
    const qint64 now = m_time.elapsed();
    m_replies.clear();
    m_device.elapsed(now - m_lastTick, m_replies);
    m_lastTick = now;
    for (const SimulatedReply &reply : m_replies)
        say(reply);
    if (m_faults.has(Fault::Noise))
        say({QByteArray(1, m_faults.randomByte())});
}

void SimulatedPeripheral::say(const SimulatedReply &said)
{
    const std::optional<SimulatedReply> reply = m_faults.pass(said);
    if (!reply)
        return;
    QString characteristic = reply->characteristic;
    for (const SimulatedRadio::Service &service : m_radio.services) {
        for (const SimulatedRadio::Characteristic &each : service.characteristics) {
            if (characteristic.isEmpty() && QLatin1String(each.flags).contains(QLatin1String("notify")))
                characteristic = QLatin1String(each.uuid);
        }
    }
    characteristic = bluetoothUuidText(bluetoothUuid(characteristic));
    qint64 at = m_time.elapsed() + reply->delayMs + answerDelayMs;
    if (!m_outgoing.empty())
        at = std::max(at, m_outgoing.back().at + notificationGapMs);
    const qsizetype size = m_radio.chunk > 0 ? m_radio.chunk : std::max<qsizetype>(1, reply->bytes.size());
    for (qsizetype from = 0; from < std::max<qsizetype>(1, reply->bytes.size()); from += size) {
        m_outgoing.push_back({at, characteristic, reply->bytes.mid(from, size)});
        at += notificationGapMs;
    }
    if (!m_sender.isActive())
        sendDue();
}

void SimulatedPeripheral::sendDue()
{
    while (m_connected && !m_outgoing.empty()) {
        const qint64 wait = m_outgoing.front().at - m_time.elapsed();
        if (wait > 0) {
            m_sender.start(static_cast<int>(wait));
            return;
        }
        const Outgoing next = std::move(m_outgoing.front());
        m_outgoing.pop_front();
        if (isNotifying(next.characteristic))
            emit notified(next.characteristic, next.bytes);
        if (m_loseAfter >= 0) {
            m_loseAfter -= static_cast<int>(next.bytes.size());
            if (m_loseAfter < 0)
                loseLink();
        }
    }
}

} // namespace sb
