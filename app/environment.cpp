// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "bluetooth/bluetooth.h"

#include <QFileInfo>

namespace sb {
namespace {

/// How a GX device and other systems start the Bluetooth service anew.
QStringList restartCommand()
{
    for (const char *script : {"/etc/init.d/bluetooth"}) {
        if (QFileInfo(QLatin1String(script)).isExecutable())
            return {QLatin1String(script), QStringLiteral("restart")};
    }
    return {QStringLiteral("systemctl"), QStringLiteral("restart"), QStringLiteral("bluetooth")};
}

} // namespace

Environment::Environment() = default;
Environment::~Environment() = default;

Bluetooth &Environment::bluetooth() const
{
    if (!m_bluetooth)
        m_bluetooth = std::make_unique<Bluetooth>(
            BluetoothRadio::Settings{mayRestartBluetooth ? restartCommand() : QStringList()});
    return *m_bluetooth;
}

} // namespace sb
