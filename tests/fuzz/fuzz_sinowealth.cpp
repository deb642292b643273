// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/sinowealth/sinowealthdriver.h"
#include "registerfuzz.h"

namespace {

/// Now and then behind an echo.
QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    using namespace sb;
    const QByteArray echo = (input.byte() & 3) == 0 ? request.bytes : QByteArray();
    const size_t size = bytesOf(request.bytes)[2];
    const QByteArray data =
        viewOf(input.take(size)).toByteArray().leftJustified(static_cast<qsizetype>(size), '\0');
    const QByteArray covered = request.bytes + data;
    return echo + data + static_cast<char>(checksum(Checksum::Crc8, bytesOf(covered)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = sinowealth::driver();
    RegisterFuzz(descriptor, {}, FuzzInput(Bytes(data, size)), reply).run();
    return 0;
}
