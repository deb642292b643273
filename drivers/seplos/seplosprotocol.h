// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ydt1363/ydt1363driver.h"
#include "drivers/ydt1363/ydt1363reader.h"

/// Seplos V2 boards (EMU10xx, EMU11xx: Mason kits, EcoWorthy, Polinovel) and their clone by Boqiang
/// (BMS-S07). Facts: the vendor's MODBUS-ASCII document V2.0. Verified on published captures of 15 and 16
/// cells and of a Boqiang board: readings, status, device information; events 1, 4, 7, 8 and the settings
/// only read.
namespace sb::seplos {

enum Code : quint8 {
    Telemetry = 0x42,
    Status = 0x44,
    Settings = 0x47,
    ProtocolVersion = 0x4F,
    DeviceInformation = 0x51,
};

inline constexpr quint8 seplosVersion = 0x20;
inline constexpr quint8 boqiangVersion = 0x26;

[[nodiscard]] const ydt1363::Dialect &dialect();
[[nodiscard]] std::span<const ydt1363::Command> commands();

/// Beside what a battery has.
struct TelemetryExtras
{
    int values = 0; ///< count of values behind the fixed ones
    int sensors = 0;
    Number ratedAh;
};
inline constexpr int seplosValues = 10;
inline constexpr int boqiangValues = 2;
inline constexpr int usualSensors = 6;

/// Byte of the events with this number, from 1: over Bluetooth they are the same in another frame.
void decodeEvent(int number, quint8 byte, AlarmSet &to);

[[nodiscard]] bool decodeTelemetry(Bytes info, BatteryState &to, TelemetryExtras &extras);
[[nodiscard]] bool decodeStatus(Bytes info, BatteryState &to);
[[nodiscard]] bool decodeDeviceInformation(Bytes info, BatteryState &to);

} // namespace sb::seplos
