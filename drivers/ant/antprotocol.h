// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// ANT boards by serial line and Bluetooth, in two protocols: "7E A1" of 2021 and later (16ZM, 24BHB, 22PH
// ...), and "AA 55 AA FF" of boards until about 2020, which some later ones answer, too. Facts: the vendor's
// text of the old protocol, public drivers and captures of both. Verified on real frames: both status
// replies, sign of the current, device information, checksums, switches and password of the new protocol
// (frames only). From documents only: settings, all writes of the old protocol.

#include "bms/framesplitter.h"
#include "bms/request.h"
#include "drivers/modbus/settings.h"

namespace sb::ant {

/// How a board is spoken to.
enum class Form : quint8 {
    Unknown,
    New,
    OldWired, ///< as its own serial interface is asked
    OldRadio, ///< as its Bluetooth module asks it; some boards answer only that, by wire as well
};
/// By which a status came: what the recordings of the two show as battery sensors and as balancing differs.
enum class Way : quint8 { Wire, Radio };
[[nodiscard]] constexpr bool isOld(Form form) { return form == Form::OldWired || form == Form::OldRadio; }

namespace fresh { // the new protocol

enum Function : quint8 { Status = 0x01, ReadSettings = 0x02, Password = 0x23, Control = 0x51 };
enum Action : quint16 {
    DischargeOff = 0x01,
    DischargeOn = 0x03,
    ChargeOff = 0x04,
    ChargeOn = 0x06,
    BalancerOn = 0x0D,
    BalancerOff = 0x0E,
};
/// Where the stored limits are.
inline constexpr std::array<quint16, 4> limitSettings{0x08, 0x14, 0x68, 0x6C};

[[nodiscard]] Request statusRequest();
[[nodiscard]] Request informationRequest();
[[nodiscard]] Request settingRequest(quint16 address);
[[nodiscard]] Request passwordRequest(const QByteArray &password);
[[nodiscard]] Request controlRequest(Action action);

/// Of the reply to this request: no other function's frame, and no echo, is taken for one.
[[nodiscard]] FrameRule replyRule(const Request &request);
/// The data of \a frame; nothing where it answers another address or its end is wrong.
[[nodiscard]] std::optional<Bytes> replyData(Bytes frame, const Request &request);

/// False, and nothing touched, where the content is impossible.
[[nodiscard]] bool decodeStatus(Bytes data, Way way, BatteryState &to);
[[nodiscard]] bool decodeInformation(Bytes data, BatteryState &to);
/// A setting, and the limit that it may stand for.
[[nodiscard]] bool decodeSetting(quint16 address, Bytes data, Update &to);
[[nodiscard]] std::span<const modbus::SettingRow> settingRows();

} // namespace fresh

namespace old {

enum Register : quint8 {
    FirstPassword = 0xF1,
    Discharge = 0xF9,
    Charge = 0xFA,
    Balancer = 0xFC,
    Apply = 0xFF
};
inline constexpr qsizetype passwordSize = 8;
inline constexpr int passwordRegisters = 4;

[[nodiscard]] Request statusRequest(Form form);
[[nodiscard]] Request writeRequest(quint8 reg, quint16 value);
[[nodiscard]] Request passwordRequest(int number, const QByteArray &password);
[[nodiscard]] bool isWrite(const Request &request);

[[nodiscard]] FrameRule statusRule();
[[nodiscard]] bool decodeStatus(Bytes frame, Way way, BatteryState &to);

} // namespace old

/// Address or register that \a request is about.
[[nodiscard]] quint16 addressOf(const Request &request);
/// Function of the new protocol that \a request has.
[[nodiscard]] quint8 functionOf(const Request &request);

} // namespace sb::ant
