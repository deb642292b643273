// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bytes.h"
#include "bms/driver.h"

#include <QString>
#include <memory>
#include <vector>

namespace sb {

class Pack;

/// One reply of a simulated BMS, as the board would send it: faults and line speed are added by the port
/// behind it.
struct SimulatedReply
{
    QByteArray bytes;
    int delayMs = 0; ///< the board's turnaround after the request
};

/// The BMS of a simulated pack: takes request bytes, answers as the real board does. Each family has one
/// beside its driver; it shares no table with it.
class SimulatedDevice
{
public:
    virtual ~SimulatedDevice();
    /// Bytes of requests in any pieces; replies are appended.
    virtual void receive(Bytes bytes, std::vector<SimulatedReply> &replies) = 0;
    /// For boards that speak by themselves. \a ms since the last call.
    virtual void elapsed(qint64 ms, std::vector<SimulatedReply> &replies);
    [[nodiscard]] virtual int baudRate() const = 0;
    [[nodiscard]] virtual SerialSettings::Parity parity() const { return SerialSettings::Parity::None; }
};

/// How a family makes its simulator known.
struct SimulatorDescriptor
{
    QString driverId;
    /// Cells that a typical pack of this family has.
    int typicalCells;
    std::unique_ptr<SimulatedDevice> (*create)(Pack &pack, int address);
};

} // namespace sb
