// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/hlpdatabms4s/hlpdatabms4sdriver.h"
#include "registerfuzz.h"

namespace {

/// A measurement made of words that are nearly right.
QByteArray measurement(sb::FuzzInput &input)
{
    static constexpr std::array cells{"3.312", "3.300", "0.000", "4.999", "5.001", "3312", "-3.3", "3.3l2"};
    static constexpr std::array numbers{"-12.5", "0", "78", "100", "101", "+1.5 A", "", "1000.1"};
    static constexpr std::array switches{"1", "0", " 1 ", "2", "on", "", "01", "1"};
    static constexpr std::array sensors{"b1 21", "b2 -5.5C", "b", "i1 9", "b3 --", "b1 151", "", "bb 1 2"};
    QByteArrayList fields;
    const auto word = [&](const auto &words) {
        const quint8 which = input.byte();
        return which < 0xC0 ? QByteArray(words[which / 4 % 8 * (which & 1)]) : QByteArray(words[which % 8]);
    };
    for (int i = 0; i < 4; ++i)
        fields.append(word(cells));
    for (int i = 0; i < 2; ++i)
        fields.append(word(numbers));
    for (int i = 0; i < 2; ++i)
        fields.append(word(switches));
    fields += {"13.2", "78", "0", word(switches), "1"};
    for (int i = input.byte() % 24; i > 0; --i)
        fields.append(word(sensors));
    return fields.join(',');
}

QByteArray settings(sb::FuzzInput &input)
{
    static constexpr std::array keys{"BatterySize", "VoltHigh", "VoltLow", "Other"};
    static constexpr std::array values{"280 Ah", "3,55 V", "2.8", "99999", "-1", "3,5,5", "", "1e3"};
    QByteArray text;
    for (int i = input.byte() % 6; i > 0; --i) {
        const quint8 which = input.byte();
        text +=
            QByteArray(keys[which % 4]) + "= " + values[which / 4 % 8] + ((which & 0x80) != 0 ? "\r\n" : " ");
    }
    return text;
}

QByteArray reply(const sb::Request &request, sb::FuzzInput &input)
{
    QByteArray text = (input.byte() & 1) != 0 ? QByteArray(request.bytes.chopped(1) + "\r\n") : QByteArray();
    if (request.bytes == "pv\n")
        text += "BMS4S " + sb::viewOf(input.take(input.byte() % 8)).toByteArray();
    else if (request.bytes == "ps\n")
        text += settings(input);
    else
        text += measurement(input);
    return text + "\r\n";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    using namespace sb;
    static const DriverDescriptor descriptor = hlpdatabms4s::driver();
    RegisterFuzz(descriptor, {}, FuzzInput(Bytes(data, size)), reply).run();
    return 0;
}
