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

struct Publisher::Entry
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
    InstanceLock lock;
    BatteryValues values;
    std::unique_ptr<BatteryService> service;
    QTimer retry;
};

Publisher::Publisher(Settings settings, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_store(m_settings.storeFile)
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
    m_entries.push_back(std::make_unique<Entry>(battery));
    Entry *entry = m_entries.back().get();
    entry->retry.setSingleShot(true);
    entry->retry.setInterval(retryMs);
    connect(&entry->retry, &QTimer::timeout, this, [this, entry] { publish(*entry); });
    connect(&battery, &Battery::changed, this, [entry] {
        if (entry->service)
            entry->service->publish(entry->currentValues());
    });
    publish(*entry);
}

void Publisher::remove(Battery &battery)
{
    battery.disconnect(this);
    std::erase_if(m_entries, [&](const auto &entry) { return &entry->battery == &battery; });
}

void Publisher::publish(Entry &entry)
{
    Battery &battery = entry.battery;
    const BatteryState &state = battery.model().values();
    const DriverInfo &driver = battery.pack().driver().info();
    const QString uniqueId = cleanIdentifier(busIdentifier(state, battery.portName()));
    const IdentityStore::Identity stored = m_store.identity(uniqueId);
    battery.startControl({});
    const QString bus = resolvedBus(m_settings.bus);

    ServiceIdentity identity;
    const std::optional<int> address = battery.pack().address();
    const QString addressText =
        address ? QStringLiteral("0x%1").arg(*address, 2, 16, QLatin1Char('0')) : QString();
    identity.serviceName = serialServiceName(battery.portName(), addressText);
    identity.connection = QStringLiteral("Serial ") + battery.portName() +
                          (addressText.isEmpty() ? QString() : QStringLiteral("__") + addressText);
    identity.port = battery.portName().mid(battery.portName().lastIndexOf(QLatin1Char('/')) + 1);
    identity.typeName = driver.typeName;
    identity.uniqueId = uniqueId;
    identity.processName = QFileInfo(QCoreApplication::applicationFilePath()).fileName();
    identity.processVersion = QCoreApplication::applicationVersion();
    identity.deviceInstance = stored.instance;
    identity.customName = stored.customName;
    identity.changesPerItem = m_settings.changesPerItem;
    identity.cellCount = state.cellCount.value_or(0);
    identity.controls = driver.writes;

    const auto later = [&](const QString &reason) {
        qCWarning(logPublisher, "%s", qUtf8Printable(reason));
        entry.lock.release();
        entry.retry.start();
        emit refused(reason);
    };
    if (!entry.lock.take(stored.instance, identity.serviceName, bus)) {
        later(tr("%1: a battery with the identifier %2 is published already by another program: change its "
                 "capacity or "
                 "serial number in the BMS by a little, or stop the other program")
                  .arg(battery.portName(), uniqueId));
        return;
    }
    auto service =
        std::make_unique<BatteryService>(battery.model(), identity, commandsFor(battery, uniqueId));
    QString error;
    if (!service->start(m_settings.bus, entry.currentValues(), &error)) {
        later(error);
        return;
    }
    battery.model().setCustomName(stored.customName);
    connect(service.get(), &BatteryService::busLost, this, &Publisher::busLost);
    connect(
        service.get(), &BatteryService::nameLost, this,
        [this, &entry] {
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

BatteryService::Commands Publisher::commandsFor(Battery &battery, const QString &uniqueId)
{
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
    commands.setCustomName = [this, &battery, uniqueId](const QString &name, const ItemTree::Reply &reply) {
        const bool stored = m_store.setCustomName(uniqueId, name);
        if (stored)
            battery.model().setCustomName(name);
        reply(stored ? ItemAccepted : ItemRefused);
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
