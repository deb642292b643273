// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/privatebus.h"

#include <QCoreApplication>
#include <QFile>

namespace sb {

PrivateBus::~PrivateBus() { kill(); }

void PrivateBus::kill()
{
    if (m_daemon.state() == QProcess::NotRunning)
        return;
    m_daemon.kill();
    m_daemon.waitForFinished(2000);
}

bool PrivateBus::start(QString *error)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("PrivateBus", text); };
    const QString socket = m_folder + QStringLiteral("/bus");
    const QString config = m_folder + QStringLiteral("/bus.conf");
    QFile file(config);
    if (!file.open(QIODevice::WriteOnly)) {
        *error = tr("%1: %2").arg(config, file.errorString());
        return false;
    }
    // Own rules, not the machine's: anybody here may own any name, as on a GX device.
    const QByteArray rules =
        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
        "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
        "<busconfig><type>session</type><listen>unix:path=SOCKET</listen>"
        "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
        "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n";
    file.write(QByteArray(rules).replace("SOCKET", QFile::encodeName(socket)));
    file.close();
    m_daemon.setProcessChannelMode(QProcess::SeparateChannels);
    m_daemon.start(QStringLiteral("dbus-daemon"),
                   {QStringLiteral("--nofork"), QStringLiteral("--print-address"),
                    QStringLiteral("--config-file"), config});
    // Once, before anything runs: there is nothing yet that waiting could hold up.
    if (!m_daemon.waitForStarted(5000) || !m_daemon.waitForReadyRead(5000)) {
        *error = tr("dbus-daemon does not start: %1").arg(m_daemon.errorString());
        return false;
    }
    m_address = QString::fromUtf8(m_daemon.readLine()).trimmed();
    return !m_address.isEmpty();
}

} // namespace sb
