// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/line.h"
#include "venus/batteryservice.h"
#include "venus/devicestores.h"
#include "venus/esssettings.h"
#include "venus/externalsensor.h"

namespace sb {

/// Puts the batteries of lines on D-Bus: identity, stored state, lock, service, what readers command, and
/// what control needs to know from the bus.
class Publisher : public QObject
{
    Q_OBJECT
public:
    struct Settings
    {
        QString bus; ///< as the user gave it; empty: the usual one
        bool changesPerItem = false;
        DeviceStores::Options stores;
    };

    explicit Publisher(Settings settings, QObject *parent = nullptr);
    /// Everything that waits to be written is.
    ~Publisher() override;

    void add(Line &line);
    /// Of a battery that is published now.
    [[nodiscard]] bool isPublished(const Battery &battery) const;
    /// The connection with which the process asks others; made on demand, which waits for the daemon.
    [[nodiscard]] BusClient &client();

signals:
    void published(const QString &service);
    /// The daemon is gone; nothing can go on without it.
    void busLost();
    /// Could not be published; it is tried again later.
    void refused(const QString &reason);

private:
    struct Entry;
    void start(Battery &battery);
    void remove(Battery &battery);
    /// Finds what is stored of the battery; everything else follows from there.
    void open(Entry &entry);
    void onOpened(Entry &entry, std::unique_ptr<DeviceStore> store);
    void publish(Entry &entry);
    void retryLater(Entry &entry, const QString &reason);
    void followBus(Entry &entry);
    [[nodiscard]] ServiceIdentity identityOf(const Entry &entry) const;
    [[nodiscard]] BatteryService::Commands commandsFor(Entry &entry);

    Settings m_settings;
    std::unique_ptr<BusClient> m_client; ///< made when somebody has to be asked
    DeviceStores m_stores;
    std::unique_ptr<EssSettings> m_ess;
    std::vector<std::unique_ptr<Entry>> m_entries;
};

/// Tells this battery from others on the bus: what the BMS says, else the address of its radio, else
/// model and capacity, else the port.
[[nodiscard]] QString busIdentifier(const BatteryState &state, const QString &port, TransportKind kind);

} // namespace sb
