// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daren_485/daren_485driver.h"
#include "drivers/ydt1363/ydt1363frame.h"
#include "registerfuzz.h"

namespace {

/// Right in all but its content, and sometimes in its return code.
QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    using namespace sb;
    const auto byteAt = [&](qsizetype at) {
        return static_cast<quint8>(request.bytes.mid(at, 2).toUInt(nullptr, 16));
    };
    const quint8 how = input.byte();
    const quint8 code = how < 0xE0 ? quint8(0) : input.byte();
    const ydt1363::Header header{request.bytes.at(0), how % 8 == 7 ? quint8(0x20) : byteAt(1), byteAt(5)};
    return ydt1363::makeFrame(header, byteAt(3), code, viewOf(input.take(input.byte())));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = daren_485::driver();
    FuzzInput input(Bytes(data, size));
    DriverConfig config;
    config.address = 1 + (input.byte() & 1);
    RegisterFuzz(descriptor, config, input, reply).run();
    return 0;
}
