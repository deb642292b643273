// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bluetooth/bluetooth.h"

#include <QEventLoop>
#include <QLoggingCategory>
#include <QTimer>

namespace sb {
namespace {

constexpr auto versionVariable = "BLUETOOTH_FORCE_DBUS_LE_VERSION";
constexpr auto version = "5.66"; ///< any that has the D-Bus interface
constexpr int endMs = 5000;
constexpr unsigned long lastMs = 100;

Q_LOGGING_CATEGORY(logBluetooth, "serialbattery.bluetooth", QtInfoMsg)

} // namespace

void prepareBluetooth()
{
    if (!qEnvironmentVariableIsSet(versionVariable))
        qputenv(versionVariable, version);
}

Bluetooth::Bluetooth(RadioSettings settings, QObject *parent)
    : QObject(parent)
    , m_thread(new QThread)
    , m_radio(new BluetoothRadio(std::move(settings)))
{
    prepareBluetooth();
    qRegisterMetaType<Advertisement>();
    qRegisterMetaType<LinkError>();
    m_thread->setObjectName(QStringLiteral("bluetooth"));
    m_radio->moveToThread(m_thread);
    connect(m_thread, &QThread::started, m_radio, &BluetoothRadio::start);
    connect(m_thread, &QThread::finished, m_radio, &QObject::deleteLater);
    // In the thread itself: this one waits for it then.
    connect(m_radio, &BluetoothRadio::finished, m_thread, &QThread::quit, Qt::DirectConnection);
    connect(m_radio, &BluetoothRadio::advertised, this, &Bluetooth::advertised);
    connect(m_radio, &BluetoothRadio::scanFailed, this, &Bluetooth::scanFailed);
    m_thread->start();
}

Bluetooth::~Bluetooth()
{
    // With events handled meanwhile: in the demo and in tests bluetoothd is part of this very process.
    QEventLoop loop;
    connect(m_thread, &QThread::finished, &loop, &QEventLoop::quit);
    QTimer::singleShot(endMs, &loop, &QEventLoop::quit);
    QMetaObject::invokeMethod(m_radio, &BluetoothRadio::shutDown, Qt::QueuedConnection);
    if (m_thread->isRunning())
        loop.exec();
    if (m_thread->wait(lastMs))
        delete m_thread;
    else
        qCWarning(logBluetooth, "bluetoothd does not answer: a link may stay open");
}

void Bluetooth::startScan(const QString &adapter)
{
    QMetaObject::invokeMethod(
        m_radio, [radio = m_radio, adapter] { radio->startScan(adapter); }, Qt::QueuedConnection);
}

void Bluetooth::stopScan()
{
    QMetaObject::invokeMethod(m_radio, &BluetoothRadio::stopScan, Qt::QueuedConnection);
}

} // namespace sb
