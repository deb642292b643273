// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/line.h"
#include "venus/batteryservice.h"
#include "venus/identitystore.h"

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
    };

    explicit Publisher(Settings settings, QObject *parent = nullptr);
    ~Publisher() override;

    void add(Line &line);
    /// Of a battery that is published now.
    [[nodiscard]] bool isPublished(const Battery &battery) const;

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
    void publish(Entry &entry);
    [[nodiscard]] BatteryService::Commands commandsFor(Battery &battery, const QString &uniqueId);

    Settings m_settings;
    IdentityStore m_store;
    std::vector<std::unique_ptr<Entry>> m_entries;
};

/// Tells this battery from others on the bus: what the BMS says, else model and capacity, else the port.
[[nodiscard]] QString busIdentifier(const BatteryState &state, const QString &port);

} // namespace sb
