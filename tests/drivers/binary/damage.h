// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/drivers/modbus/boardtalk.h"

/// What the tests of families with frames of their own share.
namespace sb::talk {

/// What the board says to \a request, in one piece.
inline QByteArray answerOf(SimulatedDevice &board, const Request &request)
{
    std::vector<SimulatedReply> replies;
    board.receive(bytesOf(request.bytes), replies);
    QByteArray all;
    for (const SimulatedReply &reply : replies)
        all += reply.bytes;
    return all;
}

/// \a good, the whole reply, is taken also behind noise and an echo; damaged in any bit position, cut short,
/// or replaced by one of \a foreign it gives nothing. \a anyCase: frames are text whose letters may be small.
inline void onlyTheWholeReplyCounts(const Make &make, const Request &request, const QByteArray &good,
                                    const QByteArrayList &foreign, bool anyCase = false)
{
    const auto state = [&](const QByteArray &bytes, Update &update) {
        return hear(*make(), request, bytes, update).state;
    };
    Update fine;
    QVERIFY(state(good, fine) == ReplyState::Complete);
    QVERIFY(state(request.bytes + good, fine) == ReplyState::Complete);
    QVERIFY(state(hex("00ff") + good, fine) == ReplyState::Complete);
    QByteArrayList damaged{{}, request.bytes, good.chopped(1), good.first(good.size() / 2), good.mid(1)};
    damaged += foreign;
    for (qsizetype at = 0; at < good.size(); ++at) {
        QByteArray changed = good;
        changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
        if (!anyCase || changed.toLower() != good.toLower())
            damaged.append(changed);
    }
    for (const QByteArray &bytes : damaged) {
        Update update;
        QVERIFY2(state(bytes, update) == ReplyState::Waiting, bytes.toHex().constData());
        QVERIFY(update.values == BatteryState() && update.parameters.empty());
    }
}

} // namespace sb::talk
