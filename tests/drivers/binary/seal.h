// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/checksum.h"

#include <QByteArray>
#include <algorithm>
#include <optional>

namespace sb::talk {

/// Where a family's replies have their checksum, found by trying; so that a reply of a wrong length can be
/// closed with a right one.
struct Seal
{
    Checksum kind = Checksum::None;
    bool bigEndian = false;
    bool asText = false; ///< in hexadecimal digits
    qsizetype from = 0;
    qsizetype tail = 0; ///< bytes behind it

    [[nodiscard]] qsizetype size() const { return checksumSize(kind) * (asText ? 2 : 1); }
    [[nodiscard]] qsizetype at(const QByteArray &frame) const { return frame.size() - tail - size(); }
    [[nodiscard]] QByteArray of(const QByteArray &frame) const
    {
        const quint32 sum = checksum(
            kind, bytesOf(frame).subspan(static_cast<size_t>(from), static_cast<size_t>(at(frame) - from)));
        QByteArray bytes;
        for (int i = 0; i < checksumSize(kind); ++i)
            bytes.append(static_cast<char>(sum >> (8 * i) & 0xFF));
        if (bigEndian)
            std::reverse(bytes.begin(), bytes.end());
        return asText ? bytes.toHex().toUpper() : bytes;
    }
    [[nodiscard]] bool fits(const QByteArray &frame) const
    {
        return at(frame) > from && frame.mid(at(frame), size()) == of(frame);
    }
    [[nodiscard]] QByteArray close(QByteArray frame) const
    {
        return frame.replace(at(frame), size(), of(frame));
    }
};

inline std::optional<Seal> sealOf(const QByteArrayList &replies)
{
    std::optional<Seal> best;
    qsizetype most = 1; // one fit may be chance
    for (const Checksum kind :
         {Checksum::Sum8, Checksum::Sum8Complement, Checksum::Sum16, Checksum::Sum16Complement,
          Checksum::Xor8, Checksum::Crc8, Checksum::Crc8Maxim, Checksum::Crc16Modbus, Checksum::Crc16Xmodem,
          Checksum::Crc32}) {
        for (int variant = 0; variant < 4; ++variant) {
            for (qsizetype from = 0; from < 5; ++from) {
                for (qsizetype tail = 0; tail < 3; ++tail) {
                    const Seal seal{kind, (variant & 1) != 0, (variant & 2) != 0, from, tail};
                    const auto fits =
                        std::count_if(replies.begin(), replies.end(),
                                      [&](const QByteArray &reply) { return seal.fits(reply); });
                    if (fits > most) {
                        most = fits;
                        best = seal;
                    }
                }
            }
        }
    }
    return best;
}

} // namespace sb::talk
