// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/settings.h"
#include "drivers/ydt1363/ydt1363driver.h"
#include "drivers/ydt1363/ydt1363reader.h"

/// Pylontech low-voltage batteries (US2000, US3000, US5000, UP2500, Phantom, Force-L) on RS485, and the many
/// packs that imitate them. Facts: the vendor's document V3.3 of 2018; the newer commands for a whole stack
/// from programs that imitate or read it. Verified on published replies of US2000 and US3000: readings;
/// everything else only read, the stack's commands on no battery at all.
namespace sb::pylontech {

enum Code : quint8 {
    Analog = 0x42,
    Alarms = 0x44,
    SystemParameters = 0x47,
    ProtocolVersion = 0x4F,
    Manufacturer = 0x51,
    StackAnalog = 0x61,
    StackAlarms = 0x62,
    StackLimits = 0x63,
    Limits = 0x92,
    Serial = 0x93,
    Firmware = 0x96,
};

inline constexpr quint8 versionOfProtocol = 0x20;
inline constexpr int firstPack = 2; ///< of a group: it speaks for the others
inline constexpr int groupSize = 16;

[[nodiscard]] const ydt1363::Dialect &dialect();
[[nodiscard]] std::span<const ydt1363::Command> commands();

/// One pack of a reply, which may hold several.
[[nodiscard]] bool decodeAnalog(ydt1363::Reader &reader, BatteryState &to);
/// \a charging: a temperature alarm is one of charging.
[[nodiscard]] bool decodeAlarms(ydt1363::Reader &reader, bool charging, BatteryState &to);
[[nodiscard]] bool decodeLimits(ydt1363::Reader &reader, Scale current, BatteryState &to);
[[nodiscard]] bool decodeStackAnalog(Bytes info, BatteryState &to);
[[nodiscard]] bool decodeStackAlarms(Bytes info, BatteryState &to);
[[nodiscard]] bool decodeManufacturer(Bytes info, BatteryState &to);
[[nodiscard]] bool decodeSerial(Bytes info, BatteryState &to);
[[nodiscard]] bool decodeFirmware(Bytes info, BatteryState &to);

/// The number of a row is its offset in the reply to 47. Nothing is written.
[[nodiscard]] std::span<const modbus::SettingRow> settingRows();
inline constexpr size_t settingsSize = 25;

} // namespace sb::pylontech
