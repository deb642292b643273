// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/settingsclient.h"

#include "venus/itemtree.h"

#include <QDBusMetaType>
#include <QDBusVariant>

namespace sb {
namespace {

const QString serviceName = QStringLiteral("com.victronenergy.settings");
constexpr auto itemInterface = "com.victronenergy.BusItem";
constexpr auto settingsInterface = "com.victronenergy.Settings";

SettingsClient::Result resultOf(const QDBusMessage &reply)
{
    if (reply.type() == QDBusMessage::ReplyMessage)
        return SettingsClient::Result::Done;
    const QString error = reply.errorName();
    const bool answered =
        error.endsWith(QLatin1String(".UnknownObject")) || error.endsWith(QLatin1String(".UnknownMethod")) ||
        error.endsWith(QLatin1String(".UnknownInterface")) || error.endsWith(QLatin1String(".InvalidArgs")) ||
        error.startsWith(QLatin1String("org.freedesktop.DBus.Python."));
    return answered ? SettingsClient::Result::Refused : SettingsClient::Result::NoAnswer;
}

} // namespace

SettingsClient::SettingsClient(BusClient &client, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_watcher(client, serviceName)
{
    qDBusRegisterMetaType<QList<QVariantMap>>();
    connect(&m_watcher, &NameWatcher::ownerChanged, this, &SettingsClient::onOwner);
}

void SettingsClient::onOwner(const QString &owner)
{
    const bool was = !m_followed.isEmpty();
    for (auto it = m_watched.keyBegin(); it != m_watched.keyEnd(); ++it)
        follow(*it, false);
    if (was)
        m_client.connection().disconnect(m_followed, QStringLiteral("/"), QLatin1String(itemInterface),
                                         QStringLiteral("ItemsChanged"), this,
                                         SLOT(onItemsChanged(QDBusMessage)));
    m_followed = owner;
    if (was)
        emit vanished();
    if (owner.isEmpty() || m_followed != owner)
        return;
    for (auto it = m_watched.keyBegin(); it != m_watched.keyEnd(); ++it)
        follow(*it, true);
    m_client.connection().connect(owner, QStringLiteral("/"), QLatin1String(itemInterface),
                                  QStringLiteral("ItemsChanged"), this, SLOT(onItemsChanged(QDBusMessage)));
    emit appeared();
}

void SettingsClient::follow(const QString &path, bool on)
{
    if (m_followed.isEmpty())
        return;
    if (on)
        m_client.connection().connect(m_followed, path, QLatin1String(itemInterface),
                                      QStringLiteral("PropertiesChanged"), this,
                                      SLOT(onPropertiesChanged(QDBusMessage)));
    else
        m_client.connection().disconnect(m_followed, path, QLatin1String(itemInterface),
                                         QStringLiteral("PropertiesChanged"), this,
                                         SLOT(onPropertiesChanged(QDBusMessage)));
}

void SettingsClient::watch(const QString &path)
{
    if (++m_watched[path] == 1)
        follow(path, true);
}

void SettingsClient::unwatch(const QString &path)
{
    if (--m_watched[path] > 0)
        return;
    m_watched.remove(path);
    follow(path, false);
}

void SettingsClient::onPropertiesChanged(const QDBusMessage &message)
{
    const QVariantMap properties = plainValue(message.arguments().value(0)).toMap();
    if (properties.contains(QStringLiteral("Value")))
        emit changed(message.path(), properties.value(QStringLiteral("Value")));
}

void SettingsClient::onItemsChanged(const QDBusMessage &message)
{
    const QVariant argument = message.arguments().value(0);
    if (argument.metaType() != QMetaType::fromType<QDBusArgument>() ||
        argument.value<QDBusArgument>().currentSignature() != QLatin1String("a{sa{sv}}"))
        return;
    const auto items = qdbus_cast<ItemsMap>(argument);
    for (auto it = items.begin(); it != items.end(); ++it) {
        if (m_watched.contains(it.key()) && it->contains(QStringLiteral("Value")))
            emit changed(it.key(), plainValue(it->value(QStringLiteral("Value"))));
    }
}

void SettingsClient::getValue(const QString &path, QObject *context,
                              std::function<void(Result, const QVariant &)> done)
{
    m_client.call(serviceName, path, itemInterface, "GetValue", {}, context,
                  [done = std::move(done)](const QDBusMessage &reply) {
                      done(resultOf(reply),
                           plainValue(reply.type() == QDBusMessage::ReplyMessage ? reply.arguments().value(0)
                                                                                 : QVariant()));
                  });
}

void SettingsClient::setValue(const QString &path, const QVariant &value, QObject *context,
                              std::function<void(Result)> done)
{
    m_client.call(serviceName, path, itemInterface, "SetValue", {QVariant::fromValue(QDBusVariant(value))},
                  context, [done = std::move(done)](const QDBusMessage &reply) {
                      const Result result = resultOf(reply);
                      const bool refused = result == Result::Done && reply.arguments().value(0).toInt() != 0;
                      done(refused ? Result::Refused : result);
                  });
}

void SettingsClient::addSettings(const QList<Setting> &settings, QObject *context,
                                 std::function<void(Result, const QHash<QString, Added> &)> done)
{
    QList<QVariantMap> list;
    for (const Setting &setting : settings) {
        QVariantMap entry{{QStringLiteral("path"), setting.path},
                          {QStringLiteral("default"), setting.value},
                          {QStringLiteral("silent"), setting.silent ? 1 : 0}};
        const bool limited = setting.minimum != 0 || setting.maximum != 0;
        if (limited && setting.value.metaType().id() == QMetaType::Double) {
            entry.insert(QStringLiteral("min"), setting.minimum);
            entry.insert(QStringLiteral("max"), setting.maximum);
        } else if (limited && setting.value.metaType().id() == QMetaType::Int) {
            entry.insert(QStringLiteral("min"), static_cast<int>(setting.minimum));
            entry.insert(QStringLiteral("max"), static_cast<int>(setting.maximum));
        }
        list.append(entry);
    }
    m_client.call(serviceName, QStringLiteral("/"), settingsInterface, "AddSettings",
                  {QVariant::fromValue(list)}, context, [done = std::move(done)](const QDBusMessage &reply) {
                      QHash<QString, Added> added;
                      const QVariant argument = reply.type() == QDBusMessage::ReplyMessage
                                                    ? reply.arguments().value(0)
                                                    : QVariant();
                      if (argument.metaType() == QMetaType::fromType<QDBusArgument>() &&
                          argument.value<QDBusArgument>().currentSignature() == QLatin1String("aa{sv}")) {
                          const auto entries = qdbus_cast<QList<QVariantMap>>(argument);
                          for (const QVariantMap &entry : entries)
                              added.insert(entry.value(QStringLiteral("path")).toString(),
                                           {entry.value(QStringLiteral("error")).toInt(),
                                            plainValue(entry.value(QStringLiteral("value")))});
                      }
                      done(resultOf(reply), added);
                  });
}

void SettingsClient::removeSettings(const QString &group, const QStringList &names, QObject *context,
                                    std::function<void()> done)
{
    m_client.call(serviceName, group, settingsInterface, "RemoveSettings", {names}, context,
                  [done = std::move(done)](const QDBusMessage &) { done(); });
}

} // namespace sb
