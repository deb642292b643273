// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/busclient.h"

#include "venus/bus.h"
#include "venus/itemtree.h"

#include <QDBusPendingCallWatcher>
#include <QDBusVariant>

namespace sb {
namespace {

const QString daemon = QStringLiteral("org.freedesktop.DBus");
const QString daemonPath = QStringLiteral("/org/freedesktop/DBus");

} // namespace

BusClient::BusClient(QString bus, QObject *parent)
    : QObject(parent)
    , m_bus(std::move(bus))
    , m_name(QStringLiteral("serialbattery-client-%1").arg(reinterpret_cast<quintptr>(this)))
    , m_connection(connectBus(m_bus, m_name))
{
    registerItemTypes();
}

BusClient::~BusClient()
{
    m_connection = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(m_name);
}

void BusClient::call(const QString &service, const QString &path, const char *interface, const char *method,
                     const QVariantList &arguments, QObject *context, Done done)
{
    QDBusMessage message =
        QDBusMessage::createMethodCall(service, path, QLatin1String(interface), QLatin1String(method));
    message.setArguments(arguments);
    message.setAutoStartService(false);
    auto *watcher = new QDBusPendingCallWatcher(m_connection.asyncCall(message, timeoutMs), context);
    connect(watcher, &QDBusPendingCallWatcher::finished, context, [watcher, done = std::move(done)] {
        watcher->deleteLater();
        done(watcher->reply());
    });
}

NameWatcher::NameWatcher(BusClient &client, QString name, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_name(std::move(name))
{
    client.connection().connect(daemon, daemonPath, daemon, QStringLiteral("NameOwnerChanged"), {m_name},
                                QStringLiteral("sss"), this,
                                SLOT(onNameOwnerChanged(QString, QString, QString)));
    client.call(daemon, daemonPath, "org.freedesktop.DBus", "GetNameOwner", {m_name}, this,
                [this](const QDBusMessage &reply) {
                    if (std::exchange(m_told, true))
                        return;
                    if (reply.type() == QDBusMessage::ReplyMessage)
                        m_owner = reply.arguments().value(0).toString();
                    emit ownerChanged(m_owner);
                });
}

NameWatcher::~NameWatcher()
{
    m_client.connection().disconnect(daemon, daemonPath, daemon, QStringLiteral("NameOwnerChanged"), {m_name},
                                     QStringLiteral("sss"), this,
                                     SLOT(onNameOwnerChanged(QString, QString, QString)));
}

void NameWatcher::onNameOwnerChanged(const QString &name, const QString &, const QString &after)
{
    if (name != m_name)
        return;
    m_told = true;
    m_owner = after;
    emit ownerChanged(m_owner);
}

QVariant plainValue(const QVariant &value)
{
    const QMetaType type = value.metaType();
    if (type == QMetaType::fromType<QDBusVariant>())
        return plainValue(value.value<QDBusVariant>().variant());
    if (type == QMetaType::fromType<QDBusArgument>()) {
        const auto argument = value.value<QDBusArgument>();
        if (argument.currentSignature() != QLatin1String("a{sv}"))
            return {};
        QVariantMap map = qdbus_cast<QVariantMap>(argument);
        for (QVariant &each : map)
            each = plainValue(each);
        return map;
    }
    switch (type.id()) {
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::UChar:
    case QMetaType::Bool:
    case QMetaType::Double:
    case QMetaType::QString:
        return value;
    case QMetaType::QVariantMap: {
        QVariantMap map = value.toMap();
        for (QVariant &each : map)
            each = plainValue(each);
        return map;
    }
    default:
        return {};
    }
}

} // namespace sb
