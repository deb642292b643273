// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/bytes.h"

namespace sb {

/// The checksums that BMS protocols use. Names and check values (over the text "123456789") are those of the
/// published CRC catalogue where there is one; tests/bms/tst_checksum holds them.
enum class Checksum : quint8 {
    None,
    Sum8,            ///< sum of the bytes modulo 256
    Sum8Complement,  ///< two's complement of Sum8
    Sum16,           ///< sum of the bytes modulo 65536
    Sum16Complement, ///< two's complement of Sum16 (JBD, YD/T 1363)
    Xor8,            ///< exclusive or of the bytes
    XorSum8,         ///< exclusive or of Xor8 and Sum8 (EG4 LifePower); blind to many single flipped bits
    Crc8,            ///< CRC-8/SMBUS, polynomial 0x07
    Crc8Maxim,       ///< CRC-8/MAXIM-DOW, polynomial 0x31 reflected
    Crc16Modbus,     ///< polynomial 0x8005 reflected, start 0xFFFF
    Crc16Xmodem,     ///< polynomial 0x1021, start 0
    Crc32,           ///< CRC-32/ISO-HDLC
};

/// Bytes that the checksum takes on the wire: 0, 1, 2 or 4.
[[nodiscard]] int checksumSize(Checksum kind);

[[nodiscard]] quint32 checksum(Checksum kind, Bytes bytes);

} // namespace sb
