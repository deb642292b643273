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
    /// Bits: 1 a balancing flag per cell, 2 /Cell/1/Volts instead of /Voltages/Cell1. 0: no single cells.
    int cellDataFormat = 1;
    /// V, full charge. A cell of more than twice as much is no cell: it is published as unknown.
    double maxCellVoltage = 3.45;
    QStringList sensorNames; ///< of the four sensors that have paths; missing ones are "Temp 1" ...
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
    /// \return false and one line where the bus can't be used or the name is taken; may be called again.
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
    void addCells();
    void disconnectBus();
    void flush();
    void fill(qint64 now);
    void fillIdentity();
    void fillMeasurements(bool lost);
    void fillCells(bool lost);
    void fillAlarms(qint64 now);
    void fillState(LossPhase phase, bool lost);
    [[nodiscard]] QString sensorName(size_t sensor) const;
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
    double m_currentSum = 0;
    quint64 m_pollsSeen = 0;
    Numbers m_cells; ///< scratch, kept for its memory
    // Last known, since what a silent BMS may do is what it was doing.
    Flag m_chargeAllowed;
    Flag m_dischargeAllowed;
};

/// "9h 41m": the largest unit and the next smaller one, parts that are zero left out.
[[nodiscard]] QString durationText(qint64 seconds);
/// Texts of /ConnectionInformation; other programs read them, so they are not translated.
[[nodiscard]] QString connectedText(const ConnectionMonitor::Errors &errors);
[[nodiscard]] QString lostText(qint64 lostMs, qint64 thresholdMs);

/// org.serialbattery.Battery: what has no Venus path.
class BatteryAdaptor : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.serialbattery.Battery")
    Q_CLASSINFO("D-Bus Introspection",
                "  <interface name=\"org.serialbattery.Battery\">\n"
                "    <method name=\"GetJson\"><arg type=\"s\" direction=\"out\"/></method>\n"
                "    <method name=\"Command\"><arg type=\"s\" direction=\"in\"/>"
                "<arg type=\"v\" direction=\"in\"/><arg type=\"i\" direction=\"out\"/></method>\n"
                "    <method name=\"Pause\"><arg name=\"minutes\" type=\"u\" direction=\"in\"/></method>\n"
                "  </interface>\n")
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
    void Pause(uint minutes, const QDBusMessage &message);

private:
    BatteryService &m_service;
    const BatteryService::Commands &m_commands;
    QDBusConnection &m_connection;
};

} // namespace sb
