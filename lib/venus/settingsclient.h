// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "venus/busclient.h"

#include <QHash>
#include <optional>

namespace sb {

/// com.victronenergy.settings, asked without waiting. Replies that don't come within BusClient::timeoutMs
/// count as failed.
class SettingsClient : public QObject
{
    Q_OBJECT
public:
    explicit SettingsClient(BusClient &client, QObject *parent = nullptr);

    [[nodiscard]] bool isThere() const { return !m_watcher.owner().isEmpty(); }
    [[nodiscard]] BusClient &client() { return m_client; }

    enum class Result : quint8 {
        Done,
        Refused,  ///< the service answered, and not with success
        NoAnswer, ///< it is gone, or silent
    };
    /// Value of a setting, or of a group as a flat map with names relative to it. Refused: there is none.
    void getValue(const QString &path, QObject *context,
                  std::function<void(Result result, const QVariant &value)> done);
    void setValue(const QString &path, const QVariant &value, QObject *context,
                  std::function<void(Result result)> done);

    struct Setting
    {
        QString path;       ///< absolute
        QVariant value;     ///< its type makes the setting's type: int, double or QString
        double minimum = 0; ///< both 0: no limits
        double maximum = 0;
        bool silent = false; ///< changes are not logged by the service
    };
    struct Added
    {
        int error = 0;
        QVariant value;
    };
    /// By path. Existing settings keep their value.
    void addSettings(const QList<Setting> &settings, QObject *context,
                     std::function<void(Result result, const QHash<QString, Added> &added)> done);
    /// \a names relative to \a group; unknown ones do no harm.
    void removeSettings(const QString &group, const QStringList &names, QObject *context,
                        std::function<void()> done);

    /// changed() comes for this path from now on.
    void watch(const QString &path);
    void unwatch(const QString &path);

signals:
    void appeared();
    void vanished();
    /// \a value is invalid where the setting was removed.
    void changed(const QString &path, const QVariant &value);

private slots:
    void onPropertiesChanged(const QDBusMessage &message);
    void onItemsChanged(const QDBusMessage &message);

private:
    void onOwner(const QString &owner);
    void follow(const QString &path, bool on);

    BusClient &m_client;
    NameWatcher m_watcher;
    QString m_followed;            ///< the owner whose signals are connected
    QHash<QString, int> m_watched; ///< how often
};

} // namespace sb
