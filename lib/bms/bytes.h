// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <optional>
#include <span>

namespace sb {

/// Bytes of a frame, not owned. Every read below is checked against its length.
using Bytes = std::span<const quint8>;

[[nodiscard]] inline Bytes bytesOf(QByteArrayView view)
{
    return {reinterpret_cast<const quint8 *>(view.data()), static_cast<size_t>(view.size())};
}

[[nodiscard]] inline QByteArrayView viewOf(Bytes bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

/// How a number lies on the wire.
enum class Wire : quint8 { U8, S8, U16BE, U16LE, S16BE, S16LE, U32BE, U32LE, S32BE, S32LE, F32BE, F32LE };

[[nodiscard]] constexpr int wireSize(Wire wire)
{
    switch (wire) {
    case Wire::U8:
    case Wire::S8:
        return 1;
    case Wire::U16BE:
    case Wire::U16LE:
    case Wire::S16BE:
    case Wire::S16LE:
        return 2;
    default:
        return 4;
    }
}

/// The number at \a offset, or nothing where the bytes end before it does. A float that is not finite is
/// nothing.
[[nodiscard]] std::optional<double> readNumber(Bytes bytes, size_t offset, Wire wire);

/// The same for whole numbers and bit words; a float wire type gives nothing.
[[nodiscard]] std::optional<qint64> readInteger(Bytes bytes, size_t offset, Wire wire);

/// Writes the low bytes of \a value at the end of \a to.
void appendInteger(QByteArray &to, qint64 value, Wire wire);

/// "dd a5 03" style text for logs and messages.
[[nodiscard]] QByteArray toHex(QByteArrayView bytes);

} // namespace sb
