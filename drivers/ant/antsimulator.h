// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/simulateddevice.h"

namespace sb::ant {

/// Which protocols a board answers.
enum class Speaks : quint8 { New, Old, Both };

class AntSimulator final : public SimulatedDevice
{
public:
    explicit AntSimulator(Pack &pack);

    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override;
    [[nodiscard]] int baudRate() const override { return 19200; }

    Speaks speaks = Speaks::New;
    QByteArray password = "123456789abc"; ///< of the new protocol; the old one has none unless it is 8 long
    bool ignoresSwitches = false;         ///< confirms and does nothing
    bool refusesSwitches = false;         ///< acknowledges with another word
    bool onlyRadio = false;               ///< of the old requests, answers only those of its Bluetooth module
    bool hidesCapacity = false;           ///< old: tells no full capacity

private:
    void takeNew(const QByteArray &frame, std::vector<SimulatedReply> &replies);
    void takeOld(const QByteArray &frame, std::vector<SimulatedReply> &replies);
    [[nodiscard]] QByteArray statusData() const;
    [[nodiscard]] QByteArray oldStatus() const;
    [[nodiscard]] QByteArray settingData(int address) const;
    [[nodiscard]] int chargeCode() const;
    [[nodiscard]] int dischargeCode() const;
    [[nodiscard]] int balancerCode() const;
    [[nodiscard]] quint32 balancedCells() const;
    void switchCharge(bool on);
    void switchDischarge(bool on);

    Pack &m_pack;
    QByteArray m_buffer;
    bool m_granted = false;
    bool m_chargeOff = false; ///< by command
    bool m_dischargeOff = false;
    QByteArray m_given; ///< old password, as far as it was told
    int m_wanted = 0;   ///< old: register written and not applied yet
    bool m_wantedOn = false;
};

[[nodiscard]] SimulatorDescriptor simulator();

} // namespace sb::ant
