// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "bms/framesplitter.h"

namespace sb::jbd {

namespace reg {
inline constexpr quint8 enterSettings = 0x00; ///< "factory mode": settings can be read and written
inline constexpr quint8 exitSettings = 0x01;
inline constexpr quint8 basicInformation = 0x03;
inline constexpr quint8 cellVoltages = 0x04;
inline constexpr quint8 deviceName = 0x05;
inline constexpr quint8 command = 0x0A;
inline constexpr quint8 serialNumber = 0x16;
inline constexpr quint8 packOvervoltage = 0x20;
inline constexpr quint8 packUndervoltage = 0x22;
inline constexpr quint8 chargeOvercurrent = 0x28;
inline constexpr quint8 dischargeOvercurrent = 0x29;
inline constexpr quint8 functions = 0x2D;
inline constexpr quint8 storedName = 0xA1;
inline constexpr quint8 barcode = 0xA2;
inline constexpr quint8 errorCounters = 0xAA;
inline constexpr quint8 remainingCapacity = 0xE0;
inline constexpr quint8 fetLock = 0xE1;
inline constexpr quint8 balanceTest = 0xE2;
inline constexpr quint8 fetLockMoved = 0xFB; ///< where newer firmware has fetLock
} // namespace reg

namespace status {
inline constexpr quint8 ok = 0x00;
inline constexpr quint8 unknownRegister = 0x80;
inline constexpr quint8 notAllowed = 0x81; ///< outside settings mode
inline constexpr quint8 damaged = 0x82;
inline constexpr quint8 wrongPassword = 0x83;
} // namespace status

/// In the answer to passwordRequest().
inline constexpr quint8 passwordGranted = 0x00;
inline constexpr quint8 passwordRefused = 0x01;
inline constexpr size_t passwordVerdictAt = 4;

inline constexpr quint16 discardKey = 0x0000; ///< of reg::exitSettings: nothing is saved

/// Bits of the protection word that are states, not protections.
inline constexpr quint16 lockedByCommandBit = 1U << 12;
inline constexpr quint16 chargeTimeoutBit = 1U << 13;

/// Year from 2000 in the high 7 bits, month in 4, day in 5; not valid where the word is no date.
[[nodiscard]] QDate dateOf(quint16 raw);

/// What the user may tell about a board, from DriverConfig::options.
struct Options
{
    explicit Options(const DriverConfig &config);

    bool firstSensorIsMosfet;
    bool fullChargeAsWarning; ///< overvoltage at the end of a charge is no alarm
    bool readSettingsAtStart; ///< limits, barcode and serial number, as far as the board gives them freely
    Number socLowWarning, socLowAlarm; ///< %; the board has no flag for it
};

/// One frame from the line.
struct Message
{
    bool echo = false; ///< a request: our own, sent back by a half-duplex adapter
    quint8 reg = 0;
    quint8 status = 0;
    Bytes data;
};

/// Frames and tables of the "DD .. 77" protocol: the classic frame, or the one with an address byte that
/// UP-series boards speak (when the configuration has an address).
class Protocol
{
public:
    explicit Protocol(const DriverConfig &config);

    [[nodiscard]] bool isAddressed() const { return m_address.has_value(); }
    [[nodiscard]] const Options &options() const { return m_options; }

    [[nodiscard]] FrameRule frameRule() const;
    /// Of the answer to passwordRequest(): the radio module's own frame, not the board's.
    [[nodiscard]] static FrameRule passwordRule();
    [[nodiscard]] Request passwordRequest(const QByteArray &password) const;
    [[nodiscard]] static bool isPassword(const Request &request);
    [[nodiscard]] Request read(quint8 reg) const;
    [[nodiscard]] Request write(quint8 reg, QByteArrayView data) const;
    [[nodiscard]] Request write(quint8 reg, quint16 word) const;
    [[nodiscard]] static quint8 registerOf(const Request &request);
    [[nodiscard]] static bool isWrite(const Request &request);
    /// \a frame: as a FrameSplitter with frameRule() gives it.
    [[nodiscard]] Message parse(Bytes frame) const;

    /// Decodes what is not a setting. False, and nothing in \a to touched, where the content is impossible.
    [[nodiscard]] bool decode(quint8 reg, Bytes data, BatteryState &to) const;

private:
    [[nodiscard]] Request request(quint8 direction, quint8 reg, QByteArrayView data) const;
    [[nodiscard]] bool decodeBasicInformation(Bytes data, BatteryState &to) const;

    Options m_options;
    std::optional<quint8> m_address;
    int m_timeoutMs;
};

} // namespace sb::jbd
