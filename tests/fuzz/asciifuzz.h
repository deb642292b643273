// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ydt1363/ydt1363frame.h"
#include "registerfuzz.h"

namespace sb {

/// A reply to a YD/T 1363 request: mostly in its name, mostly good, its content from the fuzzer.
inline QByteArray asciiReply(const Request &request, FuzzInput &input)
{
    const QByteArray asked = QByteArray::fromHex(request.bytes.mid(1, 6));
    const auto byteAt = [&asked](qsizetype at) { return static_cast<quint8>(asked[at]); };
    const quint8 manner = input.byte();
    ydt1363::Header header{request.bytes.front(), byteAt(0), byteAt(2)};
    if (manner & 1)
        header.version = input.byte();
    if ((manner & 0x0E) == 0x0E)
        header.device = input.byte();
    const quint8 address = (manner & 0x70) == 0x70 ? input.byte() : byteAt(1);
    const quint8 code = manner & 0x80 ? input.byte() : quint8(0);
    return ydt1363::makeFrame(header, address, code, viewOf(input.take(input.byte())));
}

} // namespace sb
