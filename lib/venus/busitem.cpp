// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/busitem.h"

#include <memory>

namespace sb {

QDBusVariant LeafAdaptor::GetValue(const QDBusMessage &message) const
{
    const int item = m_items.find(message.path());
    return QDBusVariant(item < 0 ? invalidItem() : m_items.value(item));
}

QString LeafAdaptor::GetText(const QDBusMessage &message) const
{
    const int item = m_items.find(message.path());
    return item < 0 ? QString() : m_items.text(item);
}

QString LeafAdaptor::GetDescription(const QString &, int) const { return {}; }

int LeafAdaptor::SetValue(const QDBusVariant &value, const QDBusMessage &message)
{
    return write(value.variant(), message);
}

int LeafAdaptor::SetValue(const QDBusMessage &message)
{
    if (message.arguments().size() != 1) {
        m_connection.send(message.createErrorReply(QDBusError::InvalidArgs, QStringLiteral("one value")));
        message.setDelayedReply(true);
        return ItemReadOnly;
    }
    return write(message.arguments().constFirst(), message);
}

int LeafAdaptor::write(const QVariant &value, const QDBusMessage &message)
{
    const int item = m_items.find(message.path());
    if (item < 0)
        return ItemReadOnly;
    // A handler may answer now, or when the BMS has: then the reply goes out by itself.
    auto answered = std::make_shared<std::optional<int>>();
    auto late = std::make_shared<bool>(false);
    m_items.write(item, value, [this, message, answered, late](int code) {
        *answered = code;
        if (*late)
            m_connection.send(message.createReply(code));
    });
    if (*answered)
        return **answered;
    *late = true;
    message.setDelayedReply(true);
    return ItemAccepted;
}

QDBusVariant TreeAdaptor::GetValue(const QDBusMessage &message) const
{
    return QDBusVariant(m_items.valuesBelow(message.path()));
}

QDBusVariant TreeAdaptor::GetText(const QDBusMessage &message) const
{
    return QDBusVariant(QVariant::fromValue(m_items.textsBelow(message.path())));
}

ItemsMap RootAdaptor::GetItems() const { return m_items.all(); }

QDBusVariant RootAdaptor::GetValue(const QDBusMessage &message) const
{
    return QDBusVariant(m_items.valuesBelow(message.path()));
}

QDBusVariant RootAdaptor::GetText(const QDBusMessage &message) const
{
    return QDBusVariant(QVariant::fromValue(m_items.textsBelow(message.path())));
}

} // namespace sb
