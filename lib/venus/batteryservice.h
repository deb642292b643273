// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/batterymodel.h"
#include "venus/batteryitems.h"
#include "venus/busitem.h"

namespace sb {

/// One battery on D-Bus, as every consumer on Venus OS expects it: publishes what it is given, sends at most
/// one signal per poll, passes writes to its owner. Has a connection of its own.
class BatteryService : public QObject
{
    Q_OBJECT
public:
    using Reply = ItemTree::Reply;
    /// What the owner does with writes and commands; answers by the reply codes of an item, now or later,
    /// once. What is not set is refused. A write that goes to the BMS and is not answered in time counts as
    /// refused for the caller; when it succeeds later, the items show that all the same.
    struct Commands
    {
        /// In the words of the command line: "charge" "off", "set-soc" "80".
        std::function<void(const QString &word, const QVariant &value, const Reply &reply)> command;
        std::function<void(int minutes)> pause;
        /// Stores it; the service shows it when the answer is 0.
        std::function<void(const QString &name, const Reply &reply)> setCustomName;
        /// \a part: 1 all, 2 capacity, 3 voltages, 4 times, 5 alarms, 6 temperatures, 7 energy.
        std::function<void(int part, const Reply &reply)> clearHistory;
        /// The counted state of charge, or that of the BMS where none is counted; percent.
        std::function<void(double soc, const Reply &reply)> setSoc;
        /// Why the limits are what they are, for GetJson.
        std::function<QJsonObject()> explain;
    };

    /// \a model is only asked for GetJson; what is published comes with publish().
    BatteryService(const BatteryModel &model, ServiceIdentity identity, Commands commands,
                   QObject *parent = nullptr);
    ~BatteryService() override;

    /// Registers all paths with their first values, then the name. \return false and one line where the bus
    /// can't be used or the name is taken; may be called again.
    [[nodiscard]] bool start(const QString &bus, const BatteryValues &values, QString *error);
    /// Gives the name back, then the connection.
    void stop();
    [[nodiscard]] bool isStarted() const { return m_started; }
    /// Publishes what changed; once per poll.
    void publish(const BatteryValues &values);
    /// A name that came from elsewhere than the bus.
    void setCustomName(const QString &name);
    /// Only while stopped: readers look at the instance when the name appears, and never again.
    void setDeviceInstance(int instance);

    [[nodiscard]] const ServiceIdentity &identity() const { return m_identity; }
    [[nodiscard]] const ItemTree &items() const { return m_items.tree(); }
    [[nodiscard]] ItemTree &items() { return m_items.tree(); }
    /// The battery's JSON with the service's own keys and the limits.
    [[nodiscard]] QJsonObject toJson() const;

    /// For this long a write waits for the BMS, ms.
    static constexpr int writeTimeoutMs = 5000;
    /// A button of the screen shows 1 for this long after it was pressed, ms.
    static constexpr int buttonMs = 500;

signals:
    /// The daemon is gone; the process must not run on without it.
    void busLost();
    /// Somebody took the name away.
    void nameLost();

private slots:
    void onDisconnected();

private:
    void addWriters();
    void addSwitchWriter(const BatteryItems::Switch &each);
    /// The handler of an item that is pressed: shows the value for a moment when \a action has done it.
    void addButton(int item, int most, std::function<void(int value, const Reply &reply)> action);
    void writeMode(int mode, const Reply &reply);
    /// Passes a command on. \a done is called once and not after the service is gone.
    void send(const char *word, const char *value, std::function<void(bool done)> done);
    /// \a reply with a limit in time.
    [[nodiscard]] Reply inTime(const Reply &reply);
    void disconnectBus();
    void flush();
    void flushSoon();

    const BatteryModel &m_model;
    ServiceIdentity m_identity;
    Commands m_commands;
    BatteryItems m_items;
    BatteryValues m_values; ///< as given last
    QDBusConnection m_connection;
    QObject m_leafObject;
    QObject m_treeObject;
    QObject m_rootObject;
    bool m_started = false;
};

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
