// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/publisher.h"

#include "app/controlwords.h"
#include "control/limitsjson.h"
#include "venus/bus.h"
#include "venus/controlvalues.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLoggingCategory>
#include <cmath>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logPublisher, "serialbattery.venus", QtInfoMsg)

/// A name that is taken, or a lock that is held, may be free later.
constexpr int retryMs = 60000;

control::StoredState storedState(const ChargeMemory &memory)
{
    control::StoredState state;
    state.allowMaxVoltage = memory.allowMaxVoltage;
    state.maxVoltageStart = memory.maxVoltageStart;
    state.countedSoc = memory.countedSoc;
    state.lastReset = memory.lastReset;
    state.history = control::HistoryValues::fromJson(memory.history);
    return state;
}

ChargeMemory chargeMemory(const control::StoredState &state)
{
    ChargeMemory memory;
    memory.allowMaxVoltage = state.allowMaxVoltage;
    memory.maxVoltageStart = state.maxVoltageStart;
    memory.countedSoc = state.countedSoc;
    memory.lastReset = state.lastReset;
    memory.history = state.history.toJson();
    return memory;
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

struct Publisher::Entry : public QObject
{
    explicit Entry(Battery &b)
        : battery(b)
    {}
    const BatteryValues &currentValues()
    {
        fillValues(battery.model(), battery.control(), values);
        return values;
    }
    Battery &battery;
    QString uniqueId;
    InstanceLock lock;
    BatteryValues values;
    std::unique_ptr<DeviceStore> store;
    std::unique_ptr<BatteryService> service;
    QTimer retry;
};

Publisher::Publisher(Settings settings, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_client(m_settings.stores.where == DeviceStores::Where::File
                   ? nullptr
                   : std::make_unique<BusClient>(m_settings.bus))
    , m_stores(m_client.get(), m_settings.stores)
{}

Publisher::~Publisher() = default;

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
    battery.awaitState();
    m_entries.push_back(std::make_unique<Entry>(battery));
    Entry *entry = m_entries.back().get();
    entry->retry.setSingleShot(true);
    entry->retry.setInterval(retryMs);
    connect(&entry->retry, &QTimer::timeout, this, [this, entry] { publish(*entry); });
    connect(&battery, &Battery::changed, entry, [entry] {
        if (entry->service)
            entry->service->publish(entry->currentValues());
    });
    findStored(*entry);
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

void Publisher::findStored(Entry &entry)
{
    entry.uniqueId = cleanIdentifier(busIdentifier(entry.battery.model().values(), entry.battery.portName()));
    m_stores.open(entry.uniqueId, {}, &entry, [this, &entry](std::unique_ptr<DeviceStore> store) {
        entry.store = std::move(store);
        entry.battery.startControl(storedState(entry.store->stored().charge));
        connect(&entry.battery, &Battery::stateToStore, entry.store.get(),
                [&entry](const control::StoredState &state) { entry.store->offer(chargeMemory(state)); });
        connect(entry.store.get(), &DeviceStore::customNameChanged, &entry, [&entry](const QString &name) {
            entry.battery.model().setCustomName(name);
            if (entry.service)
                entry.service->setCustomName(name);
        });
        // Readers look at the instance when the name appears, and never again.
        connect(
            entry.store.get(), &DeviceStore::instanceChanged, &entry,
            [this, &entry] {
                entry.service.reset();
                entry.lock.release();
                publish(entry);
            },
            Qt::QueuedConnection);
        publish(entry);
    });
}

ServiceIdentity Publisher::identityOf(const Entry &entry) const
{
    Battery &battery = entry.battery;
    const DriverInfo &driver = battery.pack().driver().info();
    const StoredBattery &stored = entry.store->stored();
    const control::Settings &control = battery.control().settings();
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
    identity.deviceInstance = stored.instance;
    identity.customName = stored.customName;
    identity.changesPerItem = m_settings.changesPerItem;
    identity.cellCount = battery.model().values().cellCount.value_or(0);
    identity.controls = driver.writes;
    identity.sensorNames = QStringList(control.temperatureNames.begin(), control.temperatureNames.end());
    identity.timeToSocPoints = control.timeToSocPoints;
    identity.countsSoc = control.countSoc;
    return identity;
}

void Publisher::publish(Entry &entry)
{
    Battery &battery = entry.battery;
    const ServiceIdentity identity = identityOf(entry);
    const QString bus = resolvedBus(m_settings.bus);
    const auto later = [&](const QString &reason) {
        qCWarning(logPublisher, "%s", qUtf8Printable(reason));
        entry.lock.release();
        entry.retry.start();
        emit refused(reason);
    };
    if (!entry.lock.take(identity.deviceInstance, identity.serviceName, bus)) {
        later(tr("%1: a battery with the identifier %2 is published already by another program: change its "
                 "capacity or "
                 "serial number in the BMS by a little, or stop the other program")
                  .arg(battery.portName(), entry.uniqueId));
        return;
    }
    auto service = std::make_unique<BatteryService>(battery.model(), identity, commandsFor(entry));
    QString error;
    if (!service->start(m_settings.bus, entry.currentValues(), &error)) {
        later(error);
        return;
    }
    battery.model().setCustomName(identity.customName);
    connect(service.get(), &BatteryService::busLost, this, &Publisher::busLost);
    connect(
        service.get(), &BatteryService::nameLost, &entry,
        [&entry] {
            qCWarning(logPublisher, "%s: the name was taken away", qUtf8Printable(entry.battery.portName()));
            entry.service.reset();
            entry.lock.release();
            entry.retry.start();
        },
        Qt::QueuedConnection);
    entry.service = std::move(service);
    qCInfo(logPublisher, "%s: published as %s, instance %d", qUtf8Printable(battery.portName()),
           qUtf8Printable(identity.serviceName), identity.deviceInstance);
    emit published(identity.serviceName);
}

BatteryService::Commands Publisher::commandsFor(Entry &entry)
{
    Battery &battery = entry.battery;
    BatteryService::Commands commands;
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
        entry.store->setCustomName(name, [&entry, name, reply](int code) {
            if (code == ItemAccepted)
                entry.battery.model().setCustomName(name);
            reply(code);
        });
    };
    commands.setSoc = [&battery](double soc, const ItemTree::Reply &reply) {
        battery.setSoc(
            soc, [reply](const ProcedureResult &result) { reply(result.ok ? ItemAccepted : ItemRefused); });
    };
    commands.clearHistory = [&battery](int part, const ItemTree::Reply &reply) {
        battery.clearHistory(static_cast<control::HistoryPart>(part));
        reply(ItemAccepted);
    };
    commands.explain = [&battery] {
        return limitsJson(battery.control(), battery.now()).value(QLatin1String("explain")).toObject();
    };
    return commands;
}

} // namespace sb
