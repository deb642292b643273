// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/bytes.h"

#include <QtEndian>
#include <bit>
#include <cmath>

namespace sb {

std::optional<qint64> readInteger(Bytes bytes, size_t offset, Wire wire)
{
    const auto size = static_cast<size_t>(wireSize(wire));
    if (offset > bytes.size() || bytes.size() - offset < size)
        return std::nullopt;
    const quint8 *p = bytes.data() + offset;
    switch (wire) {
    case Wire::U8:
        return *p;
    case Wire::S8:
        return static_cast<qint8>(*p);
    case Wire::U16BE:
        return qFromBigEndian<quint16>(p);
    case Wire::U16LE:
        return qFromLittleEndian<quint16>(p);
    case Wire::S16BE:
        return qFromBigEndian<qint16>(p);
    case Wire::S16LE:
        return qFromLittleEndian<qint16>(p);
    case Wire::U32BE:
        return qFromBigEndian<quint32>(p);
    case Wire::U32LE:
        return qFromLittleEndian<quint32>(p);
    case Wire::S32BE:
        return qFromBigEndian<qint32>(p);
    case Wire::S32LE:
        return qFromLittleEndian<qint32>(p);
    case Wire::F32BE:
    case Wire::F32LE:
        break;
    }
    return std::nullopt;
}

std::optional<double> readNumber(Bytes bytes, size_t offset, Wire wire)
{
    if (wire != Wire::F32BE && wire != Wire::F32LE) {
        const std::optional<qint64> value = readInteger(bytes, offset, wire);
        return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
    }
    const std::optional<qint64> raw =
        readInteger(bytes, offset, wire == Wire::F32BE ? Wire::U32BE : Wire::U32LE);
    if (!raw)
        return std::nullopt;
    // Nothing about a battery is that large: bytes that are no float mostly look like one that is.
    constexpr float largest = 1e9F;
    const auto value = std::bit_cast<float>(static_cast<quint32>(*raw));
    return std::abs(value) <= largest ? std::optional<double>(value) : std::nullopt; // and no NaN
}

void appendInteger(QByteArray &to, qint64 value, Wire wire)
{
    const int size = wireSize(wire);
    const bool little = wire == Wire::U16LE || wire == Wire::S16LE || wire == Wire::U32LE ||
                        wire == Wire::S32LE || wire == Wire::F32LE;
    for (int i = 0; i < size; ++i) {
        const int shift = 8 * (little ? i : size - 1 - i);
        to.append(static_cast<char>((value >> shift) & 0xFF));
    }
}

QByteArray toHex(QByteArrayView bytes) { return QByteArray(bytes.data(), bytes.size()).toHex(' '); }

} // namespace sb
