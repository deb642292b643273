// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bluetooth/bluetooth.h"
#include "transport/clock.h"

namespace sb {

/// A battery over Bluetooth LE, in the thread of its session; the link itself lives in the Bluetooth thread.
class BluetoothTransport : public Transport
{
    Q_OBJECT
public:
    /// \a address: "A4:C1:38:00:11:22". \a bluetooth and \a clock must outlive the transport.
    BluetoothTransport(Bluetooth &bluetooth, QString address, const QString &adapter, Clock &clock,
                       QObject *parent = nullptr);
    ~BluetoothTransport() override;

    /// How the next BMS to be asked lays its line; without any the services only are found out.
    void setProfiles(const std::vector<GattProfile> &profiles);
    /// What the device offers, while it is open.
    [[nodiscard]] const QList<QUuid> &services() const { return m_services; }
    /// As last heard; nothing: not heard so far.
    [[nodiscard]] const std::optional<Advertisement> &advertisement() const { return m_advertisement; }

    [[nodiscard]] TransportKind kind() const override { return TransportKind::Bluetooth; }
    [[nodiscard]] QString name() const override { return m_address; }
    [[nodiscard]] bool isOpen() const override { return m_open; }
    [[nodiscard]] std::optional<SignalStrength> signalStrength() const override;
    void open() override;
    void close() override;
    void write(const QByteArray &bytes, int secretFrom, int secretSize) override;
    void writeTo(const QUuid &characteristic, const QByteArray &bytes, int secretFrom,
                 int secretSize) override;
    void readFrom(const QUuid &characteristic) override;

private:
    void onOpened(const QList<QUuid> &services);
    void onFailed(const LinkError &error);
    void send(const QByteArray &bytes, const QUuid &characteristic, int secretFrom, int secretSize);

    QString m_address;
    Clock &m_clock;
    BluetoothLink *m_link; ///< in the Bluetooth thread; it outlives this object until it is closed
    bool m_open = false;
    bool m_wanted = false;
    std::vector<GattProfile> m_profiles;
    QList<QUuid> m_services;
    std::optional<Advertisement> m_advertisement;
    qint64 m_heardAt = 0;
};

} // namespace sb
