// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bluetooth/bluezobjects.h"

#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusPendingCallWatcher>

namespace sb {
namespace {

using Interfaces = QMap<QString, QVariantMap>;
using Objects = QMap<QDBusObjectPath, Interfaces>;

const QString serviceName = QStringLiteral("org.bluez");
const QString adapterInterface = QStringLiteral("org.bluez.Adapter1");
const QString deviceInterface = QStringLiteral("org.bluez.Device1");
const QString gattServiceInterface = QStringLiteral("org.bluez.GattService1");
const QString characteristicInterface = QStringLiteral("org.bluez.GattCharacteristic1");
const QString propertiesInterface = QStringLiteral("org.freedesktop.DBus.Properties");
const QString managerInterface = QStringLiteral("org.freedesktop.DBus.ObjectManager");

const QStringList nobodyThere = {QStringLiteral("org.freedesktop.DBus.Error.ServiceUnknown"),
                                 QStringLiteral("org.freedesktop.DBus.Error.NameHasNoOwner")};

constexpr int readTimeoutMs = 10000;
constexpr int readAgainMs = 10000;
constexpr int callTimeoutMs = 5000;

QDBusConnection bus() { return QDBusConnection::systemBus(); }

QDBusMessage callOf(const QString &path, const QString &interface, const char *member)
{
    return QDBusMessage::createMethodCall(serviceName, path, interface, QLatin1String(member));
}

/// What of an advertisement is among the properties of a device.
void takeAdvertisement(BluezObjects::Device &device, const QVariantMap &values)
{
    Advertisement &advertisement = device.advertisement;
    advertisement.address = device.address;
    if (const auto alias = values.find(QStringLiteral("Alias")); alias != values.end()) {
        // BlueZ writes the address where a device has no name.
        const QString name = alias->toString();
        advertisement.name = bluetoothAddress(name) == device.address ? QString() : name;
    }
    if (const auto strength = values.find(QStringLiteral("RSSI")); strength != values.end())
        advertisement.rssi = strength->toInt();
    // Once it was connected these are all that it has: those of its table, beside the advertised ones.
    if (const auto uuids = values.find(QStringLiteral("UUIDs")); uuids != values.end() && !device.connected) {
        advertisement.services.clear();
        for (const QString &uuid : uuids->toStringList())
            advertisement.services.append(QUuid::fromString(uuid));
    }
    if (const auto makers = values.find(QStringLiteral("ManufacturerData")); makers != values.end()) {
        advertisement.makerData.clear();
        const auto data = qdbus_cast<QMap<quint16, QDBusVariant>>(*makers);
        for (auto it = data.begin(); it != data.end(); ++it)
            advertisement.makerData.insert(it.key(), it.value().variant().toByteArray());
    }
}

QString pathOf(const QVariant &value) { return value.value<QDBusObjectPath>().path(); }

} // namespace

BluezObjects::BluezObjects(QObject *parent)
    : QObject(parent)
    , m_readAgain(this)
{
    m_readAgain.setSingleShot(true);
    connect(&m_readAgain, &QTimer::timeout, this, &BluezObjects::read);
}

void BluezObjects::start()
{
    QDBusConnection system = bus();
    if (!system.isConnected()) {
        m_ready = true;
        emit ready();
        return;
    }
    system.connect(serviceName, QStringLiteral("/"), managerInterface, QStringLiteral("InterfacesAdded"),
                   this, SLOT(onAdded(QDBusMessage)));
    system.connect(serviceName, QStringLiteral("/"), managerInterface, QStringLiteral("InterfacesRemoved"),
                   this, SLOT(onRemoved(QDBusMessage)));
    // Only of these two: each notification of each battery is a changed property as well.
    for (const QString &interface : {adapterInterface, deviceInterface})
        system.connect(serviceName, QString(), propertiesInterface, QStringLiteral("PropertiesChanged"),
                       {interface}, QString(), this, SLOT(onChanged(QDBusMessage)));
    m_watcher.setConnection(system);
    m_watcher.setWatchMode(QDBusServiceWatcher::WatchForOwnerChange);
    m_watcher.addWatchedService(serviceName);
    connect(&m_watcher, &QDBusServiceWatcher::serviceOwnerChanged, this,
            [this](const QString &, const QString &, const QString &owner) {
                gone();
                if (!owner.isEmpty())
                    read();
            });
    read();
}

void BluezObjects::gone()
{
    ++m_readNumber;
    m_readAgain.stop();
    m_adapters.clear();
    m_devices.clear();
    m_services.clear();
    m_characteristics.clear();
    if (std::exchange(m_present, false))
        emit vanished();
}

void BluezObjects::read()
{
    QDBusMessage message = callOf(QStringLiteral("/"), managerInterface, "GetManagedObjects");
    // Not started for us: where nobody wants Bluetooth, there is none.
    message.setAutoStartService(false);
    auto *watcher = new QDBusPendingCallWatcher(bus().asyncCall(message, readTimeoutMs), this);
    const int number = ++m_readNumber;
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher, number] {
        watcher->deleteLater();
        if (number != m_readNumber)
            return;
        // QtBluetooth registers types of its own for these; read by hand, they can't get in each other's way.
        const QDBusMessage answer = watcher->reply();
        if (answer.type() == QDBusMessage::ReplyMessage) {
            m_present = true;
            const auto objects = qdbus_cast<Objects>(answer.arguments().value(0));
            for (auto it = objects.begin(); it != objects.end(); ++it)
                take(it.key().path(), it.value());
        } else if (!nobodyThere.contains(answer.errorName())) {
            m_readAgain.start(readAgainMs); // it is there, and does not answer yet
        }
        const bool first = !std::exchange(m_ready, true);
        if (first)
            emit ready();
        if (m_present)
            emit appeared();
    });
}

