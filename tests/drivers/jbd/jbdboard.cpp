// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jbdboard.h"

#include <algorithm>

namespace sb {
namespace {

QByteArray word(int value)
{
    QByteArray bytes;
    bytes.append(static_cast<char>(value >> 8));
    bytes.append(static_cast<char>(value));
    return bytes;
}

} // namespace

JbdBoard::JbdBoard()
{
    for (quint8 reg = 0x10; reg <= 0x47; ++reg)
        settings[reg] = QByteArray::fromHex("0101");
    settings[0x2D] = QByteArray::fromHex("8001"); // a bit nobody knows, and the switch
    settings[0x38] = QByteArray::fromHex("e97a"); // bits 6:5 of the first byte are nobody's
    settings[0x39] = QByteArray::fromHex("6f20");
    settings[0xA0] = QByteArray("\x03"
                                "JBD");
    settings[0xA1] = QByteArray("\x04"
                                "Boat");
    settings[0xA2] = QByteArray("\x06"
                                "B12345");
}

QByteArray JbdBoard::reply(quint8 reg, quint8 status, const QByteArray &data)
{
    QByteArray body;
    body.append(static_cast<char>(status));
    body.append(static_cast<char>(data.size()));
    body.append(data);
    int sum = 0;
    for (const char c : body)
        sum += static_cast<quint8>(c);
    QByteArray frame;
    frame.append(static_cast<char>(0xDD));
    frame.append(static_cast<char>(reg));
    return frame + body + word(0x10000 - sum) + char(0x77);
}

QByteArray JbdBoard::answer(const QByteArray &request)
{
    const auto reg = static_cast<quint8>(request.at(2));
    if (open)
        longestVisit = std::max(longestVisit, ++inVisit);
    if (silent.contains(reg))
        return {};
    const bool isWrite = static_cast<quint8>(request.at(1)) == 0x5A;
    return isWrite ? write(reg, request.mid(4, request.at(3))) : read(reg);
}

QByteArray JbdBoard::basicInformation() const
{
    const quint8 off = lock | protectedFets;
    QByteArray data = QByteArray::fromHex("14b4000013882710000a2c7c00000000");
    data += word(protection | (lock ? 0x1000 : 0));
    data.append(static_cast<char>(0x20));
    data.append(static_cast<char>(soc));
    data.append(static_cast<char>(~off & 3));
    data += QByteArray::fromHex("10020bab0bab");
    return data;
}

QByteArray JbdBoard::read(quint8 reg)
{
    if (refusedReads.contains(reg))
        return reply(reg, refusedReads.value(reg), {});
    if (reg == 0x03)
        return reply(reg, 0, basicInformation());
    if (!settings.contains(reg))
        return reply(reg, 0x80, {});
    if (!open && !freeReading)
        return reply(reg, 0x81, {});
    return reply(reg, 0, edited.value(reg, settings.value(reg)));
}

QByteArray JbdBoard::write(quint8 reg, const QByteArray &data)
{
    if (refusedWrites.contains(reg))
        return reply(reg, refusedWrites.value(reg), {});
    if (reg == 0x00) {
        if (data != QByteArray::fromHex("5678"))
            return reply(reg, 0x83, {});
        open = true;
        ++visits;
        inVisit = 0;
        return reply(reg, 0, {});
    }
    if (reg == 0x01) {
        if (data == QByteArray::fromHex("2828")) {
            ++saves;
            settings.insert(edited);
        }
        edited.clear();
        open = false;
        balanceTest = 3;
        return reply(reg, 0, {});
    }
    if (reg == 0xE1 || reg == 0xFB) {
        if (!ignored.contains(reg))
            lock = static_cast<quint8>(data.at(1));
        return reply(reg, 0, {});
    }
    if (reg == 0x0A) {
        if (!ignored.contains(reg) && data == QByteArray::fromHex("0100"))
            soc = 100;
        return reply(reg, 0, {});
    }
    if (!open)
        return reply(reg, 0x81, {});
    if (reg == 0xE0 && !ignored.contains(reg)) // capacity is 100 Ah: one percent is 100 x 10 mAh
        soc = static_cast<quint8>((static_cast<quint8>(data.at(0)) << 8 | static_cast<quint8>(data.at(1))) /
                                  100);
    else if (reg == 0xE2)
        balanceTest = static_cast<quint8>(data.at(1));
    else if (!ignored.contains(reg))
        edited[reg] = data;
    return reply(reg, 0, {});
}

} // namespace sb
