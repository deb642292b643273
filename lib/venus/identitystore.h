// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>
#include <optional>

namespace sb {

/// The identifier of a battery as paths and settings may hold it: what is no ASCII letter or digit becomes
/// '_'.
[[nodiscard]] QString cleanIdentifier(const QString &text);

/// Everything that is kept of batteries where there is no settings service: one JSON file, written by rename,
/// shared by the processes of a user: each changes its own batteries only. A broken file is moved aside with
/// a warning, never fatal. Of two batteries that claim one instance in it, the second gets a new one. What
/// can't be written is kept in memory, with one warning until it can be again.
class IdentityStore
{
public:
    explicit IdentityStore(QString file);

    struct Identity
    {
        int instance = 0;
        QString customName;
    };
    /// The battery's own instance; for a new one the lowest free number from 1, and \a defaultName.
    [[nodiscard]] Identity identity(const QString &uniqueId, const QString &defaultName = {});
    /// \return false where it could not be written.
    bool setCustomName(const QString &uniqueId, const QString &name);

    /// What charge control left (ChargeMemory).
    [[nodiscard]] QJsonObject charge(const QString &uniqueId) const;
    bool setCharge(const QString &uniqueId, const QJsonObject &charge);
    /// s since 1970.
    [[nodiscard]] std::optional<qint64> lastSeen(const QString &uniqueId) const;
    /// Goes to the file with the next change of something else.
    void setSeen(const QString &uniqueId, qint64 wallSecond);

private:
    [[nodiscard]] QJsonObject entry(const QString &uniqueId) const;
    bool change(const QString &uniqueId, const QString &key, const QJsonValue &value);
    void read();
    bool save();

    QString m_file;
    QJsonObject m_batteries; ///< by settings group: serialbattery_<ID>
    QJsonObject m_own;       ///< those of this process
    bool m_warned = false;
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
