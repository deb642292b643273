// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bluetooth/bluetoothtransport.h"

namespace sb {

BluetoothTransport::BluetoothTransport(Bluetooth &bluetooth, QString address, const QString &adapter,
                                       Clock &clock, QObject *parent)
    : Transport(parent)
    , m_address(std::move(address))
    , m_clock(clock)
    , m_link(new BluetoothLink(m_address, adapter))
{
    m_link->moveToThread(bluetooth.radio()->thread());
    QMetaObject::invokeMethod(
        m_link, [link = m_link, radio = bluetooth.radio()] { link->attach(*radio); }, Qt::QueuedConnection);
    connect(m_link, &BluetoothLink::opened, this, &BluetoothTransport::onOpened);
    connect(m_link, &BluetoothLink::failed, this, &BluetoothTransport::onFailed);
    connect(m_link, &BluetoothLink::written, this, [this] {
        if (m_open)
            emit sent();
    });
    connect(m_link, &BluetoothLink::received, this, [this](const QByteArray &bytes, const QUuid &readFrom) {
        if (!m_open)
            return;
        if (tap())
            tap()->bytes({TrafficTap::Direction::FromBms, bytes, 0, 0, false, readFrom, !readFrom.isNull()});
        emit received(bytes);
    });
    connect(m_link, &BluetoothLink::seen, this, [this](const Advertisement &advertisement) {
        const std::optional<int> before = m_advertisement ? m_advertisement->rssi : std::nullopt;
        m_advertisement = advertisement;
        if (advertisement.rssi)
            m_heardAt = m_clock.now();
        else
            m_advertisement->rssi = before;
    });
    connect(m_link, &BluetoothLink::worthTrying, this, [this] {
        if (!m_open)
            emit deviceAppeared();
    });
}

BluetoothTransport::~BluetoothTransport()
{
    m_link->disconnect(this);
    QMetaObject::invokeMethod(m_link, &BluetoothLink::retire, Qt::QueuedConnection);
}

void BluetoothTransport::setProfiles(const std::vector<GattProfile> &profiles)
{
    if (profiles == m_profiles)
        return;
    m_profiles = profiles;
    QMetaObject::invokeMethod(
        m_link, [link = m_link, profiles] { link->setProfiles(profiles); }, Qt::QueuedConnection);
}

std::optional<SignalStrength> BluetoothTransport::signalStrength() const
{
    if (!m_advertisement || !m_advertisement->rssi)
        return std::nullopt;
    return SignalStrength{*m_advertisement->rssi, m_clock.now() - m_heardAt};
}

void BluetoothTransport::open()
{
    m_wanted = true;
    QMetaObject::invokeMethod(m_link, &BluetoothLink::open, Qt::QueuedConnection);
}

void BluetoothTransport::onOpened(const QList<QUuid> &services)
{
    if (!m_wanted || m_open)
        return;
    m_open = true;
    m_services = services;
    if (tap())
        tap()->event("open");
    emit opened();
}

void BluetoothTransport::onFailed(const LinkError &error)
{
    if (!m_wanted)
        return;
    if (tap())
        tap()->event(m_open ? "lost" : "error", error.text);
    m_open = false;
    m_wanted = false;
    m_services.clear();
    emit failed(error);
}

void BluetoothTransport::close()
{
    if (m_open && tap())
        tap()->event("close");
    m_open = false;
    m_wanted = false;
    m_services.clear();
    QMetaObject::invokeMethod(m_link, &BluetoothLink::close, Qt::QueuedConnection);
}

void BluetoothTransport::write(const QByteArray &bytes, int secretFrom, int secretSize)
{
    send(bytes, {}, secretFrom, secretSize);
}

void BluetoothTransport::writeTo(const QUuid &characteristic, const QByteArray &bytes, int secretFrom,
                                 int secretSize)
{
    send(bytes, characteristic, secretFrom, secretSize);
}

void BluetoothTransport::send(const QByteArray &bytes, const QUuid &characteristic, int secretFrom,
                              int secretSize)
{
    if (!m_open)
        return;
    if (tap())
        tap()->bytes({TrafficTap::Direction::ToBms, bytes, secretFrom, secretSize, false, characteristic});
    QMetaObject::invokeMethod(
        m_link, [link = m_link, bytes, characteristic] { link->write(bytes, characteristic); },
        Qt::QueuedConnection);
}

void BluetoothTransport::readFrom(const QUuid &characteristic)
{
    if (!m_open)
        return;
    QMetaObject::invokeMethod(
        m_link, [link = m_link, characteristic] { link->read(characteristic); }, Qt::QueuedConnection);
}

} // namespace sb
