// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/framesplitter.h"
#include "bms/request.h"
#include "drivers/modbus/settings.h"

#include <array>

namespace sb::jk {

enum Command : quint8 { Activate = 1, Write = 2, ReadOne = 3, ReadAll = 6 };
/// Id of the read-all request that is asked for the settings in the reply.
inline constexpr int readSettings = 0x100 | ReadAll;

[[nodiscard]] Request readAllRequest(int id = ReadAll);
[[nodiscard]] Request activateRequest();
[[nodiscard]] Request writeRequest(quint8 tag, quint8 value);

[[nodiscard]] FrameRule frameRule();
inline constexpr size_t commandAt = 8;
inline constexpr size_t typeAt = 10; ///< 0 request, 1 reply, 2 told without being asked
inline constexpr size_t bodyAt = 11;
inline constexpr size_t afterBody = 9; ///< record number, end mark, checksum
/// What the splitter can't compare: the end mark and the unused half of the checksum.
[[nodiscard]] bool hasGoodEnd(Bytes frame);

/// The values of a read-all reply by their tag. They point into the frame.
class Tags
{
public:
    /// Stops at a tag that is not known, and at one whose value is cut short.
    explicit Tags(Bytes body);
    [[nodiscard]] Bytes operator[](quint8 tag) const;
    [[nodiscard]] std::optional<qint64> integer(quint8 tag, Wire wire = Wire::U16BE) const;

private:
    static constexpr quint8 first = 0x79;
    static constexpr quint8 last = 0xC0;
    std::array<Bytes, last - first + 1> m_values;
};

/// False, and nothing touched, where the content is impossible.
[[nodiscard]] bool decodeAll(const Tags &tags, BatteryState &to);
[[nodiscard]] std::span<const modbus::SettingRow> settingRows();

} // namespace sb::jk
