// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "venus/devicestore.h"
#include "venus/settingsclient.h"

#include <array>

namespace sb {

/// One battery below /Settings/Devices/serialbattery_<ID> of com.victronenergy.settings, shared with
/// dbus-serialbattery: the same names and types, so that each finds what the other left. Waits for the
/// service for as long as it takes; while it is away values wait here.
class SettingsStore : public DeviceStore
{
    Q_OBJECT
public:
    /// \a uniqueId is cleaned; \a defaultName: custom name of a battery that is new.
    SettingsStore(SettingsClient &client, StoreRhythm &rhythm, VolatileMemory memory, QString uniqueId,
                  QString defaultName);
    ~SettingsStore() override;

    void open() override;
    void setCustomName(const QString &name, const Reply &reply) override;

    /// A request that failed while the service is there is tried again after this time, ms.
    static constexpr int retryMs = 5000;
    /// A group that somebody removed is made anew after this time, ms.
    static constexpr int renewMs = 1000;
    /// Entries of batteries that were not seen for longer are removed, s.
    static constexpr qint64 staleS = 30 * 86400;
    /// LastSeen is renewed this often, s.
    static constexpr qint64 seenEveryS = 86400;

protected:
    void write() override;

private:
    enum Name : quint8 {
        Instance,
        Identifier,
        CustomName,
        LastSeen,
        AllowMaxVoltage,
        MaxVoltageStart,
        SocCalc,
        LastReset,
        History,
        NameCount
    };
    struct Group
    {
        QString name; ///< serialbattery_...
        std::array<QVariant, NameCount> values;
    };
    struct NameInfo
    {
        const char *name;
        QMetaType::Type type; ///< unless an existing setting has another
        bool silent;
    };
    static const std::array<NameInfo, NameCount> names;

    void begin();
    void onVanished();
    void plan(const QVariantMap &tree);
    [[nodiscard]] static std::vector<Group> groupsIn(const QVariantMap &tree);
    void removeUnused(const std::vector<Group> &candidates, std::function<void()> then);
    void removeGroups(const QStringList &groups, const std::function<void()> &then);
    void add();
    void onAdded(SettingsClient::Result result, const QHash<QString, SettingsClient::Added> &added);
    void onChanged(const QString &path, const QVariant &value);
    void set(Name name, const QVariant &value, const std::function<void(bool)> &done = {});
    [[nodiscard]] QString path(Name name) const;
    [[nodiscard]] QVariant typed(Name name, const QVariant &value) const;
    [[nodiscard]] StoredBattery wanted() const;
    void later(int ms);

    SettingsClient &m_client;
    QString m_uniqueId;
    QString m_defaultName;
    QString m_group;                         ///< absolute path
    std::array<QVariant, NameCount> m_found; ///< of the entry that is ours, wherever it was
    std::array<QVariant, NameCount> m_there; ///< as the service has it now; invalid: not there
    std::array<QMetaType::Type, NameCount> m_types;
    QTimer m_retry;
    quint64 m_round = 0; ///< answers of an earlier one mean nothing
    bool m_ready = false;
    bool m_warned = false;
};

/// "battery:3" gives 3.
[[nodiscard]] std::optional<int> instanceOf(const QVariant &classAndInstance);

} // namespace sb
