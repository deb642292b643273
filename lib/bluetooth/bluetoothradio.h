// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bluetooth/bluetoothlink.h"
#include "bluetooth/bluezobjects.h"
#include "bluetooth/radiosettings.h"

#include <QBluetoothDeviceDiscoveryAgent>

namespace sb {

/// The air around the adapters, in the Bluetooth thread. On each adapter either one scan or one connect runs;
/// links that are established are not touched by either. One scan serves all who look for something.
class BluetoothRadio : public QObject
{
    Q_OBJECT
public:
    explicit BluetoothRadio(RadioSettings settings, QObject *parent = nullptr);
    ~BluetoothRadio() override;

    void start();
    [[nodiscard]] BluezObjects &bluez() { return m_bluez; }

    void add(BluetoothLink *link);
    void remove(BluetoothLink *link);
    /// \a link wants to connect; its proceed() or notSeen() follows. False where its adapter can't be used,
    /// with the reason.
    [[nodiscard]] bool enqueue(BluetoothLink *link, const QString &adapter, QString *adapterPath,
                               QString *error);
    /// Its attempt has ended, or it does not want any more.
    void leave(BluetoothLink *link);
    /// A device that is there could not be connected.
    void attemptFailed(BluetoothLink *link);
    /// A link stands: its adapter is well.
    void succeeded(const BluetoothLink *link);

    /// A scan for people: advertised() for everything that is heard, until stopScan().
    void startScan(const QString &adapter);
    void stopScan();
    /// Disconnects everything; finished() when it is done, at the latest after some seconds.
    void shutDown();

signals:
    void advertised(const sb::Advertisement &advertisement);
    void scanFailed(const QString &error);
    void finished();

private:
    struct Seeker
    {
        BluetoothLink *link;
        int leftMs; ///< of scanning
    };
    struct Air
    {
        QString path;
        std::deque<BluetoothLink *> ready;
        std::vector<Seeker> seekers;
        BluetoothLink *connecting = nullptr;
        QBluetoothDeviceDiscoveryAgent *agent = nullptr;
        bool scanning = false;
        bool stopping = false;
        bool userScan = false;
        int scanPauseMs = 0;    ///< until the next try, after a scan that failed
        QElapsedTimer troubled; ///< since no link works here although one should
        int resetStep = 0;
        bool switchedOff = false; ///< by us: it must come back
    };

    Air &air(const QString &path);
    void next(Air &air);
    void scan(Air &air);
    void stopScanning(Air &air);
    void onScanEnded(const QString &path);
    void onDiscovered(const QString &path, const QBluetoothDeviceInfo &info);
    void keepTicking();
    void onTick();
    void onAppeared();
    void onVanished();
    void onAdapterChanged(const QString &path);
    void onAdapterRemoved(const QString &path);
    void dropAgent(Air &air);
    void lookAfter(Air &air);
    void switchOn(const QString &path);
    [[nodiscard]] bool isUsedByOthers(const Air &air) const;

    RadioSettings m_settings;
    BluezObjects m_bluez;
    std::vector<BluetoothLink *> m_links;
    std::map<QString, std::unique_ptr<Air>> m_airs; ///< by adapter
    std::optional<QString> m_userScan;              ///< adapter as given
    QTimer m_tick;
    QElapsedTimer m_sinceTick;
    bool m_shuttingDown = false;
};

} // namespace sb
