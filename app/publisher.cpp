// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/publisher.h"

#include "app/controlwords.h"
#include "venus/bus.h"
#include "venus/modelvalues.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLoggingCategory>
#include <cmath>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logPublisher, "serialbattery.venus", QtInfoMsg)

/// A name that is taken, or a lock that is held, may be free later.
constexpr int retryMs = 60000;

QString sameIdentifier(const Battery &battery, const QString &uniqueId)
{
    return Publisher::tr("%1: a battery with the identifier %2 is published already: change its capacity or "
                         "serial number in the BMS by a little, or stop the other program")
        .arg(battery.portName(), uniqueId);
}

} // namespace

QString busIdentifier(const BatteryState &state, const QString &port)
{
    if (state.uniqueId)
        return *state.uniqueId;
    if (state.serialNumber)
        return *state.serialNumber;
    if (state.hardwareVersion && state.capacityAh) {
        QString model;
        for (const QChar c : *state.hardwareVersion) {
            if (c.unicode() < 128 && c.isLetterOrNumber())
                model.append(c);
        }
        return QStringLiteral("%1_%2Ah").arg(model).arg(std::floor(*state.capacityAh));
    }
    return port.mid(port.lastIndexOf(QLatin1Char('/')) + 1);
}

/// Also the context of what is asked for the battery: with it the answers go.
struct Publisher::Entry : QObject
{
    explicit Entry(Battery &b)
        : battery(b)
    {}
    const BatteryValues &currentValues()
    {
        return values.update(battery.model(), battery.connection(), battery.now());
    }
    Battery &battery;
    QString uniqueId; ///< cleaned
    InstanceLock lock;
    ModelValues values;
    std::unique_ptr<DeviceStore> store;
    std::unique_ptr<BatteryService> service;
    QTimer retry;
};

