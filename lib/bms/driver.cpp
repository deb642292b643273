// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/driver.h"

#include <algorithm>

namespace sb {

bool DriverInfo::speaks(TransportKind kind) const
{
    return std::find(transports.begin(), transports.end(), kind) != transports.end();
}

LinkTiming DriverInfo::timing(TransportKind kind) const
{
    if (kind == TransportKind::Bluetooth)
        return {bluetooth.settleMs, bluetooth.quietMs, bluetooth.gapMs};
    return {serial.settleMs, serial.quietMs, serial.gapMs};
}

Driver::~Driver() = default;
Procedure::~Procedure() = default;

Reply Driver::receiveFrame(const CanFrame &, const Request *, Update &) { return {}; }
std::unique_ptr<Procedure> Driver::control(Control, double, const BatteryState &) { return nullptr; }

QString Driver::objection(const BatteryState &) const { return {}; }

const std::vector<ParameterInfo> &Driver::parameters() const
{
    static const std::vector<ParameterInfo> none;
    return none;
}

std::unique_ptr<Procedure> Driver::readParameters(const QStringList &) { return nullptr; }
std::unique_ptr<Procedure> Driver::writeParameters(const std::vector<ParameterValue> &) { return nullptr; }

} // namespace sb
