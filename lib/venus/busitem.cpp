// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/busitem.h"

#include <QPointer>
#include <optional>

namespace sb {

struct LateReply::State
{
    QPointer<const QObject> object;
    const QDBusConnection *connection; ///< lives as long as the object
    QDBusMessage call;
    std::optional<int> code;
    bool returned = false;
};

LateReply::LateReply(const QObject *object, const QDBusConnection &connection, const QDBusMessage &call)
    : m_state(std::make_shared<State>(State{object, &connection, call, std::nullopt, false}))
{}

std::function<void(int)> LateReply::answer() const
{
    return [state = m_state](int code) {
        if (state->code)
            return;
        state->code = code;
        if (state->returned && state->object)
            state->connection->send(state->call.createReply(code));
    };
}

int LateReply::returned() const
{
    m_state->returned = true;
    if (m_state->code)
        return *m_state->code;
    m_state->call.setDelayedReply(true);
    return ItemAccepted;
}

int LeafAdaptor::itemOf(const QDBusMessage &message) const
{
    const int item = m_items.find(message.path());
    Q_ASSERT(item >= 0); // registered at the paths of items only
    return item;
}

QDBusVariant LeafAdaptor::GetValue(const QDBusMessage &message) const
{
    return QDBusVariant(m_items.value(itemOf(message)));
}

QString LeafAdaptor::GetText(const QDBusMessage &message) const { return m_items.text(itemOf(message)); }

QString LeafAdaptor::GetDescription(const QString &, int) const { return {}; }

int LeafAdaptor::SetValue(const QDBusVariant &value, const QDBusMessage &message)
{
    return write(value.variant(), message);
}

int LeafAdaptor::SetValue(const QDBusMessage &message)
{
    if (message.arguments().size() != 1) {
        message.setDelayedReply(true);
        m_connection.send(message.createErrorReply(
            QDBusError::InvalidArgs, QStringLiteral("SetValue of %1 takes one value").arg(message.path())));
        return ItemReadOnly;
    }
    return write(message.arguments().constFirst(), message);
}

int LeafAdaptor::write(const QVariant &value, const QDBusMessage &message)
{
    const LateReply reply(this, m_connection, message);
    m_items.write(itemOf(message), value, reply.answer());
    return reply.returned();
}

QDBusVariant TreeAdaptor::GetValue(const QDBusMessage &message) const
{
    return QDBusVariant(m_items.valuesBelow(message.path()));
}

QDBusVariant TreeAdaptor::GetText(const QDBusMessage &message) const
{
    return QDBusVariant(QVariant::fromValue(m_items.textsBelow(message.path())));
}

ItemsView RootAdaptor::GetItems() const { return {&m_items}; }

QDBusVariant RootAdaptor::GetValue(const QDBusMessage &message) const
{
    return QDBusVariant(m_items.valuesBelow(message.path()));
}

QDBusVariant RootAdaptor::GetText(const QDBusMessage &message) const
{
    return QDBusVariant(QVariant::fromValue(m_items.textsBelow(message.path())));
}

} // namespace sb
