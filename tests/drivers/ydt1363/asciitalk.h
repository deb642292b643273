// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "drivers/ydt1363/ydt1363frame.h"
#include "tests/drivers/modbus/boardtalk.h"

/// What the tests of YD/T 1363 families share.
namespace sb::talk {

inline bool contains(const std::vector<QByteArray> &list, const QByteArray &bytes)
{
    return std::find(list.begin(), list.end(), bytes) != list.end();
}

/// The request with this id; an empty one where there is none.
inline Request requestWith(Driver &driver, int id, Phase phase = Phase::Identify)
{
    std::vector<Request> requests;
    driver.requests(phase, requests);
    for (const Request &request : requests) {
        if (request.id == id)
            return request;
    }
    return {};
}

/// "HighVoltage2": what is raised, with its level.
inline QStringList raised(const BatteryState &state)
{
    QStringList names;
    for (int i = 0; i < alarmCount; ++i) {
        const auto name = static_cast<AlarmName>(i);
        const auto level = state.alarms.level(name);
        if (level && *level != AlarmLevel::Ok)
            names.append(alarmText(name) + QString::number(static_cast<int>(*level)));
    }
    return names;
}

/// Good replies of the board, damaged in every way: none may give a value. \a free: requests whose replies
/// may have any length.
inline void damagedFramesGiveNothing(const Make &make, SimulatedDevice &board, const ydt1363::Header &header,
                                     const QSet<int> &free = {})
{
    std::vector<Request> requests;
    make()->requests(Phase::Identify, requests);
    int judged = 0;
    for (const Request &request : requests) {
        std::vector<SimulatedReply> replies;
        board.receive(bytesOf(request.bytes), replies);
        if (replies.empty())
            continue;
        const QByteArray good = replies.front().bytes;
        Update fine;
        if (hear(*make(), request, good, fine).state != ReplyState::Complete)
            continue;
        for (const QByteArray &before :
             QByteArrayList{request.bytes, hex("00ff7e41"), request.bytes + "\n", good.chopped(9)})
            QVERIFY2(hear(*make(), request, before + good, fine).state == ReplyState::Complete,
                     before.constData());
        const QByteArray info = QByteArray::fromHex(good.mid(13).chopped(5));
        const quint8 address = static_cast<quint8>(good.mid(3, 2).toInt(nullptr, 16));
        const quint8 otherAddress = address ^ 1;
        ydt1363::Header otherDevice = header;
        otherDevice.device ^= 0x10;
        QByteArrayList damaged{{},
                               request.bytes,
                               good.chopped(1),
                               good.mid(1),
                               ydt1363::makeFrame(header, otherAddress, 0, info),
                               ydt1363::makeFrame(otherDevice, address, 0, info),
                               ydt1363::makeFrame(header, address, 4, info),
                               ydt1363::makeFrame(header, address, 0x44, info)};
        if (!free.contains(request.id)) {
            damaged.append(ydt1363::makeFrame(header, address, 0, info.chopped(1)));
            damaged.append(ydt1363::makeFrame(header, address, 0, QByteArray(info + QByteArray(2, '\0'))));
            if (!info.isEmpty())
                damaged.append(ydt1363::makeFrame(header, address, 0, {}));
        }
        for (qsizetype at = 0; at < good.size(); ++at) {
            QByteArray changed = good;
            changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 5)));
            damaged.append(changed);
        }
        for (const QByteArray &bytes : damaged) {
            Update update;
            QVERIFY2(hear(*make(), request, bytes, update).state != ReplyState::Complete, bytes.constData());
            QVERIFY(update.values == BatteryState() && update.parameters.empty());
        }
        ++judged;
    }
    QVERIFY(judged > 1);
}

/// The reply to one request, heard after another one: a reply doesn't name its command. \a alike: requests
/// whose replies look the same, for which only the wait after a time-out helps.
inline void lateRepliesGiveNothing(const Make &make, SimulatedDevice &board, const QSet<int> &alike)
{
    std::vector<Request> requests;
    make()->requests(Phase::Identify, requests);
    int judged = 0;
    for (const Request &asked : requests) {
        for (const Request &late : requests) {
            if (asked.id == late.id || (alike.contains(asked.id) && alike.contains(late.id)))
                continue;
            std::vector<SimulatedReply> replies;
            board.receive(bytesOf(late.bytes), replies);
            Update update;
            QVERIFY2(
                hear(*make(), asked, replies.at(0).bytes, update).state == ReplyState::Waiting,
                QByteArray(QByteArray::number(late.id, 16) + " after " + QByteArray::number(asked.id, 16)));
            QVERIFY(update.values == BatteryState());
            ++judged;
        }
    }
    QVERIFY(judged > 0);
}

} // namespace sb::talk
