// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd_up16s/jbd_up16sdriver.h"
#include "registerfuzz.h"

namespace {

QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    using namespace sb;
    QByteArray frame = request.bytes.first(6);
    const bool writes = static_cast<quint8>(frame[1]) == jbd_up16s::Write;
    const Bytes data = input.take(writes ? 0 : input.byte());
    appendInteger(frame, static_cast<qint64>(data.size()), Wire::U16BE);
    frame.append(viewOf(data));
    appendInteger(frame, checksum(Checksum::Crc16Modbus, bytesOf(frame)), Wire::U16LE);
    return frame;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = jbd_up16s::driver();
    FuzzInput input(Bytes(data, size));
    DriverConfig config;
    const quint8 kind = input.byte();
    config.address = 1 + (kind & 1);
    config.options.insert(QStringLiteral("requireDirectConnection"), (kind & 2) != 0);
    RegisterFuzz(descriptor, config, input, reply).run();
    return 0;
}
