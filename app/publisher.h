// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/line.h"
#include "venus/batteryservice.h"
#include "venus/devicestores.h"

namespace sb {

/// Puts the batteries of lines on D-Bus: identity, instance, lock, service, and what readers command.
class Publisher : public QObject
{
    Q_OBJECT
public:
    struct Settings
    {
        QString bus; ///< as the user gave it; empty: the usual one
        bool changesPerItem = false;
        QString storeFile;
        DeviceStores::Where where = DeviceStores::Where::File;
        QString volatileFolder{}; ///< of VolatileMemory::folder(); empty: nothing is kept in RAM
    };

    explicit Publisher(Settings settings, QObject *parent = nullptr);
    ~Publisher() override;

    void add(Line &line);
    /// Of a battery that is published now.
    [[nodiscard]] bool isPublished(const Battery &battery) const;
    /// The process's connection for asking others; made when it is first needed.
    [[nodiscard]] BusClient &client();

signals:
    /// What was kept of the battery is known; comes before it is published. Charge control restores itself
    /// from stored() and offers its state to the store from then on, for as long as the battery is there.
    void restored(sb::Battery *battery, sb::DeviceStore *store);
    void published(const QString &service);
    /// The daemon is gone; nothing can go on without it.
    void busLost();
    /// Could not be published; it is tried again later.
    void refused(const QString &reason);

private:
    struct Entry;
    void start(Battery &battery);
    void remove(Battery &battery);
    void open(Entry &entry);
    void publish(Entry &entry);
    void retryLater(Entry &entry, const QString &reason);
    [[nodiscard]] ServiceIdentity identityOf(const Entry &entry) const;
    [[nodiscard]] BatteryService::Commands commandsFor(Entry &entry);

    Settings m_settings;
    std::unique_ptr<BusClient> m_client;
    DeviceStores m_stores;
    std::vector<std::unique_ptr<Entry>> m_entries;
};

/// Tells this battery from others on the bus: what the BMS says, else model and capacity, else the port.
[[nodiscard]] QString busIdentifier(const BatteryState &state, const QString &port);

} // namespace sb
