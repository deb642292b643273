// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/faults.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <deque>

namespace sb {

/// A simulated board behind a Bluetooth module: what it advertises, its characteristics, and the link of the
/// one central that it accepts. It knows nothing of D-Bus.
class SimulatedPeripheral : public QObject
{
    Q_OBJECT
public:
    /// How attempts to connect end.
    enum class Connecting : quint8 { Accepts, Refuses, Hangs };

    /// \a device must outlive it.
    SimulatedPeripheral(SimulatedDevice &device, SimulatedRadio radio, QString address,
                        double faultShare = 0.2, quint64 seed = 1, QObject *parent = nullptr);

    [[nodiscard]] const SimulatedRadio &radio() const { return m_radio; }
    [[nodiscard]] QString address() const { return m_address; }
    [[nodiscard]] bool isConnected() const { return m_connected; }
    /// Advertises: switched on, in range, and nobody else has it.
    [[nodiscard]] bool isVisible() const { return m_present && !m_connected && !m_taken; }
    [[nodiscard]] bool isPresent() const { return m_present; }

    // What a test or a scenario does to it.
    void setPresent(bool present);    ///< out of range, or switched off
    void setTakenByPhone(bool taken); ///< another central has it
    [[nodiscard]] bool isTakenByPhone() const { return m_taken; }
    void setFault(Fault fault, bool on); ///< HangUp: loses the link every few seconds
    void setHangUps(int everyMs, int forMs);
    void setRssi(int dBm) { m_rssi = dBm; }
    [[nodiscard]] int rssi() const { return m_rssi; }
    void setConnecting(Connecting how, int times = -1); ///< -1: from now on
    void setName(const QByteArray &name) { m_radio.name = name; }
    /// Of a characteristic, as BlueZ tells them.
    void setFlags(const QString &characteristic, const char *flags);
    void setChunk(int bytes) { m_radio.chunk = bytes; }
    void refuseWrites(bool refused) { m_refusesWrites = refused; } ///< with an ATT error
    /// Loses the link once \a bytes more of notifications were sent.
    void loseLinkAfter(int bytes) { m_loseAfter = bytes; }
    void loseLink();
    bool tellsStrength = true;    ///< the system says how well it is heard
    int answerDelayMs = 0;        ///< of every reply, beyond the board's own
    bool refusesRequests = false; ///< answers writes with response with an error
    int connectMs = 30;           ///< until the link is there
    int resolveMs = 40;           ///< until its services are known

    // The side of the radio.
    [[nodiscard]] Connecting nextAttempt();
    void connected();
    void disconnected();
    void setNotifying(const QString &characteristic, bool on);
    [[nodiscard]] bool isNotifying(const QString &characteristic) const;
    [[nodiscard]] bool write(const QString &characteristic, const QByteArray &bytes);
    [[nodiscard]] QByteArray read(const QString &characteristic) const;

    [[nodiscard]] quint64 writes() const { return m_writes; }
    [[nodiscard]] quint64 connections() const { return m_connections; }

signals:
    void notified(const QString &characteristic, const QByteArray &value);
    void linkLost();
    void visibilityChanged();

private:
    void say(const SimulatedReply &reply);
    void sendDue();
    void onTick();

    struct Outgoing
    {
        qint64 at;
        QString characteristic;
        QByteArray bytes;
    };
    SimulatedDevice &m_device;
    SimulatedRadio m_radio;
    QString m_address;
    FaultyLine m_faults;
    QTimer m_tick; ///< what the board says by itself
    QTimer m_sender;
    QTimer m_hangUps;
    QElapsedTimer m_time;
    qint64 m_lastTick = 0;
    std::deque<Outgoing> m_outgoing;
    QStringList m_notifying;
    std::vector<SimulatedReply> m_replies; ///< scratch
    Connecting m_connecting = Connecting::Accepts;
    int m_connectingTimes = 0;
    int m_hangUpForMs = 2000;
    int m_rssi = -62;
    int m_loseAfter = -1;
    bool m_present = true;
    bool m_taken = false;
    bool m_connected = false;
    bool m_refusesWrites = false;
    quint64 m_writes = 0;
    quint64 m_connections = 0;
};

} // namespace sb
