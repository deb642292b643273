// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/externalsensor.h"

#include "venus/itemtree.h"

#include <QLoggingCategory>
#include <cmath>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logSensor, "serialbattery.venus", QtInfoMsg)

const QString itemInterface = QStringLiteral("com.victronenergy.BusItem");
const QString valueKey = QStringLiteral("Value");

} // namespace

ExternalSensor::ExternalSensor(BusClient &client, QString service, QString currentPath, QString socPath,
                               QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_watcher(client, std::move(service))
{
    m_current.path = std::move(currentPath);
    m_soc.path = std::move(socPath);
    m_clock.start();
    setTimes(askMs, staleMs);
    connect(&m_tick, &QTimer::timeout, this, &ExternalSensor::onTick);
    connect(&m_watcher, &NameWatcher::ownerChanged, this, &ExternalSensor::onOwner);
}

ExternalSensor::~ExternalSensor() { follow(false); }

void ExternalSensor::setTimes(int ask, int stale)
{
    m_askMs = ask;
    m_staleMs = stale;
    m_tick.setInterval(ask / 4);
}

void ExternalSensor::onOwner(const QString &owner)
{
    const bool was = isThere();
    follow(false);
    m_owner = owner;
    for (Item *item : items()) {
        item->value.reset();
        item->asked = false;
    }
    if (was && owner.isEmpty())
        qCWarning(logSensor, "%s is gone: the values of the BMS are used until it is back",
                  qUtf8Printable(m_watcher.name()));
    if (isThere()) {
        follow(true);
        for (Item *item : items())
            ask(*item);
        m_tick.start();
    } else {
        m_tick.stop();
    }
    if (was != isThere())
        emit presenceChanged(isThere());
}

void ExternalSensor::follow(bool on)
{
    if (m_owner.isEmpty())
        return;
    QDBusConnection &bus = m_client.connection();
    const QString properties = QStringLiteral("PropertiesChanged");
    const QString changes = QStringLiteral("ItemsChanged");
    const QString root = QStringLiteral("/");
    for (const Item *item : items()) {
        if (item->path.isEmpty())
            continue;
        if (on)
            bus.connect(m_owner, item->path, itemInterface, properties, this,
                        SLOT(onPropertiesChanged(QDBusMessage)));
        else
            bus.disconnect(m_owner, item->path, itemInterface, properties, this,
                           SLOT(onPropertiesChanged(QDBusMessage)));
    }
    if (on)
        bus.connect(m_owner, root, itemInterface, changes, this, SLOT(onItemsChanged(QDBusMessage)));
    else
        bus.disconnect(m_owner, root, itemInterface, changes, this, SLOT(onItemsChanged(QDBusMessage)));
}

void ExternalSensor::ask(Item &item)
{
    if (item.path.isEmpty() || item.asked)
        return;
    item.asked = true;
    m_client.call(m_owner, item.path, "com.victronenergy.BusItem", "GetValue", {}, this,
                  [this, &item, owner = m_owner](const QDBusMessage &reply) {
                      if (owner != m_owner)
                          return;
                      item.asked = false;
                      if (reply.type() == QDBusMessage::ReplyMessage)
                          take(item, reply.arguments().value(0));
                  });
}

void ExternalSensor::take(Item &item, const QVariant &value)
{
    bool ok = false;
    const double number = plainValue(value).toDouble(&ok);
    item.value = ok && std::isfinite(number) ? Number(number) : std::nullopt;
    item.at = m_clock.elapsed();
}

void ExternalSensor::onPropertiesChanged(const QDBusMessage &message)
{
    const QVariantMap properties = plainValue(message.arguments().value(0)).toMap();
    for (Item *item : items()) {
        if (item->path == message.path() && properties.contains(valueKey))
            take(*item, properties.value(valueKey));
    }
}

void ExternalSensor::onItemsChanged(const QDBusMessage &message)
{
    const QVariant argument = message.arguments().value(0);
    if (argument.metaType() != QMetaType::fromType<QDBusArgument>() ||
        argument.value<QDBusArgument>().currentSignature() != QLatin1String("a{sa{sv}}"))
        return;
    const auto changes = qdbus_cast<ItemsMap>(argument);
    for (Item *item : items()) {
        const auto change = changes.constFind(item->path);
        if (change != changes.cend() && change->contains(valueKey))
            take(*item, change->value(valueKey));
    }
}

void ExternalSensor::onTick()
{
    for (Item *item : items()) {
        if (m_clock.elapsed() - item->at >= m_askMs)
            ask(*item);
    }
}

Number ExternalSensor::value(const Item &item) const
{
    return m_clock.elapsed() - item.at < m_staleMs ? item.value : std::nullopt;
}

Number ExternalSensor::soc() const
{
    const Number percent = value(m_soc);
    return percent && *percent >= 0 && *percent <= 100 ? percent : std::nullopt;
}

} // namespace sb
