// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The JBD board as the vendor document describes it, written beside the driver and not out of it: the two
// share no table, so that one's mistake does not hide in the other.
#pragma once

#include "simulator/pack.h"
#include "simulator/simulateddevice.h"

#include <QMap>
#include <QSet>

namespace sb::jbd {

struct SimulatorOptions
{
    int address = -1;              ///< 0 and up: the addressed frame of UP boards
    bool newFetRegister = false;   ///< firmware that knows FB instead of E1
    bool settingsNeedMode = false; ///< registers 10 and up can be read in the settings mode only
    QSet<int> refusesWrites;       ///< registers that answer 81 to any write
    QSet<int> ignoresWrites;       ///< registers that answer well and do nothing
    QByteArray password;           ///< of the radio module; empty: not locked
    int sleepAfterMs = 0;          ///< idle for so long: the next request is not answered; 0: never sleeps
};

class JbdSimulator : public SimulatedDevice
{
public:
    JbdSimulator(Pack &pack, SimulatorOptions options);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 9600; }

    [[nodiscard]] SimulatorOptions &options() { return m_options; }
    [[nodiscard]] bool settingsMode() const { return m_mode; }
    [[nodiscard]] int timesEntered() const { return m_entered; }
    [[nodiscard]] int timesLeft() const { return m_left; }
    /// Saved content of a settings register.
    [[nodiscard]] QByteArray saved(int reg) const { return m_saved.value(reg); }

private:
    QByteArray answer(int reg, const QByteArray &data, bool write);
    QByteArray reply(int reg, int status, const QByteArray &data = {}) const;
    [[nodiscard]] QByteArray basicInformation() const;
    [[nodiscard]] QByteArray cellVoltages() const;
    [[nodiscard]] QByteArray errorCounters() const;
    [[nodiscard]] QByteArray verdict(const QByteArray &given);
    QByteArray write(int reg, const QByteArray &data);
    void applySettings();

    Pack &m_pack;
    SimulatorOptions m_options;
    QByteArray m_buffer;
    QMap<int, QByteArray> m_saved;
    QMap<int, QByteArray> m_volatile; ///< written, not saved yet
    bool m_mode = false;
    bool m_unlocked = false; ///< by the password
    int m_entered = 0;
    int m_left = 0;
    qint64 m_idle = 0;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::jbd
