// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bytes.h"
#include "bms/driver.h"

#include <QMap>
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
    /// Over Bluetooth: "fff1", the one that says it; empty: the first that notifies.
    QString characteristic{};
};

/// A simulated board's radio: what it advertises and its GATT table, as read off a real one. Numbers are in
/// the short form ("ff00") where there is one.
struct SimulatedRadio
{
    struct Characteristic
    {
        const char *uuid;
        const char *flags; ///< of BlueZ: "read,notify,write,write-without-response"
    };
    struct Service
    {
        const char *uuid;
        std::vector<Characteristic> characteristics;
    };
    QByteArray name;
    QByteArray address; ///< of the first of several; they count up
    std::vector<const char *> advertised;
    QMap<quint16, QByteArray> makerData;
    std::vector<Service> services;
    int chunk = 20; ///< bytes of one notification at most, 0: each reply is one
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
    /// Over Bluetooth: a write to \a characteristic ("ff02"); by default all writes are requests.
    virtual void written(const QString &characteristic, Bytes bytes, std::vector<SimulatedReply> &replies);
    /// Over Bluetooth: what a characteristic holds.
    [[nodiscard]] virtual QByteArray characteristicValue(const QString &characteristic) const;
    /// Of a serial line; boards without one keep this.
    [[nodiscard]] virtual int baudRate() const { return 115200; }
    [[nodiscard]] virtual SerialSettings::Parity parity() const { return SerialSettings::Parity::None; }
};

/// How a family makes its simulator known.
struct SimulatorDescriptor
{
    QString driverId;
    /// Cells that a typical pack of this family has.
    int typicalCells;
    std::unique_ptr<SimulatedDevice> (*create)(Pack &pack, int address);
    /// How it is reached over Bluetooth; nothing: by wire only.
    std::optional<SimulatedRadio> radio{};
};

} // namespace sb
