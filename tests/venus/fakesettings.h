// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "venus/itemtree.h"

#include <QDBusAbstractAdaptor>
#include <QDBusConnection>
#include <QDBusContext>
#include <QDBusVirtualObject>
#include <QJsonObject>
#include <QMap>
#include <QTimer>

namespace sbtest {

/// One setting as the settings service of Venus OS keeps it.
struct FakeSetting
{
    char type = 's'; ///< i, f, s: for ever
    QVariant value;
    QVariant standard;
    double minimum = 0; ///< both 0: no limits
    double maximum = 0;
    bool silent = false;
};

/// com.victronenergy.settings of our own, after the recorded replies: AddSettings, RemoveSettings, instances
/// that are unique in their class, values kept in a file some time after they changed, by rename.
class FakeSettings : public QDBusVirtualObject
{
    Q_OBJECT
public:
    /// \a file: where values are kept; empty: nowhere. \a writeDelayMs: the real one waits 2000.
    explicit FakeSettings(QString file, int writeDelayMs = 2000);

    /// \return false with a reason on standard error.
    [[nodiscard]] bool start(const QString &address);
    void save();

    bool handleMessage(const QDBusMessage &message, const QDBusConnection &connection) override;
    QString introspect(const QString &path) const override;

private:
    using Arguments = QVariantList;
    [[nodiscard]] QVariant call(const QDBusMessage &message, QString *error);
    [[nodiscard]] QVariant addSettings(const QString &base, const QVariant &list);
    [[nodiscard]] int add(const QString &path, const QVariantMap &entry);
    [[nodiscard]] int remove(const QString &path);
    [[nodiscard]] int setValue(const QString &path, const QVariant &value);
    [[nodiscard]] QString freeInstance(const QString &path, const QString &wanted) const;
    [[nodiscard]] bool isGroup(const QString &path) const;
    [[nodiscard]] QVariantMap below(const QString &group) const;
    [[nodiscard]] static QString textOf(const QVariant &value);
    void announce(const QString &path, bool removed = false);
    void changedNow();

    QString m_file;
    QMap<QString, FakeSetting> m_settings;
    QDBusConnection m_connection;
    QTimer m_write;
    int m_rewrites = 0;
};

} // namespace sbtest
