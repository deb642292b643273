// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
// JBD / LLT Power / Xiaoxiang / Overkill Solar, "DD" protocol over UART, RS485 and Bluetooth.
// Facts: vendor "General Protocol V4", bms-tools register map, public captures (docs/supported-bms.md).
// Verified: frames of the vendor document and of an SP04S; the addressed variant only on computed frames.
#pragma once

#include "bms/driver.h"
#include "bms/fieldtable.h"
#include "bms/framesplitter.h"

namespace sb::jbd {

enum Register : quint8 {
    FactoryEnter = 0x00,
    FactoryExit = 0x01,
    BasicInformation = 0x03,
    CellVoltages = 0x04,
    DeviceName = 0x05,
    ControlWord = 0x0A,
    ErrorCounters = 0xAA,
    RemainingCapacity = 0xE0,
    FetLock = 0xE1,
    BalanceTest = 0xE2,
    FetLockNew = 0xFB,
};

/// Second byte of a request; an adapter that echoes shows them where a reply has its register.
inline constexpr quint8 readMark = 0xA5;
inline constexpr quint8 writeMark = 0x5A;

/// Status byte of a reply.
enum Status : quint8 {
    Good = 0x00,
    Unknown = 0x80,
    NotAllowed = 0x81,
    BadChecksum = 0x82,
    WrongPassword = 0x83
};

inline constexpr quint16 factoryEnterKey = 0x5678;
inline constexpr quint16 factoryExitDiscard = 0x0000;
inline constexpr quint16 factoryExitSave = 0x2828;
inline constexpr quint16 fullChargeReset = 0x0100; ///< of ControlWord: SoC to 100 %

/// Frames as they go over the wire. With an address: the extended form of UP boards.
[[nodiscard]] QByteArray readFrame(quint8 reg, std::optional<int> address);
[[nodiscard]] QByteArray writeFrame(quint8 reg, QByteArrayView data, std::optional<int> address);
[[nodiscard]] QByteArray word(quint16 value);

/// A reply taken apart; data lives as long as the frame.
struct ReplyFrame
{
    quint8 reg = 0;
    quint8 status = 0;
    Bytes data;
};

/// The frame rule of replies: DD reg status n data sum 77, or with an address behind DD.
[[nodiscard]] const FrameRule &replyRule(bool addressed);
[[nodiscard]] ReplyFrame takeApart(Bytes frame, bool addressed);

struct DecodeOptions
{
    bool firstSensorIsMosfet = true;
    bool fullChargeAsWarning = true;
    bool extended = false; ///< layout of the addressed variant
};

/// Each decodes the data of one register; false: the content is impossible, nothing was decoded.
[[nodiscard]] bool decodeBasicInformation(Bytes data, const DecodeOptions &options, BatteryState &to);
[[nodiscard]] bool decodeCellVoltages(Bytes data, BatteryState &to);
[[nodiscard]] bool decodeDeviceName(Bytes data, BatteryState &to);
[[nodiscard]] bool decodeErrorCounters(Bytes data, BatteryState &to);

/// Dates are packed: year - 2000 (7 bits), month (4), day (5).
[[nodiscard]] Date decodeDate(quint16 packed);
[[nodiscard]] quint16 encodeDate(QDate date);

} // namespace sb::jbd
