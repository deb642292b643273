// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daly/dalydriver.h"
#include "registerfuzz.h"

namespace {

QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    using namespace sb;
    QByteArray all;
    const int frames = input.byte() % 17;
    for (int number = 1; number <= frames; ++number) {
        QByteArray frame = request.bytes.first(4);
        frame[1] = static_cast<char>(static_cast<quint8>(frame[1]) >= 0x80 ? 1 : frame[1] - 0x3F);
        // Half of them are numbered as a good board does: chance seldom counts.
        if (frames > 1)
            appendInteger(frame, number, Wire::U8);
        frame.append(viewOf(input.take(static_cast<size_t>(12 - frame.size()))));
        frame = frame.leftJustified(12, '\0');
        appendInteger(frame, checksum(Checksum::Sum8, bytesOf(frame)), Wire::U8);
        all += frame;
    }
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = daly::driver();
    FuzzInput input(Bytes(data, size));
    DriverConfig config;
    const quint8 kind = input.byte();
    config.address = (kind & 1) != 0 ? 0x80 : 0x40 + (kind >> 4);
    config.options.insert(QStringLiteral("invertCurrent"), (kind & 2) != 0);
    RegisterFuzz(descriptor, config, input, reply).run();
    return 0;
}
