// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/busclient.h"

#include "venus/bus.h"
#include "venus/itemtree.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QDBusReply>
#include <QDBusVariant>
#include <QFileInfo>
#include <QJsonDocument>

namespace sb {
namespace {

constexpr int callTimeoutMs = 5000;
constexpr int commandTimeoutMs = 20000; // settings modes and reading back take their time
const QString prefix = QStringLiteral("com.victronenergy.battery.");

QString tr(const char *text) { return QCoreApplication::translate("BusClient", text); }

/// A connection that ends with its scope.
class ClientConnection
{
public:
    explicit ClientConnection(const QString &bus)
        : m_bus(connectBus(bus, QStringLiteral("serialbattery-client")))
        , m_name(QStringLiteral("serialbattery-client"))
    {
        registerReaderTypes();
    }
    ~ClientConnection() { QDBusConnection::disconnectFromBus(m_name); }
    ClientConnection(const ClientConnection &) = delete;
    ClientConnection &operator=(const ClientConnection &) = delete;
    [[nodiscard]] QDBusConnection &bus() { return m_bus; }
    [[nodiscard]] QStringList batteries()
    {
        QStringList names;
        const QStringList all = m_bus.interface()->registeredServiceNames().value();
        for (const QString &name : all) {
            if (name.startsWith(prefix))
                names.append(name);
        }
        return names;
    }

private:
    QDBusConnection m_bus;
    QString m_name;
};

QDBusMessage call(QDBusConnection &bus, const QString &service, const char *interface, const char *method,
                  const QVariantList &arguments = {}, int timeoutMs = callTimeoutMs)
{
    QDBusMessage message = QDBusMessage::createMethodCall(service, QStringLiteral("/"),
                                                          QLatin1String(interface), QLatin1String(method));
    message.setArguments(arguments);
    return bus.call(message, QDBus::Block, timeoutMs);
}

/// What the items of a foreign battery tell, under our names.
QJsonObject fromItems(const ItemsMap &items)
{
    const std::pair<const char *, const char *> paths[] = {{"/ProductName", "productName"},
                                                           {"/CustomName", "customName"},
                                                           {"/Mgmt/Connection", "connection"},
                                                           {"/DeviceInstance", "deviceInstance"},
                                                           {"/Serial", "serialNumber"},
                                                           {"/Dc/0/Voltage", "voltage"},
                                                           {"/Dc/0/Current", "current"},
                                                           {"/Dc/0/Power", "power"},
                                                           {"/Soc", "soc"},
                                                           {"/Capacity", "remainingAh"},
                                                           {"/InstalledCapacity", "capacityAh"}};
    QJsonObject object;
    for (const auto &[path, key] : paths) {
        const QVariant value = items.value(QLatin1String(path)).value(QStringLiteral("Value"));
        const bool usable = value.metaType().id() == QMetaType::Double ||
                            value.metaType().id() == QMetaType::Int ||
                            value.metaType().id() == QMetaType::QString;
        if (usable)
            object.insert(QLatin1String(key), QJsonValue::fromVariant(value));
    }
    return object;
}

} // namespace

std::optional<QJsonArray> batteriesOnBus(const QString &bus, QString *error)
{
    ClientConnection client(bus);
    if (!client.bus().isConnected()) {
        *error = tr("no D-Bus daemon at %1: %2").arg(resolvedBus(bus), client.bus().lastError().message());
        return std::nullopt;
    }
    QJsonArray array;
    for (const QString &name : client.batteries()) {
        const QDBusReply<QString> ours = call(client.bus(), name, "org.serialbattery.Battery", "GetJson");
        if (ours.isValid()) {
            array.append(QJsonDocument::fromJson(ours.value().toUtf8()).object());
            continue;
        }
        const QDBusReply<ItemsMap> items = call(client.bus(), name, "com.victronenergy.BusItem", "GetItems");
        QJsonObject object = items.isValid() ? fromItems(items.value()) : QJsonObject();
        object.insert(QStringLiteral("service"), name);
        array.append(object);
    }
    return array;
}

BusCallResult commandThroughService(const QString &bus, const QString &port, const ControlRequest &request)
{
    BusCallResult result;
    ClientConnection client(bus);
    if (!client.bus().isConnected())
        return result;
    const QString device = QFileInfo(port).canonicalFilePath();
    for (const QString &name : client.batteries()) {
        const QDBusReply<QString> json = call(client.bus(), name, "org.serialbattery.Battery", "GetJson");
        if (!json.isValid())
            continue;
        const QString connection = QJsonDocument::fromJson(json.value().toUtf8())
                                       .object()
                                       .value(QLatin1String("connection"))
                                       .toString();
        const QString held = connection.left(connection.lastIndexOf(QLatin1Char(' ')));
        if (held != port && (device.isEmpty() || QFileInfo(held).canonicalFilePath() != device))
            continue;
        result.reached = true;
        if (!request.control) {
            const QDBusMessage reply = call(client.bus(), name, "org.serialbattery.Battery", "Pause",
                                            {static_cast<uint>(request.value)});
            if (reply.type() == QDBusMessage::ErrorMessage)
                result.error = reply.errorMessage();
            return result;
        }
        const bool isSwitch = *request.control == Control::Charge || *request.control == Control::Discharge ||
                              *request.control == Control::Balancing || *request.control == Control::Heater;
        const bool isTest = *request.control == Control::BalanceTest;
        const QString value = isSwitch ? (request.value != 0 ? QStringLiteral("on") : QStringLiteral("off"))
                              : isTest ? (request.value == 1 ? QStringLiteral("odd") : QStringLiteral("even"))
                                       : QString::number(request.value);
        const QDBusReply<int> reply =
            call(client.bus(), name, "org.serialbattery.Battery", "Command",
                 {request.word, QVariant::fromValue(QDBusVariant(value))}, commandTimeoutMs);
        if (!reply.isValid())
            result.error = reply.error().message();
        else if (reply.value() != ItemAccepted)
            result.error = tr("%1: the BMS refused \"%2\"").arg(port, request.word);
        return result;
    }
    return result;
}

} // namespace sb
