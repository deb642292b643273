// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/faults.h"

#include <QElapsedTimer>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

namespace sb {

/// The pseudo terminal of a simulated BMS: takes requests, sends replies at the speed of the line, with
/// faults on demand.
class SimulatorPort : public QObject
{
    Q_OBJECT
public:
    struct Settings
    {
        QString link;            ///< stable name of the port; a link that is there already is replaced
        double faultShare = 0.2; ///< of the replies that a fault hits
        bool paced = true;       ///< at the speed of the line; else as fast as possible
        bool echo = false;       ///< as an RS485 adapter that hears itself
        int hangUpEveryMs = 20000;
        int hangUpForMs = 2000;
        quint64 seed = 1;
    };

    SimulatorPort(SimulatedDevice &device, Settings settings, QObject *parent = nullptr);
    ~SimulatorPort() override;

    /// Opens the terminal and makes the link. \return false and one line where that fails.
    [[nodiscard]] bool open(QString *error);
    /// What to open on the other side: the link, else the terminal.
    [[nodiscard]] QString portName() const;

    void setFault(Fault fault, bool on);
    /// What the board says without being asked.
    void speak(const std::vector<SimulatedReply> &words);
    /// Takes the port away for so long.
    void hangUp(int ms);

    struct Counters
    {
        quint64 requests = 0; ///< pieces of requests
        quint64 replies = 0;
        quint64 damaged = 0;
    };
    [[nodiscard]] Counters counters() const;

signals:
    /// The last byte of a reply was handed to the line.
    void replySent();

private:
    bool openTerminal(QString *error);
    void closeTerminal();
    void onReadable();
    void answer(const SimulatedReply &reply);
    void queue(const QByteArray &bytes, qint64 delayMs);
    void sendDue();
    void makeNoise();
    [[nodiscard]] qint64 now() const { return m_time.elapsed(); }

    SimulatedDevice &m_device;
    Settings m_settings;
    int m_master = -1;
    QString m_slaveName;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_absent; ///< polls a terminal that nobody has open
    QTimer m_sender;
    QTimer m_noise;
    QTimer m_hangUps;
    QElapsedTimer m_time;
    struct Outgoing
    {
        qint64 at; ///< of the first byte
        QByteArray bytes;
        qsizetype sent = 0;
    };
    std::vector<Outgoing> m_outgoing;
    qint64 m_lineFreeAt = 0;
    FaultyLine m_faults;
    std::vector<SimulatedReply> m_replies; ///< scratch
    quint64 m_requestCount = 0;
    quint64 m_replyCount = 0;
};

} // namespace sb
