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

QString addressText(const Battery &battery)
{
    const std::optional<int> address = battery.pack().address();
    return address ? QStringLiteral("0x%1").arg(*address, 2, 16, QLatin1Char('0')) : QString();
}

QString portIdentifier(const Battery &battery)
{
    const QString port = battery.portName();
    const QString address = addressText(battery);
    return port.mid(port.startsWith(QLatin1String("/dev/")) ? 5 : port.lastIndexOf(QLatin1Char('/')) + 1) +
           QStringLiteral("__") + (address.isEmpty() ? QStringLiteral("0x01") : address);
}

} // namespace

QString busIdentifier(const BatteryState &state, const QString &port, TransportKind kind)
{
    if (state.uniqueId)
        return *state.uniqueId;
    // Its address is a radio's own; serial numbers that a driver does not call unique are often equal.
    if (kind == TransportKind::Bluetooth)
        return port.toLower().remove(QLatin1Char(':'));
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
    QString uniqueId; ///< cleaned; empty while another battery has it
    InstanceLock lock;
    BatteryValues values;
    std::unique_ptr<DeviceStore> store;
    std::unique_ptr<BatteryService> service;
    std::unique_ptr<ExternalSensor> sensor;
    QTimer retry;
};

Publisher::Publisher(Settings settings, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_stores(m_settings.stores.where == DeviceStores::Where::File ? nullptr : &client(), m_settings.stores)
{
    if (m_stores.settings())
        m_ess = std::make_unique<EssSettings>(*m_stores.settings());
}

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
    battery.awaitState();
    m_entries.push_back(std::make_unique<Entry>(battery));
    Entry *entry = m_entries.back().get();
    entry->retry.setSingleShot(true);
    entry->retry.setInterval(retryMs);
    connect(&entry->retry, &QTimer::timeout, this, [this, entry] { open(*entry); });
    connect(&battery, &Battery::changed, entry, [this, entry] {
        followBus(*entry);
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

void Publisher::retryLater(Entry &entry, const QString &reason)
{
    qCWarning(logPublisher, "%s", qUtf8Printable(reason));
    entry.service.reset();
    entry.lock.release();
    entry.retry.start();
    emit refused(reason);
}

void Publisher::open(Entry &entry)
{
    Battery &battery = entry.battery;
    const QString identifier =
        battery.publishing().portAsIdentifier
            ? portIdentifier(battery)
            : busIdentifier(battery.model().values(), battery.portName(), battery.transportKind());
    entry.uniqueId = cleanIdentifier(identifier);
    const bool taken = std::any_of(m_entries.begin(), m_entries.end(), [&](const auto &other) {
        return other.get() != &entry && other->uniqueId == entry.uniqueId;
    });
    if (taken) {
        entry.uniqueId.clear(); // nor may it keep the other out
        retryLater(entry,
                   tr("%1: a battery with the identifier %2 is published already: change its capacity or "
                      "serial number in the BMS by a little, or stop the other program")
                       .arg(battery.portName(), identifier));
        return;
    }
    if (entry.store) {
        publish(entry);
        return;
    }
    m_stores.open(entry.uniqueId, {}, &entry,
                  [this, &entry](std::unique_ptr<DeviceStore> store) { onOpened(entry, std::move(store)); });
}

void Publisher::onOpened(Entry &entry, std::unique_ptr<DeviceStore> opened)
{
    entry.store = std::move(opened);
    DeviceStore *store = entry.store.get();
    const PublishSettings &publishing = entry.battery.publishing();
    const Battery &battery = entry.battery;
    if (publishing.sensorService ==
        batteryServiceName(battery.transportKind(), battery.portName(), addressText(battery)))
        qCWarning(logPublisher, "%s: EXTERNAL_SENSOR_DBUS_DEVICE is this battery itself: not used",
                  qUtf8Printable(battery.portName()));
    else if (!publishing.sensorService.isEmpty())
        entry.sensor = std::make_unique<ExternalSensor>(
            client(), publishing.sensorService, publishing.sensorCurrentPath, publishing.sensorSocPath);
    entry.battery.startControl(storedState(store->stored().charge));
    connect(&entry.battery, &Battery::stateToStore, store,
            [store](const control::StoredState &state) { store->offer(chargeMemory(state)); });
    connect(store, &DeviceStore::customNameChanged, &entry, [&entry](const QString &name) {
        entry.battery.model().setCustomName(name);
        if (entry.service)
            entry.service->setCustomName(name);
    });
    connect(store, &DeviceStore::instanceChanged, &entry, [this, &entry] {
        // Readers look at the instance when the name appears: it has to go and come.
        if (entry.service)
            publish(entry);
    });
    publish(entry);
}

void Publisher::followBus(Entry &entry)
{
    if (entry.sensor)
        entry.battery.setExternalSensor(
            entry.sensor->isThere()
                ? std::optional(control::ExternalSensor{entry.sensor->current(), entry.sensor->soc()})
                : std::nullopt);
    if (m_ess && m_ess->hub4Mode())
        entry.battery.setEss(control::EssState{m_ess->hub4Mode(), m_ess->state(), m_ess->minimumSocLimit(),
                                               m_ess->socLimit()});
}

ServiceIdentity Publisher::identityOf(const Entry &entry) const
{
    Battery &battery = entry.battery;
    const DriverInfo &driver = battery.pack().driver().info();
    const control::Settings &control = battery.control().settings();
    const PublishSettings &publishing = battery.publishing();
    const QString address = addressText(battery);
    ServiceIdentity identity;
    const bool radio = battery.transportKind() == TransportKind::Bluetooth;
    identity.serviceName = batteryServiceName(battery.transportKind(), battery.portName(), address);
    identity.insecureConnection = radio && !publishing.voltageSense;
    identity.connection = (radio ? QStringLiteral("BLE ") : QStringLiteral("Serial ")) + battery.portName() +
                          (address.isEmpty() ? QString() : QStringLiteral("__") + address);
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
    identity.sensorNames = QStringList(control.temperatureNames.begin(), control.temperatureNames.end());
    identity.timeToSocPoints = control.timeToSocPoints;
    identity.countsSoc = control.countSoc;
    identity.monitorOnly = publishing.monitorOnly;
    identity.publishJson = publishing.json;
    identity.cellDataFormat = publishing.cellDataFormat;
    identity.config = publishing.config;
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
    entry.lock.release(); // of the instance before
    if (!entry.lock.take(stored.instance, service.identity().serviceName, resolvedBus(m_settings.bus))) {
        retryLater(entry,
                   tr("%1: a battery with the identifier %2 is published already by another program: change "
                      "its capacity or serial number in the BMS by a little, or stop the other program")
                       .arg(battery.portName(), entry.uniqueId));
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
