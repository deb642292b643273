// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/inifile.h"

#include <QStringList>
#include <QVariantMap>
#include <optional>

namespace sb::config {

/// What serialbattery.ini says about one device: a port, a Bluetooth address, a CAN interface, a topic.
struct DeviceOptions
{
    QString name;               ///< as configured: /dev/ttyUSB0
    std::optional<int> address; ///< of one pack of a line, behind a '#' in the section's name
    QString bms;                ///< driver id or type name; empty: found out
    std::optional<bool> monitorOnly;
    std::optional<double> pollIntervalS;
    QVariantMap driver; ///< options as the driver names them, camelCase
    int line = 0;
};

/// The options that are not those of dbus-serialbattery: serialbattery.ini beside config.ini.
struct OptionsFile
{
    bool monitorOnly = false;
    bool voltageSense = true; ///< false: /Mgmt/InsecureConnection 1 for Bluetooth batteries
    QString adapter;          ///< for Bluetooth batteries that name none: "hci1", or an address
    std::vector<DeviceOptions> devices;
    std::vector<Message> messages;

    /// Options of a device, with those of one pack of it; nothing where it is not named.
    [[nodiscard]] const DeviceOptions *find(const QString &name, std::optional<int> address) const;
};

[[nodiscard]] OptionsFile parseOptions(const QByteArray &text);
/// \a path need not exist; what can't be read is one message.
[[nodiscard]] OptionsFile readOptions(const QString &path);

} // namespace sb::config
