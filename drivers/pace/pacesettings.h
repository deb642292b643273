// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/modbus/settings.h"

namespace sb::pace {

/// Settings that are read and written together.
struct SettingsBlock
{
    quint8 readCode;
    quint8 writeCode;  ///< 0: only read
    size_t lead;       ///< bytes before the values in the reply
    size_t size;       ///< of the values
    bool open = false; ///< the reply goes on with bytes without meaning
};
[[nodiscard]] std::span<const SettingsBlock> settingsBlocks();
[[nodiscard]] const SettingsBlock *blockReadBy(quint8 code);
[[nodiscard]] const SettingsBlock *blockWrittenBy(quint8 code);

/// The number of a row is the code that reads it, and the offset among the values.
[[nodiscard]] std::span<const modbus::SettingRow> settingRows();
[[nodiscard]] constexpr quint16 settingNumber(quint8 code, size_t offset)
{
    return static_cast<quint16>(code << 8 | static_cast<int>(offset));
}

/// \a values of the block with one of them replaced, as the write wants them.
[[nodiscard]] QByteArray changedValues(const QByteArray &values, const modbus::SettingRow &row,
                                       const QByteArray &raw);

} // namespace sb::pace
