// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "bluetooth/bluetooth.h"

#include <QFileInfo>

namespace sb {

QStringList bluetoothRestartCommand()
{
    const QString script = QStringLiteral("/etc/init.d/bluetooth");
    const bool isVenus = QFileInfo::exists(QStringLiteral("/opt/victronenergy/version"));
    return isVenus && QFileInfo(script).isExecutable() ? QStringList{script, QStringLiteral("restart")}
                                                       : QStringList();
}

Environment::Environment() = default;
Environment::~Environment() = default;

Bluetooth &Environment::bluetooth() const
{
    if (!m_bluetooth)
        m_bluetooth = std::make_unique<Bluetooth>(radio);
    return *m_bluetooth;
}

void Environment::endBluetooth() { m_bluetooth.reset(); }

} // namespace sb
