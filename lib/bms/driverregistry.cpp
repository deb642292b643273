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

const DriverDescriptor *DriverRegistry::find(QStringView name) const
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

} // namespace sb
