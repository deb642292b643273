// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "venus/itemtree.h"

#include <QDBusAbstractAdaptor>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <functional>
#include <memory>

namespace sb {

/// Answers a call when its answer is there: before returned() it is the slot's own return value, after it a
/// message of its own. The first code counts; one that comes when \a object is gone goes nowhere.
class LateReply
{
public:
    LateReply(const QObject *object, const QDBusConnection &connection, const QDBusMessage &call);

    /// To be called once with the reply code, at any time.
    [[nodiscard]] std::function<void(int code)> answer() const;
    /// The slot returns now. \return its value; Qt sends it only where the answer was there already.
    [[nodiscard]] int returned() const;

private:
    struct State;
    std::shared_ptr<State> m_state;
};

/// com.victronenergy.BusItem of every single item. One adaptor serves all paths of a service: which one is
/// meant, the message says. A service of 170 paths would else need 170 objects.
class LeafAdaptor : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "com.victronenergy.BusItem")
    Q_CLASSINFO("D-Bus Introspection",
                "  <interface name=\"com.victronenergy.BusItem\">\n"
                "    <method name=\"GetValue\"><arg type=\"v\" direction=\"out\"/></method>\n"
                "    <method name=\"GetText\"><arg type=\"s\" direction=\"out\"/></method>\n"
                "    <method name=\"SetValue\"><arg type=\"v\" direction=\"in\"/>"
                "<arg type=\"i\" direction=\"out\"/></method>\n"
                "    <method name=\"GetDescription\"><arg type=\"s\" direction=\"in\"/>"
                "<arg type=\"i\" direction=\"in\"/><arg type=\"s\" direction=\"out\"/></method>\n"
                "    <signal name=\"PropertiesChanged\"><arg type=\"a{sv}\"/></signal>\n"
                "  </interface>\n")
public:
    LeafAdaptor(QObject *object, ItemTree &items, QDBusConnection &connection)
        : QDBusAbstractAdaptor(object)
        , m_items(items)
        , m_connection(connection)
    {}

public slots:
    QDBusVariant GetValue(const QDBusMessage &message) const;
    QString GetText(const QDBusMessage &message) const;
    QString GetDescription(const QString &language, int length) const;
    int SetValue(const QDBusVariant &value, const QDBusMessage &message);
    /// Some clients send the value without a variant around it.
    int SetValue(const QDBusMessage &message);

private:
    int write(const QVariant &value, const QDBusMessage &message);
    [[nodiscard]] int itemOf(const QDBusMessage &message) const;

    ItemTree &m_items;
    QDBusConnection &m_connection;
};

/// The folders between: values and texts below, as dictionaries.
class TreeAdaptor : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "com.victronenergy.BusItem")
    Q_CLASSINFO("D-Bus Introspection",
                "  <interface name=\"com.victronenergy.BusItem\">\n"
                "    <method name=\"GetValue\"><arg type=\"v\" direction=\"out\"/></method>\n"
                "    <method name=\"GetText\"><arg type=\"v\" direction=\"out\"/></method>\n"
                "  </interface>\n")
public:
    TreeAdaptor(QObject *object, ItemTree &items)
        : QDBusAbstractAdaptor(object)
        , m_items(items)
    {}

public slots:
    QDBusVariant GetValue(const QDBusMessage &message) const;
    QDBusVariant GetText(const QDBusMessage &message) const;

private:
    ItemTree &m_items;
};

/// The root: the same, and everything at once.
class RootAdaptor : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "com.victronenergy.BusItem")
    Q_CLASSINFO("D-Bus Introspection",
                "  <interface name=\"com.victronenergy.BusItem\">\n"
                "    <method name=\"GetItems\"><arg type=\"a{sa{sv}}\" direction=\"out\"/></method>\n"
                "    <method name=\"GetValue\"><arg type=\"v\" direction=\"out\"/></method>\n"
                "    <method name=\"GetText\"><arg type=\"v\" direction=\"out\"/></method>\n"
                "    <signal name=\"ItemsChanged\"><arg type=\"a{sa{sv}}\"/></signal>\n"
                "  </interface>\n")
public:
    RootAdaptor(QObject *object, ItemTree &items)
        : QDBusAbstractAdaptor(object)
        , m_items(items)
    {}

public slots:
    sb::ItemsView GetItems() const;
    QDBusVariant GetValue(const QDBusMessage &message) const;
    QDBusVariant GetText(const QDBusMessage &message) const;

private:
    ItemTree &m_items;
};

} // namespace sb
