// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_pb/jk_pbdriver.h"
#include "registerfuzz.h"

namespace {

/// A data frame of the right type around the fuzzer's content, and the confirmation.
QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    using namespace sb;
    QByteArray frame;
    if (const int type = jk_pb::frameType(request.id)) {
        frame = QByteArray::fromHex("55aaeb90");
        appendInteger(frame, type, Wire::U8);
        appendInteger(frame, 0, Wire::U8);
        const Bytes content = input.take(293);
        frame.append(viewOf(content));
        frame = frame.leftJustified(299, '\0', true);
        appendInteger(frame, checksum(Checksum::Sum8, bytesOf(frame)), Wire::U8);
    }
    QByteArray confirmation = request.bytes.first(6);
    appendInteger(confirmation, checksum(Checksum::Crc16Modbus, bytesOf(confirmation)), Wire::U16LE);
    return frame + confirmation;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = jk_pb::driver();
    FuzzInput input(Bytes(data, size));
    DriverConfig config;
    config.address = 1 + (input.byte() & 1);
    RegisterFuzz(descriptor, config, input, reply).run();
    return 0;
}
