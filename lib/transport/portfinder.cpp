// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/portfinder.h"

#include <QDir>
#include <QFileInfo>
#include <QSerialPortInfo>
#include <algorithm>

namespace sb {
namespace {

/// A link in one of udev's folders that leads to \a device; links may be stale.
QString linkTo(const QString &device)
{
    for (const QString &folder :
         {QStringLiteral("/dev/serial/by-id"), QStringLiteral("/dev/serial/by-path")}) {
        for (const QFileInfo &entry :
             QDir(folder).entryInfoList(QDir::NoDotAndDotDot | QDir::System | QDir::Files)) {
            if (entry.canonicalFilePath() == device)
                return entry.filePath();
        }
    }
    return {};
}

/// The kernel makes ttyS0 to ttyS3 whether there is a chip or not; one without has driver type 0.
bool hasHardware(const QString &name)
{
    if (!name.startsWith(QLatin1String("ttyS")))
        return true;
    QFile type(QStringLiteral("/sys/class/tty/%1/type").arg(name));
    return !type.open(QIODevice::ReadOnly) || type.readAll().trimmed() != "0";
}

} // namespace

std::vector<SerialPortEntry> findSerialPorts(bool all)
{
    std::vector<SerialPortEntry> ports;
    const QList<QSerialPortInfo> infos = QSerialPortInfo::availablePorts();
    for (const QSerialPortInfo &info : infos) {
        SerialPortEntry entry;
        entry.device = info.systemLocation();
        entry.hasHardware = hasHardware(info.portName());
        if (!entry.hasHardware && !all)
            continue;
        entry.stableName = linkTo(entry.device);
        entry.description = info.description();
        entry.manufacturer = info.manufacturer();
        entry.serialNumber = info.serialNumber();
        if (info.hasVendorIdentifier() && info.hasProductIdentifier())
            entry.usbId = QStringLiteral("%1:%2")
                              .arg(info.vendorIdentifier(), 4, 16, QLatin1Char('0'))
                              .arg(info.productIdentifier(), 4, 16, QLatin1Char('0'));
        ports.push_back(entry);
    }
    std::sort(ports.begin(), ports.end(),
              [](const SerialPortEntry &a, const SerialPortEntry &b) { return a.device < b.device; });
    return ports;
}

} // namespace sb
