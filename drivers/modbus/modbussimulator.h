// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

#include <QMap>
#include <QSet>
#include <functional>

namespace sb::modbus {

/// A Modbus RTU slave of a simulated board: finds requests to its units, answers from what content() gives,
/// refuses the rest as a real one does. Written from the protocol's description alone.
class SimulatedSlave : public SimulatedDevice
{
public:
    explicit SimulatedSlave(QSet<int> units)
        : m_units(std::move(units))
    {}

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 9600; }

    QSet<int> refusesWrites; ///< registers that answer exception 04
    QSet<int> ignoresWrites; ///< registers that confirm and do nothing
    int longestRead = 125;   ///< registers; more are refused with exception 02

protected:
    using Content = QMap<int, quint16>; ///< registers, or coils
    /// What the unit can tell of this function (1 coils, 3 and 4 registers) now.
    [[nodiscard]] virtual Content content(int unit, int function) const = 0;
    /// One register of a write. False: exception 02.
    virtual bool write(int unit, int reg, quint16 value);

    static void putText(Content &to, int reg, int words, const QByteArray &text);
    static void put32(Content &to, int reg, qint64 value); ///< high word first

private:
    [[nodiscard]] QByteArray answer(const QByteArray &request);

    QSet<int> m_units;
    QByteArray m_buffer;
};

} // namespace sb::modbus
