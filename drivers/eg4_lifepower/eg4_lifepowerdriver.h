// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driverregistry.h"
#include "bms/framesplitter.h"

namespace sb::eg4_lifepower {

enum Command : quint8 { Data = 0x01, Firmware = 0x33, Hardware = 0x42 };

/// The first byte of every frame, either way: boards answer to one of the two only.
enum Start : quint8 { Usual = 0x7E, Revov = 0x7C };

[[nodiscard]] Request request(Start start, quint8 address, Command command);

/// EG4 LifePower4 (V1 firmware), Tian Power, Narada and Revov packs with the binary protocol: RS485 or RS232,
/// one pack per address of the line.
///
/// From notes on recorded dialogues. Verified on two recorded replies, of an EG4 LifePower4 and of a Narada
/// 48NPFC200. What is not sure: the meaning of the flags in the cell voltages, and of the alarm bits 8 to 10.
///
/// Option: `bmsType` Revov tries the start byte of those packs first.
class LifepowerDriver final : public Driver
{
public:
    explicit LifepowerDriver(const DriverConfig &config);

    [[nodiscard]] const DriverInfo &info() const override;
    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_splitter.missing(); }
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override;
    [[nodiscard]] LinkCounters counters() const override;

private:
    [[nodiscard]] Request ask(Command command, Phase phase) const;
    Reply takeFrames(const Request *pending, Update &update);
    bool decode(int command, Bytes payload, BatteryState &to);
    void name(BatteryState &to) const;
    void count();

    quint8 m_address;
    Start m_start;
    bool m_startKnown = false;
    FrameSplitter m_splitter;
    LinkCounters m_counters; ///< of splitters before this one
    Text m_firmware;
    std::optional<qint64> m_capacity; ///< Ah, as told at first: it may change while the pack lives on
};

[[nodiscard]] DriverDescriptor driver();

} // namespace sb::eg4_lifepower
