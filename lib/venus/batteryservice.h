// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/connectionmonitor.h"
#include "model/batterymodel.h"
#include "venus/busitem.h"

#include <deque>

namespace sb {

/// What is fixed for the life of a service.
struct ServiceIdentity
{
    QString serviceName; ///< com.victronenergy.battery.ttyUSB0
    QString connection;  ///< "Serial /dev/ttyUSB0"
    QString port;        ///< for the product name
    QString typeName;    ///< "LLT/JBD"
    QString uniqueId;    ///< cleaned
    QString processName;
    QString processVersion;
    int deviceInstance = 0;
    QString customName;
    bool changesPerItem = false; ///< PropertiesChanged of each item instead of one ItemsChanged
};

/// One battery on D-Bus, as every consumer on Venus OS expects it: reads the model, writes the items, sends
/// at most one signal per poll. Has a connection of its own.
class BatteryService : public QObject
{
    Q_OBJECT
public:
    /// What the second interface does with commands; answers by the reply codes of an item.
    struct Commands
    {
        std::function<void(const QString &word, const QVariant &value, const ItemTree::Reply &reply)> command;
        std::function<void(int minutes)> pause;
        std::function<bool(const QString &name)> setCustomName; ///< false: could not be stored
    };

    BatteryService(BatteryModel &model, const ConnectionMonitor &monitor, ServiceIdentity identity,
                   Commands commands, QObject *parent = nullptr);
    ~BatteryService() override;

    /// Registers all paths with what the model holds, then the name. \a now: clock of the monitor.
    /// \return false and one line where the bus can't be used or the name is taken.
    [[nodiscard]] bool start(const QString &bus, qint64 now, QString *error);
    /// Gives the name back, then the connection.
    void stop();
    /// Publishes what changed; once per poll.
    void publish(qint64 now);

    [[nodiscard]] const ServiceIdentity &identity() const { return m_identity; }
    [[nodiscard]] const ItemTree &items() const { return m_items; }
    /// The battery's JSON with the service's own keys.
    [[nodiscard]] QJsonObject toJson() const;

signals:
    /// The daemon is gone; the process must not run on without it.
    void busLost();
    /// Somebody took the name away.
    void nameLost();

private slots:
    void onDisconnected();

private:
    struct Items;
    void addItems();
    void fill(qint64 now);
    void fillIdentity();
    void fillMeasurements(bool lost);
    void fillCells(bool lost);
    void fillAlarms(qint64 now);
    void fillState(LossPhase phase, qint64 now);
    [[nodiscard]] QString connectionText(qint64 now) const;

    BatteryModel &m_model;
    const ConnectionMonitor &m_monitor;
    ServiceIdentity m_identity;
    Commands m_commands;
    ItemTree m_items;
    std::unique_ptr<Items> m_item;
    QDBusConnection m_connection;
    QObject m_leafObject;
    QObject m_treeObject;
    QObject m_rootObject;
    bool m_started = false;
    std::deque<double> m_currents; ///< of the last polls, for the mean
    quint64 m_pollsSeen = 0;
};

/// "9h 41m": the largest unit and the next smaller one, parts that are zero left out.
[[nodiscard]] QString durationText(qint64 seconds);

/// org.serialbattery.Battery: what has no Venus path.
class BatteryAdaptor : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.serialbattery.Battery")
public:
    BatteryAdaptor(QObject *object, BatteryService &service, const BatteryService::Commands &commands,
                   QDBusConnection &connection)
        : QDBusAbstractAdaptor(object)
        , m_service(service)
        , m_commands(commands)
        , m_connection(connection)
    {}

public slots:
    QString GetJson() const;
    int Command(const QString &word, const QDBusVariant &value, const QDBusMessage &message);
    void Pause(uint minutes);

private:
    BatteryService &m_service;
    const BatteryService::Commands &m_commands;
    QDBusConnection &m_connection;
};

} // namespace sb
