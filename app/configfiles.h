// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/line.h"
#include "config/configuration.h"
#include "config/optionsfile.h"

namespace sb {

/// The two files that a service reads, and what they mean for its lines.
struct ConfigFiles
{
    QString configPath; ///< empty: there is none, every key has its default
    QString optionsPath;
    config::Configuration configuration;
    config::OptionsFile options;
};

/// Reads them. Empty paths: the usual places, and serialbattery.ini beside config.ini.
[[nodiscard]] ConfigFiles readConfigFiles(const QString &configPath, const QString &optionsPath,
                                          const DriverRegistry &registry);

/// "config.ini:12: error: MAX_CELL_VOLTAGE: ...".
[[nodiscard]] QString messageText(const QString &file, const config::Message &message);

/// Logs every message, once per line.
void logMessages(const ConfigFiles &files);

/// Fills in what the files say about a line that is otherwise named: limits, restriction to BMS types,
/// options of the driver, poll interval. \a registry: to find BMS types.
void applyConfig(const ConfigFiles &files, const DriverRegistry &registry, LineConfig &line);

/// Ports that the options file names.
[[nodiscard]] QStringList configuredPorts(const ConfigFiles &files);
/// Bluetooth batteries that either file names, as --ble takes them; entries that are none are left out, which
/// the messages of the configuration tell.
[[nodiscard]] QStringList configuredBluetooth(const ConfigFiles &files);

} // namespace sb
