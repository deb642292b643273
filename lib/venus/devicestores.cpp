// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/devicestores.h"

#include "venus/bus.h"

#include <QFile>
#include <QPointer>

namespace sb {
namespace {

const QString settingsName = QStringLiteral("com.victronenergy.settings");

/// It has the settings service, now or in a moment.
bool isVenusOs(const QString &bus)
{
    return resolvedBus(bus) == QLatin1String("system") &&
           QFile::exists(QStringLiteral("/opt/victronenergy/version"));
}

} // namespace

DeviceStores::DeviceStores(BusClient *client, Options options)
    : m_client(client)
    , m_options(std::move(options))
    , m_rhythm(m_options.rhythmMs)
{
    Q_ASSERT(client || m_options.where == Where::File);
    if (client)
        m_settings = std::make_unique<SettingsClient>(*client);
    if (m_options.where == Where::Auto && isVenusOs(client->bus()))
        m_options.where = Where::Bus;
    if (m_options.where == Where::Auto)
        decide();
}

void DeviceStores::decide()
{
    const auto decided = [this](Where where) {
        m_options.where = where;
        for (const auto &start : std::exchange(m_waiting, {}))
            start();
    };
    const QString daemon = QStringLiteral("org.freedesktop.DBus");
    const QString path = QStringLiteral("/org/freedesktop/DBus");
    m_client->call(daemon, path, "org.freedesktop.DBus", "NameHasOwner", {settingsName}, this,
                   [=, this](const QDBusMessage &owned) {
                       if (owned.arguments().value(0).toBool()) {
                           decided(Where::Bus);
                           return;
                       }
                       m_client->call(daemon, path, "org.freedesktop.DBus", "ListActivatableNames", {}, this,
                                      [=](const QDBusMessage &names) {
                                          const bool can = names.arguments().value(0).toStringList().contains(
                                              settingsName);
                                          decided(can ? Where::Bus : Where::File);
                                      });
                   });
}

void DeviceStores::open(const QString &uniqueId, const QString &defaultName, QObject *context, Opened opened)
{
    if (m_options.where != Where::Auto) {
        start(uniqueId, defaultName, context, opened);
        return;
    }
    m_waiting.push_back([=, this, guard = QPointer(context)] {
        if (guard)
            start(uniqueId, defaultName, guard, opened);
    });
}

void DeviceStores::start(const QString &uniqueId, const QString &defaultName, QObject *context,
                         const Opened &opened)
{
    VolatileMemory memory(
        VolatileMemory::fileName(m_options.volatileFolder, uniqueId, m_client ? m_client->bus() : QString()));
    // A child of the context until somebody takes it, so that nobody waits for a battery that left.
    DeviceStore *store = nullptr;
    if (m_options.where == Where::Bus) {
        store = new SettingsStore(*m_settings, m_rhythm, std::move(memory), uniqueId, defaultName);
    } else {
        if (!m_file)
            m_file = std::make_unique<IdentityStore>(m_options.file);
        store = new FileStore(*m_file, m_rhythm, std::move(memory), uniqueId, defaultName);
    }
    store->setParent(context);
    // Queued: the store is not in the middle of something when its new owner gets it.
    connect(
        store, &DeviceStore::opened, context,
        [store, opened] {
            store->setParent(nullptr);
            opened(std::unique_ptr<DeviceStore>(store));
        },
        Qt::QueuedConnection);
    store->open();
}

} // namespace sb