Publisher::Publisher(Settings settings, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_stores(m_settings.where == DeviceStores::Where::File ? nullptr : &client(),
               {m_settings.where, m_settings.storeFile, m_settings.volatileFolder})
{}

Publisher::~Publisher() { m_stores.flush(); }

BusClient &Publisher::client()
{
    if (!m_client)
        m_client = std::make_unique<BusClient>(m_settings.bus);
    return *m_client;
}

void Publisher::add(Line &line)
{
    connect(&line, &Line::batteryAdded, this, [this](Battery *battery) { start(*battery); });
    connect(&line, &Line::batteryRemoved, this, [this](Battery *battery) { remove(*battery); });
}

bool Publisher::isPublished(const Battery &battery) const
{
    return std::any_of(m_entries.begin(), m_entries.end(),
                       [&](const auto &entry) { return &entry->battery == &battery && entry->service; });
}

void Publisher::start(Battery &battery)
{
    m_entries.push_back(std::make_unique<Entry>(battery));
    Entry *entry = m_entries.back().get();
    entry->retry.setSingleShot(true);
    entry->retry.setInterval(retryMs);
    connect(&entry->retry, &QTimer::timeout, this, [this, entry] { open(*entry); });
    connect(&battery, &Battery::changed, this, [entry] {
        if (entry->service)
            entry->service->publish(entry->currentValues());
    });
    open(*entry);
}

void Publisher::remove(Battery &battery)
{
    battery.disconnect(this);
    std::erase_if(m_entries, [&](const auto &entry) {
        if (&entry->battery != &battery)
            return false;
        if (entry->store)
            entry->store->flush();
        return true;
    });
}

void Publisher::open(Entry &entry)
{
    const Battery &battery = entry.battery;
    entry.uniqueId = cleanIdentifier(busIdentifier(battery.model().values(), battery.portName()));
    const bool taken = std::any_of(m_entries.begin(), m_entries.end(), [&](const auto &other) {
        return other.get() != &entry && other->uniqueId == entry.uniqueId;
    });
    if (taken) {
        entry.uniqueId.clear(); // nor may it keep the other out
        retryLater(entry,
                   sameIdentifier(battery, busIdentifier(battery.model().values(), battery.portName())));
        return;
    }
    if (entry.store) {
        publish(entry);
        return;
    }
    m_stores.open(entry.uniqueId, {}, &entry, [this, &entry](std::unique_ptr<DeviceStore> opened) {
        entry.store = std::move(opened);
        DeviceStore *store = entry.store.get();
        connect(store, &DeviceStore::customNameChanged, this, [&entry](const QString &name) {
            entry.battery.model().setCustomName(name);
            if (entry.service)
                entry.service->setCustomName(name);
        });
        connect(store, &DeviceStore::instanceChanged, this, [this, &entry] {
            // Readers look at the instance when the name appears: it has to go and come.
            if (entry.service)
                publish(entry);
        });
        emit restored(&entry.battery, store);
        publish(entry);
    });
}

void Publisher::retryLater(Entry &entry, const QString &reason)
{
    qCWarning(logPublisher, "%s", qUtf8Printable(reason));
    entry.service.reset();
    entry.lock.release();
    entry.retry.start();
    emit refused(reason);
}

ServiceIdentity Publisher::identityOf(const Entry &entry) const
{
    Battery &battery = entry.battery;
    const DriverInfo &driver = battery.pack().driver().info();
    ServiceIdentity identity;
    const std::optional<int> address = battery.pack().address();
    const QString addressText =
        address ? QStringLiteral("0x%1").arg(*address, 2, 16, QLatin1Char('0')) : QString();
    identity.serviceName = serialServiceName(battery.portName(), addressText);
    identity.connection = QStringLiteral("Serial ") + battery.portName() +
                          (addressText.isEmpty() ? QString() : QStringLiteral("__") + addressText);
    identity.port = battery.portName().mid(battery.portName().lastIndexOf(QLatin1Char('/')) + 1);
    identity.typeName = driver.typeName;
    identity.uniqueId = entry.uniqueId;
    identity.processName = QFileInfo(QCoreApplication::applicationFilePath()).fileName();
    identity.processVersion = QCoreApplication::applicationVersion();
    identity.deviceInstance = entry.store->stored().instance;
    identity.customName = entry.store->stored().customName;
    identity.changesPerItem = m_settings.changesPerItem;
    identity.cellCount = battery.model().values().cellCount.value_or(0);
    identity.controls = driver.writes;
    return identity;
}

void Publisher::publish(Entry &entry)
{
    Battery &battery = entry.battery;
    const StoredBattery &stored = entry.store->stored();
    if (entry.service) {
        entry.service->stop();
        entry.service->setDeviceInstance(stored.instance);
    } else {
        entry.service =
            std::make_unique<BatteryService>(battery.model(), identityOf(entry), commandsFor(entry));
        connect(entry.service.get(), &BatteryService::busLost, this, &Publisher::busLost);
        connect(
            entry.service.get(), &BatteryService::nameLost, &entry,
            [&entry] {
                qCWarning(logPublisher, "%s: the name was taken away",
                          qUtf8Printable(entry.battery.portName()));
                entry.service.reset();
                entry.lock.release();
                entry.retry.start();
            },
            Qt::QueuedConnection);
    }
    BatteryService &service = *entry.service;
    if (!entry.lock.take(stored.instance, service.identity().serviceName, resolvedBus(m_settings.bus))) {
        retryLater(entry, sameIdentifier(battery, entry.uniqueId));
        return;
    }
    QString error;
    if (!service.start(m_settings.bus, entry.currentValues(), &error)) {
        retryLater(entry, error);
        return;
    }
    battery.model().setCustomName(stored.customName);
    qCInfo(logPublisher, "%s: published as %s, instance %d", qUtf8Printable(battery.portName()),
           qUtf8Printable(service.identity().serviceName), service.identity().deviceInstance);
    emit published(service.identity().serviceName);
}

BatteryService::Commands Publisher::commandsFor(Entry &entry)
{
    BatteryService::Commands commands;
    Battery &battery = entry.battery;
    commands.command = [&battery](const QString &word, const QVariant &value, const ItemTree::Reply &reply) {
        QString error;
        const auto request = parseControl({word, value.toString()}, &error);
        if (!request || !request->control) {
            reply(ItemRefused);
            return;
        }
        battery.command(*request->control, request->value, [reply](const ProcedureResult &result) {
            reply(result.ok ? ItemAccepted : ItemRefused);
        });
    };
    commands.pause = [&battery](int minutes) { battery.pause(static_cast<qint64>(minutes) * 60000); };
    commands.setCustomName = [&entry](const QString &name, const ItemTree::Reply &reply) {
        entry.store->setCustomName(name, reply); // it tells the model
    };
    commands.setSoc = [&battery](double soc, const ItemTree::Reply &reply) {
        battery.command(Control::StateOfCharge, soc, [reply](const ProcedureResult &result) {
            reply(result.ok ? ItemAccepted : ItemRefused);
        });
    };
    return commands;
}

} // namespace sb
