// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "transport/clock.h"
#include "transport/echofilter.h"
#include "transport/transport.h"

#include <QFileSystemWatcher>
#include <QSerialPort>

namespace sb {

/// A serial port: exclusive (also against a second name of the same device), closed at once when it vanishes,
/// watched for its return.
class SerialTransport : public Transport
{
    Q_OBJECT
public:
    /// \a port: any name of the device; links are followed at each open(). \a clock must outlive the
    /// transport.
    SerialTransport(QString port, const SerialSettings &settings, Clock &clock, QObject *parent = nullptr);
    ~SerialTransport() override;

    /// Speed, parity and stop bits; takes effect at once, or at the next open().
    void setFormat(int baud, const SerialSettings &settings);

    [[nodiscard]] QString name() const override { return m_name; }
    [[nodiscard]] bool isOpen() const override { return m_serial.isOpen(); }
    [[nodiscard]] int lineTimeMs(int bytes) const override;
    [[nodiscard]] quint64 echoedBytes() const override { return m_echo.bytes(); }
    void open() override;
    void close() override;
    void write(const QByteArray &bytes, int secretFrom, int secretSize) override;
    void discardInput() override;
    void expectBytes(int count) override;
    /// The adapter returns what is sent, and it is taken out.
    [[nodiscard]] bool echoes() const { return m_echo.learned(); }

private:
    void applyFormat();
    void onReadyRead();
    void onError(QSerialPort::SerialPortError error);
    void onStalled();
    void deliver();
    void fail(LinkError::Kind kind, const QString &text);
    void watch();
    [[nodiscard]] LinkError openError(const QString &device) const;

    QString m_name;
    QSerialPort m_serial;
    SerialSettings m_settings;
    int m_baudRate;
    Clock &m_clock;
    EchoFilter m_echo;
    QByteArray m_held; ///< arrived, kept back until the announced rest is there
    int m_expected = 0;
    qint64 m_unwritten = 0;
    int m_stalls = 0;
    std::unique_ptr<AlarmClock> m_hold;
    std::unique_ptr<AlarmClock> m_writeGuard;
    QFileSystemWatcher m_watcher;
    std::unique_ptr<AlarmClock> m_appeared;
};

} // namespace sb
