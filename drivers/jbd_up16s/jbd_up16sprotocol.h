// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/framesplitter.h"
#include "bms/request.h"
#include "drivers/modbus/registers.h"
#include "drivers/modbus/settings.h"

namespace sb::jbd_up16s {

enum Function : quint8 { Read = 0x78, Write = 0x79, ReadOwn = 0x45 };

/// A stretch of the board's memory, numbered in bytes. The end says how much is wanted; boards send as much
/// as they have.
struct Block
{
    quint8 function;
    quint16 start;
    quint16 end;
};

inline constexpr Block statusBlock{Read, 0x1000, 0x10A0};
/// From 2006, not 2000: some firmware resets its discharge limit for a moment when it is read from 2000.
inline constexpr Block chargeBlock{Read, 0x2006, 0x2018};
inline constexpr Block ownBlock{ReadOwn, 0x0000, 0x0054};
inline constexpr Block settingsBlock{Read, 0x1C00, 0x1CA0};
inline constexpr Block productBlock{Read, 0x2810, 0x283C};
inline constexpr Block thresholdsBlock{Read, 0x1800, 0x1900};

inline constexpr quint16 switchesAddress = 0x2902; ///< a word: discharge, charge, precharge, heater, fan
inline constexpr quint16 chargeSwitch = 0b0010;
inline constexpr quint16 dischargeSwitch = 0b0001;
inline constexpr quint16 socAddress = 0x2006;

[[nodiscard]] Request readRequest(quint8 address, const Block &block);
[[nodiscard]] Request writeRequest(quint8 address, quint16 start, const QByteArray &data);
/// Frames that can be the reply to \a request: same address, function and start.
[[nodiscard]] FrameRule replyRule(const Request &request);

/// What the status says beside the values of a BatteryState.
struct Status
{
    quint16 switches = 0; ///< as in switchesAddress
    QString packCode;     ///< a serial number on some packs, only a model on others
    double ratedAh = 0;
};
/// False, and nothing touched, where the content is impossible.
[[nodiscard]] bool decodeStatus(Bytes data, BatteryState &to, Status &status);

[[nodiscard]] std::span<const modbus::SettingRow> settingRows();

} // namespace sb::jbd_up16s