const BluezObjects::Adapter *BluezObjects::adapter(const QString &wanted) const
{
    for (const auto &[path, adapter] : m_adapters) {
        if (wanted.isEmpty() || wanted == adapter.name() ||
            wanted.compare(adapter.address, Qt::CaseInsensitive) == 0)
            return &adapter;
    }
    return nullptr;
}

const BluezObjects::Device *BluezObjects::device(const QString &adapterPath, const QString &address) const
{
    for (const auto &[path, device] : m_devices) {
        if (device.adapter == adapterPath && device.address == address)
            return &device;
    }
    return nullptr;
}

bool BluezObjects::hasLink(const QString &adapterPath, const std::function<bool(const Device &)> &which) const
{
    return std::any_of(m_devices.begin(), m_devices.end(), [&](const auto &entry) {
        const Device &device = entry.second;
        return device.adapter == adapterPath && device.connected && which(device);
    });
}

QString BluezObjects::hiddenCharacteristic(const QString &devicePath, const QUuid &service,
                                           const QUuid &characteristic) const
{
    bool unwritableBefore = false;
    for (const auto &[path, each] : m_characteristics) { // in the order of their handles
        const auto parent = m_services.find(each.service);
        if (each.uuid != characteristic || !path.startsWith(devicePath + QLatin1Char('/')) ||
            parent == m_services.end() || parent->second != service)
            continue;
        if (each.writable)
            return unwritableBefore ? path : QString();
        unwritableBefore = true;
    }
    return {};
}

void BluezObjects::onAdded(const QDBusMessage &message)
{
    const QList<QVariant> arguments = message.arguments();
    if (arguments.size() == 2)
        take(pathOf(arguments[0]), qdbus_cast<Interfaces>(arguments[1]));
}

void BluezObjects::take(const QString &path, const Interfaces &interfaces)
{
    for (auto it = interfaces.begin(); it != interfaces.end(); ++it) {
        const QVariantMap &values = it.value();
        if (it.key() == adapterInterface) {
            m_adapters[path].path = path;
            update(path, it.key(), values);
        } else if (it.key() == deviceInterface) {
            m_devices[path].path = path;
            update(path, it.key(), values);
        } else if (it.key() == gattServiceInterface) {
            m_services[path] = QUuid::fromString(values.value(QStringLiteral("UUID")).toString());
        } else if (it.key() == characteristicInterface) {
            const QStringList flags = values.value(QStringLiteral("Flags")).toStringList();
            m_characteristics[path] = {QUuid::fromString(values.value(QStringLiteral("UUID")).toString()),
                                       pathOf(values.value(QStringLiteral("Service"))),
                                       flags.contains(QLatin1String("write")) ||
                                           flags.contains(QLatin1String("write-without-response"))};
        }
    }
}

