// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>

namespace sb {

/// The identifier of a battery as paths and settings may hold it: what is no ASCII letter or digit becomes
/// '_'.
[[nodiscard]] QString cleanIdentifier(const QString &text);

/// Device instances and custom names where there is no settings service: one JSON file, written by rename. A
/// broken one is moved aside with a warning, never fatal. Of two batteries that claim one instance in it, the
/// second gets a new one.
class IdentityStore
{
public:
    explicit IdentityStore(QString file);

    struct Identity
    {
        int instance = 0;
        QString customName;
    };
    /// The battery's own instance; for a new one the lowest free number from 1.
    [[nodiscard]] Identity identity(const QString &uniqueId);
    /// \return false where it could not be written.
    bool setCustomName(const QString &uniqueId, const QString &name);

private:
    [[nodiscard]] bool save() const;

    QString m_file;
    QJsonObject m_batteries; ///< by settings group: serialbattery_<ID>
};

/// Keeps two programs from publishing the same battery: a file that is locked for life.
class InstanceLock
{
public:
    InstanceLock() = default;
    ~InstanceLock();
    InstanceLock(const InstanceLock &) = delete;
    InstanceLock &operator=(const InstanceLock &) = delete;

    /// On the system bus the name is the one that dbus-serialbattery uses, so that both exclude each other;
    /// on others a hash of its address (busAddress()) keeps tests apart. \return false where it is taken.
    [[nodiscard]] bool take(int instance, const QString &service, const QString &bus);
    /// \a folder is for tests.
    [[nodiscard]] static QString fileName(int instance, const QString &bus,
                                          const QString &folder = QStringLiteral("/var/tmp"));
    void setFolder(const QString &folder) { m_folder = folder; }
    void release();

private:
    QString m_folder = QStringLiteral("/var/tmp");
    int m_descriptor = -1;
};

} // namespace sb
