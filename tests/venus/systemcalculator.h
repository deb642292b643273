// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "venus/busclient.h"
#include "venus/busitem.h"

#include <QMap>

namespace sbtest {

/// A stand-in of the system calculator of Venus OS for what it does with batteries: which one is the battery
/// monitor and which the BMS, what is copied to com.victronenergy.system, and what becomes of it when a
/// service goes. Knows batteries as the real one does: GetItems when a name appears, signals by the unique
/// name of their sender, one service per connection.
class SystemCalculator : public QObject
{
    Q_OBJECT
public:
    explicit SystemCalculator(const QString &address);
    ~SystemCalculator() override;

    [[nodiscard]] bool start();

private slots:
    void onNameOwnerChanged(const QString &name, const QString &before, const QString &after);
    void onItemsChanged(const QDBusMessage &message);
    void onPropertiesChanged(const QDBusMessage &message);

private:
    struct Battery
    {
        QString service;
        QVariantMap values; ///< by path; invalid ones are invalid here
        bool scanned = false;
    };
    void add(const QString &service, const QString &owner);
    void remove(const QString &owner);
    void follow(const QString &owner, bool on);
    void evaluate();
    [[nodiscard]] const Battery *selectMonitor() const;
    [[nodiscard]] const Battery *selectBms(const Battery *monitor) const;
    [[nodiscard]] static bool isConnected(const Battery &battery);
    [[nodiscard]] static int instance(const Battery &battery);
    void copy(int item, const Battery *from, const char *path);

    sb::BusClient m_client;
    QDBusConnection m_own;
    QObject m_leaf;
    QObject m_root;
    sb::ItemTree m_items;
    QMap<QString, Battery> m_batteries; ///< by unique name
    struct Copied
    {
        int item;
        const char *from;
    };
    std::vector<Copied> m_copied;
    int m_batteryService = -1;
    int m_activeBattery = -1;
    int m_activeBms = -1;
    int m_voltageService = -1;
    int m_multiple = -1;
    int m_list = -1;
    std::vector<Copied> m_limits;
};

} // namespace sbtest