void BluezObjects::onRemoved(const QDBusMessage &message)
{
    const QString path = pathOf(message.arguments().value(0));
    const QStringList interfaces = message.arguments().value(1).toStringList();
    if (interfaces.contains(deviceInterface))
        m_devices.erase(path);
    if (interfaces.contains(gattServiceInterface))
        m_services.erase(path);
    if (interfaces.contains(characteristicInterface))
        m_characteristics.erase(path);
    if (interfaces.contains(adapterInterface) && m_adapters.erase(path) > 0)
        emit adapterRemoved(path);
}

void BluezObjects::onChanged(const QDBusMessage &message)
{
    const QList<QVariant> arguments = message.arguments();
    if (arguments.size() < 2)
        return;
    update(message.path(), arguments[0].toString(), qdbus_cast<QVariantMap>(arguments[1]));
    const auto device = m_devices.find(message.path());
    if (device != m_devices.end() && arguments.value(2).toStringList().contains(QLatin1String("RSSI")))
        device->second.advertisement.rssi.reset();
}

void BluezObjects::update(const QString &path, const QString &interface, const QVariantMap &values)
{
    const auto take = [&values](const char *name, auto &to) {
        if (const auto at = values.find(QLatin1String(name)); at != values.end())
            to = at->value<std::remove_reference_t<decltype(to)>>();
    };
    if (interface == adapterInterface) {
        const auto at = m_adapters.find(path);
        if (at == m_adapters.end())
            return;
        const bool known = !at->second.address.isEmpty();
        const bool before = at->second.powered;
        take("Address", at->second.address);
        take("Powered", at->second.powered);
        if (!known || at->second.powered != before)
            emit adapterChanged(path);
    } else if (interface == deviceInterface) {
        const auto at = m_devices.find(path);
        if (at == m_devices.end())
            return;
        Device &device = at->second;
        take("Address", device.address);
        take("Connected", device.connected);
        take("ServicesResolved", device.resolved);
        take("Paired", device.paired);
        takeAdvertisement(device, values);
        if (const auto adapter = values.find(QStringLiteral("Adapter")); adapter != values.end())
            device.adapter = pathOf(*adapter);
    }
}

void BluezObjects::call(const QDBusMessage &message, int timeoutMs, Done done)
{
    auto *watcher = new QDBusPendingCallWatcher(bus().asyncCall(message, timeoutMs), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [watcher, done = std::move(done)] {
        watcher->deleteLater();
        if (done)
            done(watcher->isError() ? watcher->error().message() : QString());
    });
}

void BluezObjects::writeCharacteristic(const QString &path, const QByteArray &bytes, bool withResponse,
                                       Done done)
{
    QDBusMessage message = callOf(path, characteristicInterface, "WriteValue");
    const QVariantMap options{
        {QStringLiteral("type"), withResponse ? QStringLiteral("request") : QStringLiteral("command")}};
    message << bytes << options;
    call(message, callTimeoutMs, std::move(done));
}

void BluezObjects::disconnectDevice(const QString &path)
{
    call(callOf(path, deviceInterface, "Disconnect"), callTimeoutMs, {});
}

void BluezObjects::removeDevice(const QString &adapterPath, const QString &path)
{
    QDBusMessage message = callOf(adapterPath, adapterInterface, "RemoveDevice");
    message << QVariant::fromValue(QDBusObjectPath(path));
    call(message, callTimeoutMs, {});
}

void BluezObjects::setPowered(const QString &adapterPath, bool on)
{
    QDBusMessage message = callOf(adapterPath, propertiesInterface, "Set");
    message << adapterInterface << QStringLiteral("Powered") << QVariant::fromValue(QDBusVariant(on));
    call(message, callTimeoutMs, {});
}

} // namespace sb
