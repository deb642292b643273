// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/driverregistry.h"

#include <algorithm>

namespace sb {

void DriverRegistry::add(DriverDescriptor descriptor)
{
    const auto at =
        std::upper_bound(m_drivers.begin(), m_drivers.end(), descriptor.info.detectionRank,
                         [](int rank, const DriverDescriptor &d) { return rank < d.info.detectionRank; });
    m_drivers.insert(at, std::move(descriptor));
}

const DriverDescriptor *DriverRegistry::findExactly(QStringView name) const
{
    for (const DriverDescriptor &driver : m_drivers) {
        if (name.compare(driver.info.id, Qt::CaseInsensitive) == 0)
            return &driver;
        for (const QString &type : driver.info.bmsTypes) {
            if (name.compare(type, Qt::CaseInsensitive) == 0)
                return &driver;
        }
    }
    return nullptr;
}

const DriverDescriptor *DriverRegistry::find(QStringView name) const
{
    if (const DriverDescriptor *driver = findExactly(name))
        return driver;
    // "daly-ble": a driver of its own, or the Bluetooth side of the driver with that name.
    const QString plain = name.toString().replace(QLatin1Char('-'), QLatin1Char('_'));
    if (const DriverDescriptor *driver = findExactly(plain))
        return driver;
    const QLatin1String ending("_ble");
    if (!plain.endsWith(ending, Qt::CaseInsensitive))
        return nullptr;
    const DriverDescriptor *driver = findExactly(plain.chopped(ending.size()));
    return driver && driver->info.speaks(TransportKind::Bluetooth) ? driver : nullptr;
}

std::vector<AdvertisedDriver> DriverRegistry::advertised(const Advertisement &advertisement) const
{
    std::vector<AdvertisedDriver> found;
    for (const DriverDescriptor &driver : m_drivers) {
        if (const AdvertisementRule *rule = bestRule(driver.info.bluetooth.advertisements, advertisement))
            found.push_back({&driver, rule, matches(*rule, advertisement)});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const AdvertisedDriver &a, const AdvertisedDriver &b) { return a.match > b.match; });
    // A name or a maker's number says more than an address that many makers use.
    if (!found.empty()) {
        const AdvertisementMatch best = found.front().match;
        std::erase_if(found, [best](const AdvertisedDriver &each) {
            return each.match != best && each.match <= AdvertisementMatch::Service;
        });
    }
    return found;
}

} // namespace sb
