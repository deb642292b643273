// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/checksum.h"
#include "bms/driver.h"
#include "simulator/simulateddevice.h"

#include <QTest>
#include <functional>

/// What the tests of register based families share.
namespace sb::talk {

inline QByteArray hex(const char *text) { return QByteArray::fromHex(text); }

/// Lets \a bytes be all that is heard after \a request.
inline Reply hear(Driver &driver, const Request &request, const QByteArray &bytes, Update &update)
{
    driver.begin(request);
    const Reply reply = driver.receive(bytesOf(bytes), &request, update);
    return reply.state == ReplyState::Waiting ? driver.lineSilent(&request, update) : reply;
}

/// Each form of the request once, until one is answered.
inline StepResult ask(Driver &driver, SimulatedDevice &board, Request request, Update &update)
{
    StepResult end{StepResult::End::Timeout, 0, nullptr};
    const size_t forms = 1 + request.otherForms.size();
    for (size_t form = 0; form < forms; ++form, request.nextForm()) {
        std::vector<SimulatedReply> replies;
        board.receive(bytesOf(request.bytes), replies);
        QByteArray bytes;
        for (const SimulatedReply &reply : replies)
            bytes += reply.bytes;
        const Reply reply = hear(driver, request, bytes, update);
        switch (reply.state) {
        case ReplyState::Complete:
            return {StepResult::End::Complete, 0, &update};
        case ReplyState::Refused:
            return {StepResult::End::Refused, reply.code, nullptr};
        case ReplyState::Repeat:
            end = {StepResult::End::Refused, reply.code, nullptr};
            break;
        case ReplyState::Waiting:
            break;
        }
    }
    return end;
}

/// One round with the simulated board. \a good tells whether everything that must answer has answered.
inline BatteryState round(Driver &driver, SimulatedDevice &board, Phase phase, bool *good = nullptr)
{
    std::vector<Request> requests;
    driver.requests(phase, requests);
    Update update;
    bool all = true;
    for (size_t at = 0; at < requests.size();) {
        const bool answered = ask(driver, board, requests[at], update).end == StepResult::End::Complete;
        all = all && (requests[at].optional || requests[at].orNext || answered);
        at = requestAfter(requests, at, answered);
    }
    if (good)
        *good = all;
    return update.values;
}

struct Course
{
    ProcedureResult result;
    std::vector<ParameterValue> read;
    QByteArrayList sent;
};

/// Runs a dialogue; \a silentFrom: from this step on nothing is answered.
inline Course run(Driver &driver, SimulatedDevice &board, const std::unique_ptr<Procedure> &procedure,
                  int silentFrom = 1000, int abortAt = 1000)
{
    Course course;
    StepResult last;
    Update update;
    for (int step = 0; step < 1000; ++step) {
        if (step == abortAt)
            procedure->abort();
        const std::optional<Request> request = procedure->next(last);
        if (!request)
            break;
        course.sent.append(request->bytes);
        update.clear();
        last = step < silentFrom ? ask(driver, board, *request, update)
                                 : StepResult{StepResult::End::Timeout, 0, nullptr};
        course.read.insert(course.read.end(), update.parameters.begin(), update.parameters.end());
    }
    course.result = procedure->result();
    return course;
}

inline QVariant valueOf(const Course &course, const char *id)
{
    for (const ParameterValue &value : course.read) {
        if (value.id == QLatin1String(id))
            return value.value;
    }
    return {};
}

inline QByteArray withCrc(QByteArray frame)
{
    appendInteger(frame, checksum(Checksum::Crc16Modbus, bytesOf(frame)), Wire::U16LE);
    return frame;
}

using Make = std::function<std::unique_ptr<Driver>()>;

/// Good replies of the board to every request, damaged in every way: none may give a value.
inline void damagedRepliesGiveNothing(const Make &make, SimulatedDevice &board, const QByteArray &foreign)
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
        QVERIFY(hear(*make(), request, request.bytes + good, fine).state ==
                ReplyState::Complete); // an echo first
        QVERIFY(hear(*make(), request, hex("00ff") + good, fine).state ==
                ReplyState::Complete); // noise first
        QByteArrayList damaged{{}, request.bytes, foreign, good.chopped(1), good.mid(1)};
        for (qsizetype at = 0; at < good.size(); ++at) {
            QByteArray changed = good;
            changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
            damaged.append(changed);
        }
        QByteArray neighbour = good.chopped(2);
        neighbour[0] = static_cast<char>(neighbour[0] ^ 1);
        damaged.append(withCrc(neighbour));
        QByteArray other = good.chopped(2);
        other[1] = static_cast<char>(other[1] ^ 2);
        damaged.append(withCrc(other));
        damaged.append(withCrc(good.chopped(4)));
        damaged.append(withCrc(good.chopped(2) + hex("0000")));
        for (const QByteArray &bytes : damaged) {
            Update update;
            const std::unique_ptr<Driver> driver = make();
            QVERIFY2(hear(*driver, request, bytes, update).state != ReplyState::Complete,
                     bytes.toHex().constData());
            QVERIFY(update.values == BatteryState() && update.parameters.empty());
        }
        ++judged;
    }
    QVERIFY(judged > 0);
}

} // namespace sb::talk
