// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "bluetooth/bluetooth.h"

#include <QFileInfo>

namespace sb {
namespace {

/// How a GX device starts its Bluetooth service anew. On other systems it is not ours to restart.
QStringList restartCommand()
{
    const QString script = QStringLiteral("/etc/init.d/bluetooth");
    const bool isVenus = QFileInfo::exists(QStringLiteral("/opt/victronenergy/version"));
    return isVenus && QFileInfo(script).isExecutable() ? QStringList{script, QStringLiteral("restart")}
                                                       : QStringList();
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
