// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace sb {

/// A serial port as people choose it.
struct SerialPortEntry
{
    QString device;     ///< "/dev/ttyUSB0"
    QString stableName; ///< "/dev/serial/by-id/..." where there is one
    QString description;
    QString manufacturer;
    QString serialNumber;
    QString usbId; ///< "0403:6001"; empty: not USB
    bool hasHardware = true;
};

/// The serial ports of this machine. Ports that the kernel only reserves are left out unless \a all.
[[nodiscard]] std::vector<SerialPortEntry> findSerialPorts(bool all);

} // namespace sb
