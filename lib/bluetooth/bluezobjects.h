// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bluetooth.h"

#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusServiceWatcher>
#include <QMap>
#include <QObject>
#include <QTimer>
#include <QUuid>
#include <QVariantMap>
#include <functional>
#include <map>
#include <optional>

namespace sb {

/// What org.bluez shows of adapters and devices, kept up to date, and the few calls that QtBluetooth 6.4 has
/// not. Nothing here waits: every call is asynchronous.
class BluezObjects : public QObject
{
    Q_OBJECT
public:
    struct Adapter
    {
        QString path;    ///< "/org/bluez/hci0"
        QString address; ///< "00:1A:7D:DA:71:13"
        bool powered = false;
        [[nodiscard]] QString name() const { return path.section(QLatin1Char('/'), -1); }
    };
    struct Device
    {
        QString path;
        QString adapter; ///< path
        QString address;
        bool connected = false;
        bool resolved = false;
        bool paired = false;
        Advertisement advertisement; ///< as BlueZ keeps it; the strength only while it is fresh
    };

    explicit BluezObjects(QObject *parent = nullptr);

    /// Begins to watch; ready() follows, also where there is no bluetoothd.
    void start();
    [[nodiscard]] bool isReady() const { return m_ready; }
    /// bluetoothd runs.
    [[nodiscard]] bool isPresent() const { return m_present; }
    /// \a wanted: "hci1" or an address; empty: the first.
    [[nodiscard]] const Adapter *adapter(const QString &wanted) const;
    [[nodiscard]] const Device *device(const QString &adapterPath, const QString &address) const;
    /// Something that \a which means is connected through the adapter.
    [[nodiscard]] bool hasLink(const QString &adapterPath,
                               const std::function<bool(const Device &)> &which) const;

    /// A characteristic that can be written, where another of the same UUID stands before it that can't: Qt
    /// would write to that one. Empty: Qt finds the right one.
    [[nodiscard]] QString hiddenCharacteristic(const QString &devicePath, const QUuid &service,
                                               const QUuid &characteristic) const;

    using Done = std::function<void(const QString &error)>; ///< empty: it worked
    void writeCharacteristic(const QString &path, const QByteArray &bytes, bool withResponse, Done done);
    void disconnectDevice(const QString &path);
    void removeDevice(const QString &adapterPath, const QString &path);
    void setPowered(const QString &adapterPath, bool on);

signals:
    void ready();
    /// bluetoothd came, or came back.
    void appeared();
    /// bluetoothd is gone: whatever Qt believes to be connected is not.
    void vanished();
    /// It came, or was switched on or off.
    void adapterChanged(const QString &path);
    void adapterRemoved(const QString &path);

private slots:
    void onAdded(const QDBusMessage &message);
    void onRemoved(const QDBusMessage &message);
    void onChanged(const QDBusMessage &message);

private:
    using Interfaces = QMap<QString, QVariantMap>;
    void read();
    void gone();
    void take(const QString &path, const Interfaces &interfaces);
    void update(const QString &path, const QString &interface, const QVariantMap &values);
    void call(const QDBusMessage &message, int timeoutMs, Done done);

    struct Characteristic
    {
        QUuid uuid;
        QString service; ///< path
        bool writable = false;
    };
    QDBusServiceWatcher m_watcher;
    std::map<QString, Adapter> m_adapters; ///< by path, as the others
    std::map<QString, Device> m_devices;
    std::map<QString, QUuid> m_services;
    std::map<QString, Characteristic> m_characteristics;
    bool m_ready = false;
    bool m_present = false;
    int m_readNumber = 0;
    QTimer m_readAgain;
};

} // namespace sb
