// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bytes.h"
#include "drivers/modbus/settings.h"

namespace sb::jk_ble {

/// How a board lays out its frames.
enum class Variant : quint8 {
    Floats,  ///< JK04: a balancer, up to 24 cells
    Cells24, ///< JK02_24S
    Cells32, ///< JK02_32S
};

inline constexpr double lowestCell = 0.5;
inline constexpr double highestCell = 5;

/// A question or, with a value, a write; 20 bytes.
[[nodiscard]] QByteArray question(quint8 reg, const QByteArray &value = {});

[[nodiscard]] std::optional<Variant> variantByName(const QString &name);
/// By the first number of the firmware's version.
[[nodiscard]] Variant variantByFirmware(int firmware);
/// By a status of a board that told nothing else.
[[nodiscard]] Variant variantByStatus(Bytes frame);

// Each false, and nothing touched, where the content is impossible. \a frame has its 300 bytes.
[[nodiscard]] bool decodeStatus(Variant variant, std::optional<int> firmware, Bytes frame, BatteryState &to);
[[nodiscard]] bool decodeSettings(std::optional<Variant> variant, Bytes frame, BatteryState &to);
/// \return the first number of the firmware's version.
std::optional<int> decodeInformation(Bytes frame, BatteryState &to);
void decodeParameters(std::optional<Variant> variant, Bytes frame, std::vector<ParameterValue> &to);

[[nodiscard]] const std::vector<modbus::SettingRow> &settingRows(std::optional<Variant> variant);
/// Where a setting is written; registers are counted otherwise than on the PB series' bus.
[[nodiscard]] quint8 registerOf(const modbus::SettingRow &row, std::optional<Variant> variant);

} // namespace sb::jk_ble
