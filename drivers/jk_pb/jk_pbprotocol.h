// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/request.h"
#include "drivers/modbus/settings.h"

namespace sb::jk_pb {

/// Registers whose writing makes a board send a data frame, and the type of that frame.
enum Trigger : quint16 { Information = 0x161C, Settings = 0x161E, Status = 0x1620 };
/// Id of the request for Settings whose reply is to give the parameters, too.
inline constexpr int parameters = 0x10000 | Settings;

inline constexpr quint16 chargeSwitch = 0x1070;
inline constexpr quint16 dischargeSwitch = 0x1074;
inline constexpr quint16 balanceSwitch = 0x1078;

[[nodiscard]] Request triggerRequest(quint8 address, int id);
/// \a value big endian.
[[nodiscard]] Request writeRequest(quint8 address, quint16 reg, const QByteArray &value);

/// The type of the data frame that belongs to a trigger.
[[nodiscard]] int frameType(int trigger);
// Each false, and nothing touched, where the content is impossible. \a frame has its 300 bytes.
[[nodiscard]] bool decodeStatus(Bytes frame, BatteryState &to);
[[nodiscard]] bool decodeSettings(Bytes frame, BatteryState &to);
void decodeInformation(Bytes frame, BatteryState &to);
void decodeParameters(Bytes frame, std::vector<ParameterValue> &to);

[[nodiscard]] std::span<const modbus::SettingRow> settingRows();

} // namespace sb::jk_pb
