// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/driver.h"

namespace sb {

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
