// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk/jkdriver.h"
#include "registerfuzz.h"

namespace {

/// The reply around a body of the fuzzer's, half of the time behind cells that are good.
QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    using namespace sb;
    QByteArray body = request.bytes.mid(static_cast<qsizetype>(jk::bodyAt), 1);
    if (static_cast<quint8>(request.bytes[8]) == jk::ReadAll) {
        body = (input.byte() & 1) != 0 ? QByteArray::fromHex("7906010ce4020ce58a0002") : QByteArray();
        body.append(viewOf(input.take(2U * input.byte())));
    }
    QByteArray frame = request.bytes.first(2);
    appendInteger(frame, body.size() + 18, Wire::U16BE);
    frame.append(request.bytes.sliced(4, 6));
    appendInteger(frame, 1, Wire::U8);
    frame.append(body);
    appendInteger(frame, 0, Wire::U32BE);
    appendInteger(frame, 0x68, Wire::U8);
    appendInteger(frame, checksum(Checksum::Sum16, bytesOf(frame)), Wire::U32BE);
    return frame;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = jk::driver();
    RegisterFuzz(descriptor, {}, FuzzInput(Bytes(data, size)), reply).run();
    return 0;
}
