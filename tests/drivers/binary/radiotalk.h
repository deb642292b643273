// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "simulator/pack.h"
#include "simulator/simulateddevice.h"

namespace sb::talk {

/// Where the board of \a profile takes a request.
inline QString targetOf(const Request &request, const GattProfile &profile)
{
    return bluetoothUuidText(request.characteristic.isNull() ? profile.write : request.characteristic);
}

/// What a simulated board says to \a request over Bluetooth, notification by notification; to one that only
/// waits, what it says by itself in the next seconds.
inline QByteArrayList radioAnswer(SimulatedDevice &board, const Request &request, const GattProfile &profile)
{
    std::vector<SimulatedReply> replies;
    if (request.reads)
        return {board.characteristicValue(targetOf(request, profile))};
    if (!request.bytes.isEmpty())
        board.written(targetOf(request, profile), bytesOf(request.bytes), replies);
    constexpr int stepMs = 100;
    constexpr int steps = 30;
    for (int i = 0; i < steps && (i == 0 || replies.empty()); ++i)
        board.elapsed(stepMs, replies);
    QByteArrayList all;
    for (const SimulatedReply &reply : replies)
        all.append(reply.bytes);
    return all;
}

/// The same where the board goes on only when \a driver has acknowledged what it said.
inline QByteArrayList radioAnswer(Driver &driver, SimulatedDevice &board, const Request &request,
                                  const GattProfile &profile)
{
    QByteArrayList all = radioAnswer(board, request, profile);
    if (request.reads)
        return all;
    Update update;
    driver.begin(request);
    for (qsizetype at = 0; at < all.size(); ++at) {
        const Reply reply = driver.receive(bytesOf(all.at(at)), &request, update);
        if (reply.answer.isEmpty())
            continue;
        std::vector<SimulatedReply> replies;
        board.written(targetOf(request, profile), bytesOf(reply.answer), replies);
        for (const SimulatedReply &each : replies)
            all.append(each.bytes);
    }
    (void)driver.lineSilent(&request, update);
    return all;
}

/// In notifications of at most \a size bytes; 0: as they are.
inline QByteArrayList inChunks(const QByteArrayList &replies, qsizetype size)
{
    if (size == 0)
        return replies;
    QByteArrayList chunks;
    for (const QByteArray &reply : replies) {
        for (qsizetype at = 0; at < std::max<qsizetype>(reply.size(), 1); at += size)
            chunks.append(reply.mid(at, size));
    }
    return chunks;
}

/// Lets \a chunks be all that is heard after \a request.
inline Reply hearChunks(Driver &driver, const Request &request, const QByteArrayList &chunks, Update &update)
{
    driver.begin(request);
    Reply reply;
    for (const QByteArray &chunk : chunks) {
        reply = driver.receive(bytesOf(chunk), &request, update);
        if (reply.state != ReplyState::Waiting)
            return reply;
    }
    return driver.lineSilent(&request, update);
}

} // namespace sb::talk
