// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ydt1363/ydt1363driver.h"
#include "drivers/ydt1363/ydt1363reader.h"

/// PACE boards (P16S100A, P15S, P8S ... in SOK, Greenrich, Jakiper, EASUN and many rack packs), protocol
/// "paceic" version 2.5. Facts: the vendor's document of 2018-07-05. Verified on published captures of a
/// P16S100A: readings, status, version, serial number and both FET commands; settings and the second half of
/// a bus only read.
namespace sb::pace {

enum Code : quint8 {
    Analog = 0x42,
    Status = 0x44,
    Version = 0xC1,
    Serial = 0xC2,
    Capacity = 0xA6,
    ChargeFet = 0x9A,
    DischargeFet = 0x9B,
};

inline constexpr quint8 versionOfProtocol = 0x25;
inline constexpr quint8 mainDevice = 0x46;
inline constexpr quint8 ternaryDevice = 0x4F; ///< some 14-cell boards
inline constexpr quint8 usualMaster = 1;      ///< on RS232 it speaks for the others

[[nodiscard]] const ydt1363::Dialect &dialect();
[[nodiscard]] std::span<const ydt1363::Command> commands();

/// The bytes of one pack. Where a reply holds all packs, they follow one another.
/// \return false where they can't be those of a pack.
[[nodiscard]] bool decodeAnalog(ydt1363::Reader &reader, BatteryState &to);
/// \a extra: bytes that some firmware adds.
[[nodiscard]] bool decodeStatus(ydt1363::Reader &reader, qint64 extra, bool swapBalancing, BatteryState &to);
[[nodiscard]] bool decodeCapacity(ydt1363::Reader &reader, BatteryState &to);

/// A text in a frame; nothing where the bytes are none, or nothing but filler.
[[nodiscard]] bool isText(Bytes info);
[[nodiscard]] Text decodeFilledText(Bytes info);

} // namespace sb::pace
