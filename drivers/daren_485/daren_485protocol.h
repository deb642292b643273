// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/fieldtable.h"
#include "drivers/modbus/settings.h"

/// What the frames of Daren boards (DR-JC03, DR48100: Basen, Tian Power) and of KS48100 hold. From the
/// vendors' document and notes on recorded dialogues. Verified on five recorded replies of a Daren board; of
/// KS48100 nobody has published one. Not verified on hardware: which bit of the FET word is which FET (the
/// documents agree, another program has it the other way round).
namespace sb::daren_485 {

enum Service : quint8 { Realtime = 0x42, Limits = 0x47, Maker = 0x51, Extended = 0xB0 };
/// Parts of the extended service.
enum Module : quint8 { Identity = 3, Capacities = 4 };

inline constexpr qint64 minCells = 4;
inline constexpr qint64 maxCells = 32;

/// All of these: false, and nothing touched, where the content is impossible.
[[nodiscard]] bool decodeRealtime(Bytes info, BatteryState &to);
/// \a to gets no cell count: the realtime values know better.
[[nodiscard]] bool decodeLimits(Bytes info, BatteryState &to, std::vector<ParameterValue> &parameters);
/// The number of cells that the limits are for; only where decodeLimits() is content.
[[nodiscard]] qint64 cellsOfLimits(Bytes info);
/// The barcode of the BMS in the limits.
[[nodiscard]] Text barcodeOfLimits(Bytes info);
/// \a product: a code that is the same for all packs of a kind.
[[nodiscard]] bool decodeMaker(Bytes info, BatteryState &to, Text &product);
/// \a serialSize: characters of the serial number.
[[nodiscard]] bool decodeIdentity(Bytes info, size_t serialSize, BatteryState &to);
[[nodiscard]] bool decodeCapacities(Bytes info, BatteryState &to);

[[nodiscard]] std::span<const modbus::SettingRow> settingRows();

} // namespace sb::daren_485
