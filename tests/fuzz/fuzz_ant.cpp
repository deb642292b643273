// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ant/antdriver.h"
#include "registerfuzz.h"

namespace {

QByteArray newReply(const sb::Request &request, sb::FuzzInput &input)
{
    using namespace sb;
    QByteArray frame = request.bytes.first(5);
    const quint8 function = static_cast<quint8>(frame[2]);
    frame[2] = static_cast<char>(function + (function == 0x23 ? 0x20 : 0x10));
    QByteArray data;
    const quint8 kind = input.byte();
    if (function == 0x01 && kind != 0) { // counts that fit the length: chance seldom does
        const int cells = kind % 33;
        const int sensors = kind / 33;
        data = QByteArray::fromHex("0502");
        appendInteger(data, sensors, Wire::U8);
        appendInteger(data, cells, Wire::U8);
        const int rest = 102 + 2 * (cells + sensors);
        data += viewOf(input.take(static_cast<size_t>(rest)));
        data = data.leftJustified(4 + rest, '\0');
    } else {
        data = viewOf(input.take(function == 0x02 && kind % 2 == 0 ? 2 : kind)).toByteArray();
    }
    appendInteger(frame, data.size(), Wire::U8);
    frame += data;
    appendInteger(frame, checksum(Checksum::Crc16Modbus, bytesOf(frame).subspan(1)), Wire::U16LE);
    return frame + QByteArray::fromHex("aa55");
}

QByteArray oldReply(sb::FuzzInput &input)
{
    using namespace sb;
    QByteArray frame = QByteArray::fromHex("aa55aaff");
    frame += viewOf(input.take(134));
    frame = frame.leftJustified(138, '\0');
    frame[123] = static_cast<char>(input.byte() % 40);
    appendInteger(frame, checksum(Checksum::Sum16, bytesOf(frame).subspan(4)), Wire::U16BE);
    return frame;
}

QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    return request.bytes[0] == '\x7E' ? newReply(request, input) : oldReply(input);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = ant::driver();
    FuzzInput input(Bytes(data, size));
    DriverConfig config;
    const quint8 kind = input.byte();
    config.transport = (kind & 1) != 0 ? TransportKind::Bluetooth : TransportKind::Serial;
    constexpr std::array variants{"", "new", "old", ""};
    config.options.insert(QStringLiteral("variant"), QLatin1String(variants[(kind >> 1) % 4]));
    if ((kind & 8) != 0)
        config.options.insert(QStringLiteral("password"), QStringLiteral("abcd1234"));
    RegisterFuzz(descriptor, config, input, reply).run();
    return 0;
}
