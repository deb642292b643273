// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QDBusMessage>
#include <functional>

namespace sb {

/// The one connection of a process with which it asks others: settings, external sensors. Everything but the
/// connecting is asynchronous.
class BusClient : public QObject
{
    Q_OBJECT
public:
    /// \a bus as the user gave it. Connects, which waits for the daemon: to be made at the start.
    explicit BusClient(QString bus, QObject *parent = nullptr);
    ~BusClient() override;

    [[nodiscard]] QDBusConnection &connection() { return m_connection; }
    [[nodiscard]] QString bus() const { return m_bus; }

    /// A service that has not answered by then gets an error as reply, ms.
    static constexpr int timeoutMs = 5000;
    using Done = std::function<void(const QDBusMessage &reply)>;
    /// \a done gets the reply or the error, unless \a context is gone by then.
    void call(const QString &service, const QString &path, const char *interface, const char *method,
              const QVariantList &arguments, QObject *context, Done done);

private:
    QString m_bus;
    QString m_name;
    QDBusConnection m_connection;
};

/// Who owns a name, without asking twice: the owner of this moment and every change.
class NameWatcher : public QObject
{
    Q_OBJECT
public:
    NameWatcher(BusClient &client, QString name, QObject *parent = nullptr);
    ~NameWatcher() override;

    [[nodiscard]] QString name() const { return m_name; }
    /// The unique name, empty where there is none or the bus has not answered yet.
    [[nodiscard]] QString owner() const { return m_owner; }

signals:
    /// Also once when the bus answered first, with nobody too. Signals of the owner are best followed by
    /// this unique name: by the other Qt would ask the bus and wait.
    void ownerChanged(const QString &owner);

private slots:
    void onNameOwnerChanged(const QString &name, const QString &before, const QString &after);

private:
    BusClient &m_client;
    QString m_name;
    QString m_owner;
    bool m_told = false; ///< a signal came before the first answer
};

/// What a variant of the bus holds: numbers and texts as they are, dictionaries as QVariantMap, an empty
/// array and anything else as the invalid QVariant.
[[nodiscard]] QVariant plainValue(const QVariant &value);

} // namespace sb
