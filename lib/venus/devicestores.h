// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "venus/filestore.h"
#include "venus/settingsstore.h"

#include <memory>

namespace sb {

/// Where the batteries of a process are stored, and the decision which place that is.
class DeviceStores : public QObject
{
    Q_OBJECT
public:
    enum class Where : quint8 {
        Auto, ///< the settings service on a GX device and wherever it is on the bus, else the file
        Bus,  ///< the settings service, waited for
        File,
    };
    struct Options
    {
        Where where = Where::Auto;
        QString file;           ///< of all batteries
        QString volatileFolder; ///< for VolatileMemory; empty: none
        int rhythmMs = StoreRhythm::everyMs;
    };
    /// \a client may be null with Where::File.
    DeviceStores(BusClient *client, Options options);

    using Opened = std::function<void(std::unique_ptr<DeviceStore> store)>;
    /// \a opened gets the store when it is open, later or at once, unless \a context is gone by then.
    /// \a uniqueId is cleaned.
    void open(const QString &uniqueId, const QString &defaultName, QObject *context, Opened opened);
    /// All batteries write what waits: at the end of the process.
    void flush() { m_rhythm.writeNow(); }
    [[nodiscard]] SettingsClient *settings() { return m_settings.get(); }

private:
    void decide();
    void start(const QString &uniqueId, const QString &defaultName, QObject *context, const Opened &opened);

    BusClient *m_client;
    Options m_options;
    StoreRhythm m_rhythm;
    std::unique_ptr<SettingsClient> m_settings;
    std::unique_ptr<IdentityStore> m_file;
    std::vector<std::function<void()>> m_waiting; ///< for the decision
};

} // namespace sb
