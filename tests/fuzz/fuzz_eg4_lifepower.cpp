// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/eg4_lifepower/eg4_lifepowerdriver.h"
#include "registerfuzz.h"

namespace {

QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    using namespace sb;
    QByteArray frame = request.bytes.first(3);
    const Bytes payload = input.take(input.byte());
    appendInteger(frame, static_cast<qint64>(payload.size()), Wire::U8);
    frame.append(viewOf(payload));
    appendInteger(frame, checksum(Checksum::XorSum8, bytesOf(frame)), Wire::U8);
    frame.append('\x0D');
    return frame;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = eg4_lifepower::driver();
    FuzzInput input(Bytes(data, size));
    DriverConfig config;
    const quint8 kind = input.byte();
    config.address = kind & 0x0F;
    if ((kind & 0x10) != 0)
        config.options.insert(QStringLiteral("bmsType"), QStringLiteral("Revov"));
    RegisterFuzz(descriptor, config, input, reply).run();
    return 0;
}
