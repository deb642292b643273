// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"

namespace sb {

/// How a family of drivers makes itself known: one per folder of drivers/.
struct DriverDescriptor
{
    DriverInfo info;
    std::unique_ptr<Driver> (*create)(const DriverConfig &config);
};

/// A driver that an advertisement speaks for.
struct AdvertisedDriver
{
    const DriverDescriptor *driver;
    const AdvertisementRule *rule;
    AdvertisementMatch match;
};

/// The drivers that this program has. Made once in main() and passed on; there is no global one.
class DriverRegistry
{
public:
    void add(DriverDescriptor descriptor);
    [[nodiscard]] const std::vector<DriverDescriptor> &all() const { return m_drivers; }
    /// By id, or by a type name of existing configuration files, both regardless of case; null when unknown.
    /// "jbd-ble" is driver `jbd`, where that speaks Bluetooth.
    [[nodiscard]] const DriverDescriptor *find(QStringView name) const;
    /// Whom the advertisement speaks for, the surest first. It is a proposal only: what the device answers
    /// decides.
    [[nodiscard]] std::vector<AdvertisedDriver> advertised(const Advertisement &advertisement) const;

private:
    [[nodiscard]] const DriverDescriptor *findExactly(QStringView name) const;

    std::vector<DriverDescriptor> m_drivers; ///< in the order of detection
};

} // namespace sb
