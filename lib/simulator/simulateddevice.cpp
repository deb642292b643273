// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/simulateddevice.h"

namespace sb {

SimulatedDevice::~SimulatedDevice() = default;
void SimulatedDevice::elapsed(qint64, std::vector<SimulatedReply> &) {}
QByteArray SimulatedDevice::characteristicValue(const QString &) const { return {}; }

void SimulatedDevice::written(const QString &, Bytes bytes, std::vector<SimulatedReply> &replies)
{
    receive(bytes, replies);
}

} // namespace sb
