// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulatedradio/simulatedbluez.h"

#include "bms/bluetooth.h"

#include <QDBusMetaType>
#include <QDBusVariant>
#include <QDBusVirtualObject>

namespace sb {
namespace {

using Interfaces = QMap<QString, QVariantMap>;
using Objects = QMap<QDBusObjectPath, Interfaces>;

// What goes over the bus, in types of its own: QtBluetooth registers the plain maps, and a second
// registration of them in one process (the demo, a test) keeps its scans from hearing anything.
struct SentInterfaces
{
    Interfaces interfaces;
};
struct SentObjects
{
    Objects objects;
};
struct SentMakerData
{
    QMap<quint16, QByteArray> data;
};

QDBusArgument &operator<<(QDBusArgument &argument, const SentInterfaces &sent)
{
    argument.beginMap(QMetaType::fromType<QString>(), QMetaType::fromType<QVariantMap>());
    for (auto it = sent.interfaces.begin(); it != sent.interfaces.end(); ++it) {
        argument.beginMapEntry();
        argument << it.key() << it.value();
        argument.endMapEntry();
    }
    argument.endMap();
    return argument;
}

QDBusArgument &operator<<(QDBusArgument &argument, const SentObjects &sent)
{
    argument.beginMap(QMetaType::fromType<QDBusObjectPath>(), QMetaType::fromType<SentInterfaces>());
    for (auto it = sent.objects.begin(); it != sent.objects.end(); ++it) {
        argument.beginMapEntry();
        argument << it.key() << SentInterfaces{it.value()};
        argument.endMapEntry();
    }
    argument.endMap();
    return argument;
}

QDBusArgument &operator<<(QDBusArgument &argument, const SentMakerData &sent)
{
    argument.beginMap(QMetaType::fromType<quint16>(), QMetaType::fromType<QDBusVariant>());
    for (auto it = sent.data.begin(); it != sent.data.end(); ++it) {
        argument.beginMapEntry();
        argument << it.key() << QDBusVariant(it.value());
        argument.endMapEntry();
    }
    argument.endMap();
    return argument;
}

// They are only sent.
const QDBusArgument &operator>>(const QDBusArgument &argument, SentInterfaces &) { return argument; }
const QDBusArgument &operator>>(const QDBusArgument &argument, SentObjects &) { return argument; }
const QDBusArgument &operator>>(const QDBusArgument &argument, SentMakerData &) { return argument; }

const QString serviceName = QStringLiteral("org.bluez");
const QString adapterInterface = QStringLiteral("org.bluez.Adapter1");
const QString deviceInterface = QStringLiteral("org.bluez.Device1");
const QString gattServiceInterface = QStringLiteral("org.bluez.GattService1");
const QString characteristicInterface = QStringLiteral("org.bluez.GattCharacteristic1");
const QString descriptorInterface = QStringLiteral("org.bluez.GattDescriptor1");
const QString propertiesInterface = QStringLiteral("org.freedesktop.DBus.Properties");
const QString managerInterface = QStringLiteral("org.freedesktop.DBus.ObjectManager");
const QString notifySwitch = QStringLiteral("00002902-0000-1000-8000-00805f9b34fb");

constexpr int advertiseEveryMs = 200;
/// Bytes of one write: the MTU that BlueZ negotiates with most modules, less 3.
constexpr qsizetype longestWrite = 244;
constexpr int firstHandle = 0x10;

QString fullUuid(const char *uuid)
{
    return bluetoothUuid(QLatin1String(uuid)).toString(QUuid::WithoutBraces);
}

} // namespace

class SimulatedBluez::Objects : public QDBusVirtualObject
{
public:
    explicit Objects(SimulatedBluez &bluez)
        : m_bluez(bluez)
    {}
    [[nodiscard]] QString introspect(const QString &) const override { return {}; }
    bool handleMessage(const QDBusMessage &message, const QDBusConnection &) override
    {
        return m_bluez.handle(message);
    }

private:
    SimulatedBluez &m_bluez;
};

SimulatedBluez::SimulatedBluez(QObject *parent)
    : QObject(parent)
    , m_connectionName(QStringLiteral("simulated-bluez-%1").arg(reinterpret_cast<quintptr>(this)))
    , m_bus(QString())
    , m_objects(std::make_unique<Objects>(*this))
{
    qDBusRegisterMetaType<SentInterfaces>();
    qDBusRegisterMetaType<SentObjects>();
    qDBusRegisterMetaType<SentMakerData>();
    m_advertising.setInterval(advertiseEveryMs);
    connect(&m_advertising, &QTimer::timeout, this, &SimulatedBluez::advertise);
}

SimulatedBluez::~SimulatedBluez() { stop(); }

bool SimulatedBluez::start(const QString &bus, QString *error)
{
    m_bus = QDBusConnection::connectToBus(bus, m_connectionName);
    if (!m_bus.isConnected() ||
        !m_bus.registerVirtualObject(QStringLiteral("/"), m_objects.get(), QDBusConnection::SubPath) ||
        !m_bus.registerService(serviceName)) {
        *error = QStringLiteral("%1: %2").arg(bus, m_bus.lastError().message());
        return false;
    }
    m_running = true;
    m_advertising.start();
    return true;
}

void SimulatedBluez::stop()
{
    if (!m_running)
        return;
    m_running = false;
    m_advertising.stop();
    for (const auto &device : m_devices) {
        ++device->attempt;
        device->connecting.reset();
        device->resolved = false;
        device->known = device->kept;
        device->characteristics.clear();
        if (device->peripheral && device->peripheral->isConnected())
            device->peripheral->disconnected();
    }
    for (const auto &adapter : m_adapters) {
        adapter->discovering = false;
        adapter->clients.clear();
    }
    m_bus.unregisterService(serviceName);
    m_bus.unregisterObject(QStringLiteral("/"), QDBusConnection::UnregisterTree);
    m_bus = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(m_connectionName);
}

void SimulatedBluez::send(const QDBusMessage &message)
{
    if (m_running)
        (void)m_bus.send(message);
}

void SimulatedBluez::addAdapter(const QString &name, const QString &address)
{
    for (const auto &adapter : m_adapters) {
        if (adapter->path == QStringLiteral("/org/bluez/") + name) {
            adapter->present = true;
            added(adapter->path, interfacesOf(adapter->path));
            return;
        }
    }
    m_adapters.push_back(std::make_unique<Adapter>(Adapter{QStringLiteral("/org/bluez/") + name, address}));
    added(m_adapters.back()->path, interfacesOf(m_adapters.back()->path));
}

void SimulatedBluez::removeAdapter(const QString &name)
{
    Adapter *adapter = adapterAt(QStringLiteral("/org/bluez/") + name);
    if (!adapter)
        return;
    for (const auto &device : m_devices) {
        if (device->adapter == adapter->path && device->known)
            removeDevice(*device);
    }
    adapter->present = false;
    adapter->discovering = false;
    adapter->clients.clear();
    removed(adapter->path, {adapterInterface, propertiesInterface});
}

bool SimulatedBluez::isPowered(const QString &name) const
{
    return std::any_of(m_adapters.begin(), m_adapters.end(), [&](const std::unique_ptr<Adapter> &each) {
        return each->present && each->powered && each->path == QStringLiteral("/org/bluez/") + name;
    });
}

void SimulatedBluez::setPowered(const QString &name, bool powered)
{
    Adapter *adapter = adapterAt(QStringLiteral("/org/bluez/") + name);
    if (!adapter || adapter->powered == powered)
        return;
    adapter->powered = powered;
    if (!powered) {
        ++powerCycles;
        setDiscovering(*adapter, false);
        adapter->clients.clear();
        for (const auto &device : m_devices) {
            if (device->adapter != adapter->path)
                continue;
            cancelConnect(*device, "br-connection-canceled");
            dropLink(*device);
        }
    }
    changed(adapter->path, adapterInterface, {{QStringLiteral("Powered"), powered}});
}

void SimulatedBluez::addPeripheral(const QString &adapterName, SimulatedPeripheral &peripheral)
{
    const QString adapter = QStringLiteral("/org/bluez/") + adapterName;
    const QString path =
        adapter + QStringLiteral("/dev_") + peripheral.address().replace(QLatin1Char(':'), QLatin1Char('_'));
    m_devices.push_back(std::make_unique<Device>());
    Device *device = m_devices.back().get();
    device->peripheral = &peripheral;
    device->adapter = adapter;
    device->path = path;
    connect(&peripheral, &QObject::destroyed, this, [device] {
        ++device->attempt;
        device->adapter.clear();
        device->known = false;
        device->peripheral = nullptr;
    });
    connect(&peripheral, &SimulatedPeripheral::linkLost, this, [this, device] { dropLink(*device); });
    connect(&peripheral, &SimulatedPeripheral::notified, this,
            [this, device](const QString &characteristic, const QByteArray &value) {
                for (const auto &[at, each] : device->characteristics) {
                    if (each.uuid == characteristic && each.flags.contains(QLatin1String("notify"))) {
                        changed(at, characteristicInterface, {{QStringLiteral("Value"), value}});
                        return;
                    }
                }
            });
}

void SimulatedBluez::removePeripheral(SimulatedPeripheral &peripheral)
{
    forget(peripheral);
    peripheral.disconnect(this);
    // Its timers may still run: the entry stays, for nobody.
    for (const auto &device : m_devices) {
        if (device->peripheral == &peripheral) {
            ++device->attempt;
            device->adapter.clear();
            device->peripheral = nullptr;
        }
    }
}

void SimulatedBluez::forget(SimulatedPeripheral &peripheral)
{
    for (const auto &device : m_devices) {
        if (device->peripheral == &peripheral && device->known) {
            device->kept = false;
            removeDevice(*device);
        }
    }
}

bool SimulatedBluez::connectForAnother(SimulatedPeripheral &peripheral)
{
    for (const auto &device : m_devices) {
        if (device->peripheral != &peripheral || peripheral.isConnected())
            continue;
        if (!device->known) {
            device->known = true;
            added(device->path, interfacesOf(device->path));
        }
        peripheral.connected();
        device->kept = true;
        changed(device->path, deviceInterface, {{QStringLiteral("Connected"), true}},
                {QStringLiteral("RSSI")});
        return true;
    }
    return false;
}

// ---- objects ----

SimulatedBluez::Device *SimulatedBluez::deviceAt(const QString &path)
{
    for (const auto &device : m_devices) {
        if (device->known && (path == device->path || path.startsWith(device->path + QLatin1Char('/'))))
            return device.get();
    }
    return nullptr;
}

SimulatedBluez::Adapter *SimulatedBluez::adapterAt(const QString &path)
{
    for (const auto &adapter : m_adapters) {
        if (adapter->present && adapter->path == path)
            return adapter.get();
    }
    return nullptr;
}

QVariantMap SimulatedBluez::properties(const Adapter &adapter) const
{
    return {{QStringLiteral("Address"), adapter.address},
            {QStringLiteral("AddressType"), QStringLiteral("public")},
            {QStringLiteral("Name"), QStringLiteral("simulated")},
            {QStringLiteral("Alias"), QStringLiteral("simulated")},
            {QStringLiteral("Powered"), adapter.powered},
            {QStringLiteral("Discoverable"), false},
            {QStringLiteral("Discovering"), adapter.discovering}};
}

QVariantMap SimulatedBluez::properties(const Device &device) const
{
    const SimulatedPeripheral &peripheral = *device.peripheral;
    const SimulatedRadio &radio = peripheral.radio();
    QString alias = QString::fromUtf8(radio.name);
    if (alias.isEmpty())
        alias = peripheral.address().replace(QLatin1Char(':'), QLatin1Char('-'));
    QStringList uuids;
    if (device.resolved) {
        for (const SimulatedRadio::Service &service : radio.services)
            uuids.append(fullUuid(service.uuid));
    } else {
        for (const char *uuid : radio.advertised)
            uuids.append(fullUuid(uuid));
    }
    QVariantMap all{{QStringLiteral("Address"), peripheral.address()},
                    {QStringLiteral("AddressType"), QStringLiteral("public")},
                    {QStringLiteral("Alias"), alias},
                    {QStringLiteral("Adapter"), QVariant::fromValue(QDBusObjectPath(device.adapter))},
                    {QStringLiteral("Paired"), false},
                    {QStringLiteral("Connected"), peripheral.isConnected()},
                    {QStringLiteral("ServicesResolved"), device.resolved},
                    {QStringLiteral("UUIDs"), uuids}};
    if (!radio.name.isEmpty())
        all.insert(QStringLiteral("Name"), alias);
    const bool discovering = std::any_of(m_adapters.begin(), m_adapters.end(), [&](const auto &adapter) {
        return adapter->path == device.adapter && adapter->discovering;
    });
    if (discovering && peripheral.isVisible() && peripheral.tellsStrength)
        all.insert(QStringLiteral("RSSI"), QVariant::fromValue(static_cast<short>(peripheral.rssi())));
    if (!radio.makerData.isEmpty()) {
        all.insert(QStringLiteral("ManufacturerData"), QVariant::fromValue(SentMakerData{radio.makerData}));
    }
    return all;
}

QMap<QDBusObjectPath, SimulatedBluez::Interfaces> SimulatedBluez::gattOf(const Device &device) const
{
    QMap<QDBusObjectPath, Interfaces> objects;
    if (!device.resolved)
        return objects;
    int handle = firstHandle;
    const auto next = [&handle](const char *what) {
        return QStringLiteral("/%1%2").arg(QLatin1String(what)).arg(handle++, 4, 16, QLatin1Char('0'));
    };
    for (const SimulatedRadio::Service &service : device.peripheral->radio().services) {
        const QString servicePath = device.path + next("service");
        objects.insert(QDBusObjectPath(servicePath),
                       {{gattServiceInterface,
                         {{QStringLiteral("UUID"), fullUuid(service.uuid)},
                          {QStringLiteral("Primary"), true},
                          {QStringLiteral("Device"), QVariant::fromValue(QDBusObjectPath(device.path))},
                          {QStringLiteral("Includes"), QVariant::fromValue(QList<QDBusObjectPath>())}}}});
        for (const SimulatedRadio::Characteristic &each : service.characteristics) {
            const QString path = servicePath + next("char");
            const QStringList flags = QString::fromLatin1(each.flags).split(QLatin1Char(','));
            objects.insert(
                QDBusObjectPath(path),
                {{characteristicInterface,
                  {{QStringLiteral("UUID"), fullUuid(each.uuid)},
                   {QStringLiteral("Flags"), flags},
                   {QStringLiteral("Service"), QVariant::fromValue(QDBusObjectPath(servicePath))},
                   {QStringLiteral("Value"), QByteArray()},
                   {QStringLiteral("Notifying"), device.peripheral->isNotifying(bluetoothUuidText(
                                                     bluetoothUuid(QLatin1String(each.uuid))))}}}});
            if (flags.contains(QLatin1String("notify")) || flags.contains(QLatin1String("indicate")))
                objects.insert(
                    QDBusObjectPath(path + next("desc")),
                    {{descriptorInterface,
                      {{QStringLiteral("UUID"), notifySwitch},
                       {QStringLiteral("Characteristic"), QVariant::fromValue(QDBusObjectPath(path))},
                       {QStringLiteral("Value"), QByteArray()}}}});
        }
    }
    return objects;
}

QMap<QDBusObjectPath, SimulatedBluez::Interfaces> SimulatedBluez::managed() const
{
    QMap<QDBusObjectPath, Interfaces> objects;
    for (const auto &adapter : m_adapters) {
        if (adapter->present)
            objects.insert(QDBusObjectPath(adapter->path), {{adapterInterface, properties(*adapter)}});
    }
    for (const auto &device : m_devices) {
        if (!device->known)
            continue;
        objects.insert(QDBusObjectPath(device->path), {{deviceInterface, properties(*device)}});
        objects.insert(gattOf(*device));
    }
    return objects;
}

SimulatedBluez::Interfaces SimulatedBluez::interfacesOf(const QString &path) const
{
    return managed().value(QDBusObjectPath(path));
}

// ---- signals ----

void SimulatedBluez::added(const QString &path, const Interfaces &interfaces)
{
    QDBusMessage signal =
        QDBusMessage::createSignal(QStringLiteral("/"), managerInterface, QStringLiteral("InterfacesAdded"));
    signal << QVariant::fromValue(QDBusObjectPath(path)) << QVariant::fromValue(SentInterfaces{interfaces});
    send(signal);
}

void SimulatedBluez::removed(const QString &path, const QStringList &interfaces)
{
    QDBusMessage signal = QDBusMessage::createSignal(QStringLiteral("/"), managerInterface,
                                                     QStringLiteral("InterfacesRemoved"));
    signal << QVariant::fromValue(QDBusObjectPath(path)) << interfaces;
    send(signal);
}

void SimulatedBluez::changed(const QString &path, const QString &interface, const QVariantMap &values,
                             const QStringList &invalidated)
{
    QDBusMessage signal =
        QDBusMessage::createSignal(path, propertiesInterface, QStringLiteral("PropertiesChanged"));
    signal << interface << values << invalidated;
    send(signal);
}

void SimulatedBluez::advertise()
{
    for (const auto &adapter : m_adapters) {
        if (!adapter->present || !adapter->powered || !adapter->discovering)
            continue;
        for (const auto &device : m_devices) {
            if (device->adapter != adapter->path || !device->peripheral->isVisible())
                continue;
            if (!device->known) {
                device->known = true;
                added(device->path, interfacesOf(device->path));
            } else if (device->peripheral->tellsStrength) {
                changed(device->path, deviceInterface,
                        {{QStringLiteral("RSSI"),
                          QVariant::fromValue(static_cast<short>(device->peripheral->rssi()))}});
            }
        }
    }
}

void SimulatedBluez::setDiscovering(Adapter &adapter, bool on)
{
    if (adapter.discovering == on)
        return;
    adapter.discovering = on;
    const int number = ++adapter.discoveries;
    changed(adapter.path, adapterInterface, {{QStringLiteral("Discovering"), on}});
    if (on)
        return;
    const QString path = adapter.path;
    // A strength is one of a running discovery.
    for (const auto &device : m_devices) {
        if (device->adapter == path && device->known && !device->peripheral->isConnected())
            changed(device->path, deviceInterface, {}, {QStringLiteral("RSSI")});
    }
    QTimer::singleShot(forgetAfterMs, this, [this, path, number] {
        const Adapter *now = adapterAt(path);
        if (!now || now->discoveries != number)
            return;
        for (const auto &device : m_devices) {
            if (device->adapter == path && device->known && !device->kept && !device->connecting)
                removeDevice(*device);
        }
    });
}

void SimulatedBluez::removeGatt(Device &device)
{
    const auto objects = gattOf(device);
    device.resolved = false;
    device.characteristics.clear();
    for (auto it = objects.begin(); it != objects.end(); ++it)
        removed(it.key().path(), it.value().keys());
}

void SimulatedBluez::dropLink(Device &device)
{
    if (device.peripheral->isConnected())
        device.peripheral->disconnected();
    ++device.attempt;
    if (!device.resolved && !device.kept)
        return;
    removeGatt(device);
    changed(device.path, deviceInterface, {{QStringLiteral("ServicesResolved"), false}});
    changed(device.path, deviceInterface, {{QStringLiteral("Connected"), false}});
}

void SimulatedBluez::removeDevice(Device &device)
{
    cancelConnect(device, "br-connection-canceled");
    dropLink(device);
    device.known = false;
    device.kept = false;
    removed(device.path, {deviceInterface, propertiesInterface});
}

// ---- calls ----

bool SimulatedBluez::handle(const QDBusMessage &message)
{
    const QString path = message.path();
    if (message.interface() == managerInterface) {
        if (SimulatedPeripheral *peripheral = std::exchange(forgetWhenAsked, nullptr))
            forget(*peripheral);
        send(message.createReply(QVariant::fromValue(SentObjects{managed()})));
    } else if (message.interface() == propertiesInterface) {
        send(handleProperties(message));
    } else if (Adapter *adapter = adapterAt(path)) {
        handleAdapter(*adapter, message);
    } else if (Device *device = deviceAt(path)) {
        if (path == device->path)
            handleDevice(*device, message);
        else
            handleGatt(*device, message);
    } else {
        send(message.createErrorReply(QDBusError::UnknownObject, QStringLiteral("no such object")));
    }
    return true;
}

QDBusMessage SimulatedBluez::handleProperties(const QDBusMessage &message)
{
    const QList<QVariant> arguments = message.arguments();
    const QString interface = arguments.value(0).toString();
    const Interfaces all = interfacesOf(message.path());
    if (!all.contains(interface))
        return message.createErrorReply(QDBusError::UnknownObject, QStringLiteral("no such object"));
    const QVariantMap values = all.value(interface);
    if (message.member() == QLatin1String("GetAll"))
        return message.createReply(values);
    const QString name = arguments.value(1).toString();
    if (message.member() == QLatin1String("Get")) {
        if (!values.contains(name))
            return message.createErrorReply(QDBusError::InvalidArgs, QStringLiteral("No such property"));
        return message.createReply(QVariant::fromValue(QDBusVariant(values.value(name))));
    }
    if (name == QLatin1String("Powered")) {
        const bool on = arguments.value(2).value<QDBusVariant>().variant().toBool();
        setPowered(message.path().section(QLatin1Char('/'), -1), on);
    }
    return message.createReply();
}

void SimulatedBluez::handleAdapter(Adapter &adapter, const QDBusMessage &message)
{
    const QString member = message.member();
    if (member == QLatin1String("StartDiscovery") || member == QLatin1String("StopDiscovery")) {
        if (!adapter.powered) {
            send(message.createErrorReply(QStringLiteral("org.bluez.Error.NotReady"),
                                          QStringLiteral("Resource Not Ready")));
            return;
        }
        if (member == QLatin1String("StartDiscovery"))
            adapter.clients.insert(message.service());
        else
            adapter.clients.erase(message.service());
        setDiscovering(adapter, !adapter.clients.empty());
    } else if (member == QLatin1String("RemoveDevice")) {
        const QString path = message.arguments().value(0).value<QDBusObjectPath>().path();
        Device *device = deviceAt(path);
        if (!device || device->path != path) {
            send(message.createErrorReply(QStringLiteral("org.bluez.Error.DoesNotExist"),
                                          QStringLiteral("Does Not Exist")));
            return;
        }
        ++removals;
        removeDevice(*device);
    }
    send(message.createReply());
}

void SimulatedBluez::handleDevice(Device &device, const QDBusMessage &message)
{
    if (message.member() == QLatin1String("Connect")) {
        connectDevice(device, message);
        return;
    }
    if (message.member() == QLatin1String("Disconnect")) {
        cancelConnect(device, "br-connection-canceled");
        dropLink(device);
    }
    send(message.createReply());
}

void SimulatedBluez::connectDevice(Device &device, const QDBusMessage &message)
{
    const auto refuse = [&](const char *error, const char *text) {
        send(message.createErrorReply(QLatin1String("org.bluez.Error.") + QLatin1String(error),
                                      QLatin1String(text)));
    };
    const Adapter *adapter = adapterAt(device.adapter);
    if (!adapter || !adapter->powered) {
        refuse("NotReady", "Resource Not Ready");
        return;
    }
    if (device.resolved) {
        send(message.createReply());
        return;
    }
    int running = 1;
    for (const auto &each : m_devices)
        running += each->adapter == device.adapter && each->connecting ? 1 : 0;
    mostParallelConnects = std::max(mostParallelConnects, running);
    if (running > 1) {
        refuse("InProgress", "Operation already in progress");
        return;
    }
    message.setDelayedReply(true);
    device.connecting = message;
    const int attempt = ++device.attempt;
    switch (device.peripheral->nextAttempt()) {
    case SimulatedPeripheral::Connecting::Hangs:
        break; // until the caller cancels it
    case SimulatedPeripheral::Connecting::Refuses:
        QTimer::singleShot(device.peripheral->connectMs, this, [this, &device, attempt] {
            if (device.attempt == attempt)
                cancelConnect(device, "le-connection-abort-by-local");
        });
        break;
    case SimulatedPeripheral::Connecting::Accepts:
        QTimer::singleShot(device.peripheral->connectMs, this,
                           [this, &device, attempt] { linked(device, attempt); });
        break;
    }
}

void SimulatedBluez::linked(Device &device, int attempt)
{
    if (device.attempt != attempt || !device.connecting)
        return;
    if (!device.peripheral->isPresent()) {
        cancelConnect(device, "le-connection-abort-by-local");
        return;
    }
    device.peripheral->connected();
    device.kept = true;
    changed(device.path, deviceInterface, {{QStringLiteral("Connected"), true}}, {QStringLiteral("RSSI")});
    QTimer::singleShot(device.peripheral->resolveMs, this,
                       [this, &device, attempt] { resolve(device, attempt); });
}

void SimulatedBluez::resolve(Device &device, int attempt)
{
    if (device.attempt != attempt || !device.connecting || !device.peripheral->isConnected())
        return;
    device.resolved = true;
    const auto objects = gattOf(device);
    for (auto it = objects.begin(); it != objects.end(); ++it) {
        const QVariantMap values = it.value().value(characteristicInterface);
        if (!values.isEmpty()) {
            const QUuid uuid = bluetoothUuid(values.value(QStringLiteral("UUID")).toString());
            QString written = bluetoothUuidText(uuid);
            device.characteristics[it.key().path()] = {
                written, values.value(QStringLiteral("Flags")).toStringList().join(QLatin1Char(','))};
        }
        added(it.key().path(), it.value());
    }
    changed(device.path, deviceInterface,
            {{QStringLiteral("UUIDs"), properties(device).value(QStringLiteral("UUIDs"))}});
    changed(device.path, deviceInterface, {{QStringLiteral("ServicesResolved"), true}});
    const QDBusMessage call = *device.connecting;
    device.connecting.reset();
    send(call.createReply());
}

void SimulatedBluez::cancelConnect(Device &device, const char *text)
{
    if (!device.connecting)
        return;
    const QDBusMessage call = *device.connecting;
    device.connecting.reset();
    ++device.attempt;
    send(call.createErrorReply(QStringLiteral("org.bluez.Error.Failed"), QLatin1String(text)));
}

void SimulatedBluez::handleGatt(Device &device, const QDBusMessage &message)
{
    const QString path = message.path();
    const QString member = message.member();
    const auto refuse = [&](const char *error, const char *text) {
        send(message.createErrorReply(QLatin1String("org.bluez.Error.") + QLatin1String(error),
                                      QLatin1String(text)));
    };
    const auto at = device.characteristics.find(path);
    if (at == device.characteristics.end()) {
        // A descriptor: its switch is BlueZ's own.
        send(message.createReply(member == QLatin1String("ReadValue") ? QList<QVariant>{QByteArray(2, '\0')}
                                                                      : QList<QVariant>{}));
        return;
    }
    const QStringList flags = at->second.flags.split(QLatin1Char(','));
    SimulatedPeripheral &peripheral = *device.peripheral;
    if (member == QLatin1String("StartNotify") || member == QLatin1String("StopNotify")) {
        const bool on = member == QLatin1String("StartNotify");
        if (!flags.contains(QLatin1String("notify")) && !flags.contains(QLatin1String("indicate"))) {
            refuse("NotSupported", "Operation is not supported");
            return;
        }
        peripheral.setNotifying(at->second.uuid, on);
        changed(path, characteristicInterface, {{QStringLiteral("Notifying"), on}});
        send(message.createReply());
    } else if (member == QLatin1String("ReadValue")) {
        if (!flags.contains(QLatin1String("read"))) {
            refuse("NotSupported", "Operation is not supported");
            return;
        }
        const QByteArray value = peripheral.read(at->second.uuid);
        send(message.createReply(value));
        changed(path, characteristicInterface, {{QStringLiteral("Value"), value}});
    } else if (member == QLatin1String("WriteValue")) {
        const QByteArray value = message.arguments().value(0).toByteArray();
        const auto options = qdbus_cast<QVariantMap>(message.arguments().value(1));
        const QString type = options.value(QStringLiteral("type")).toString();
        const QString needed = type == QLatin1String("command") ? QStringLiteral("write-without-response")
                                                                : QStringLiteral("write");
        const bool refused = peripheral.refusesRequests && type != QLatin1String("command");
        if (!flags.contains(needed) || refused) {
            refuse("NotSupported", "Operation is not supported");
        } else if (value.size() > longestWrite) {
            refuse("Failed", "Operation failed with ATT error: 0x0d");
        } else if (!peripheral.write(at->second.uuid, value)) {
            refuse("Failed", "Operation failed with ATT error: 0x0e");
        } else {
            send(message.createReply());
        }
    } else {
        send(message.createReply());
    }
}

} // namespace sb
