// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/checksum.h"
#include "bms/driverregistry.h"
#include "fuzzing.h"

#include <cmath>
#include <functional>

/// One session of a register based family: whatever the device says, in any order and pieces.
namespace sb {

class RegisterFuzz
{
public:
    /// Whether a valid frame may add values before the whole answer is there.
    enum class Answers : quint8 { InOneFrame, InSeveral };

    /// \a reply: a frame that fits the request, around data of the fuzzer's.
    using MakeReply = std::function<QByteArray(const Request &request, FuzzInput &input)>;

    RegisterFuzz(const DriverDescriptor &descriptor, const DriverConfig &config, FuzzInput input,
                 MakeReply reply, Answers answers = Answers::InOneFrame)
        : m_info(descriptor.info)
        , m_driver(descriptor.create(config))
        , m_input(input)
        , m_reply(std::move(reply))
        , m_answers(answers)
    {}

    void run()
    {
        for (const Phase phase : {Phase::Identify, Phase::Poll, Phase::Poll}) {
            std::vector<Request> requests;
            m_driver->requests(phase, requests);
            FUZZ_CHECK(!requests.empty());
            Update update;
            for (size_t at = 0; at < requests.size();) {
                const StepResult end = ask(requests[at], update);
                at = requestAfter(requests, at, end.end == StepResult::End::Complete);
            }
            m_known = update.values;
            (void)m_driver->recognise(m_known);
        }
        for (int i = 0; i < 3 && !m_input.isEmpty(); ++i) {
            if (const std::unique_ptr<Procedure> procedure = choose())
                dialogue(*procedure);
        }
        Update update;
        const quint64 frames = m_driver->counters().frames;
        (void)m_driver->receive(m_input.rest(), nullptr, update);
        checkUntouched(frames, {}, update);
    }

private:
    static constexpr int longestFrame = 4113; ///< of the protocols that this is used with
    enum Act : quint8 { Raw, Framed, FramedAgain, Exception, Silence, NoMore, Act_Count };

    std::unique_ptr<Procedure> choose()
    {
        const quint8 which = m_input.byte();
        const double value = m_input.byte();
        const auto &infos = m_driver->parameters();
        if (which % 4 == 0 && !m_info.writes.empty())
            return m_driver->control(m_info.writes[which / 4 % m_info.writes.size()], value, m_known);
        if (infos.empty())
            return nullptr;
        const ParameterInfo &info = infos[m_input.byte() % infos.size()];
        if (which % 4 == 1)
            return m_driver->readParameters({});
        return m_driver->writeParameters({{info.id, which % 4 == 2 ? info.maximum : value}});
    }

    void dialogue(Procedure &procedure)
    {
        const int abortAt = m_input.byte();
        StepResult last;
        Update update;
        for (int step = 0;; ++step) {
            FUZZ_CHECK(step < 1000);
            if (step == abortAt)
                procedure.abort();
            const std::optional<Request> request = procedure.next(last);
            if (!request)
                break;
            FUZZ_CHECK(request->tries > 0);
            update.clear();
            last = ask(*request, update);
        }
        const ProcedureResult result = procedure.result();
        FUZZ_CHECK(result.ok == result.error.isEmpty());
        FUZZ_CHECK(!result.error.contains(QLatin1Char('\n')));
    }

    StepResult ask(Request request, Update &update)
    {
        size_t otherForms = request.otherForms.size();
        m_driver->begin(request);
        Update before = update;
        while (!m_input.isEmpty()) {
            const quint64 frames = m_driver->counters().frames;
            Reply reply;
            switch (m_input.byte() % Act_Count) {
            case Raw:
                reply = m_driver->receive(m_input.take(m_input.byte()), &request, update);
                break;
            case Framed:
            case FramedAgain:
                reply = m_driver->receive(bytesOf(m_reply(request, m_input)), &request, update);
                break;
            case Exception: {
                if (request.bytes.size() < 2)
                    break; // texts know none
                QByteArray frame = request.bytes.first(2);
                frame[1] = static_cast<char>(static_cast<quint8>(frame[1]) | 0x80);
                appendInteger(frame, m_input.byte(), Wire::U8);
                appendInteger(frame, checksum(Checksum::Crc16Modbus, bytesOf(frame)), Wire::U16LE);
                reply = m_driver->receive(bytesOf(frame), &request, update);
                break;
            }
            case Silence:
                reply = m_driver->lineSilent(&request, update);
                break;
            default:
                reply.state = ReplyState::Repeat;
                break;
            }
            FUZZ_CHECK(m_driver->missingBytes() >= 0 && m_driver->missingBytes() <= longestFrame);
            if (reply.state == ReplyState::Complete) {
                checkState(update.values);
                return {StepResult::End::Complete, 0, &update};
            }
            checkUntouched(frames, before, update);
            if (m_driver->counters().frames > frames)
                before = update;
            if (reply.state == ReplyState::Refused)
                return {StepResult::End::Refused, reply.code, nullptr};
            if (reply.state == ReplyState::Repeat) {
                if (otherForms-- == 0)
                    return {StepResult::End::Timeout, 0, nullptr};
                request.nextForm();
                m_driver->begin(request);
            }
        }
        return {StepResult::End::Timeout, 0, nullptr};
    }

    /// All or nothing; and without a valid frame nothing at all.
    void checkUntouched(quint64 framesBefore, const Update &before, const Update &now) const
    {
        if (m_answers == Answers::InSeveral && m_driver->counters().frames > framesBefore) {
            checkState(now.values);
            return;
        }
        FUZZ_CHECK(now.values == before.values && now.parameters == before.parameters);
    }

    static void checkState(const BatteryState &state)
    {
        const auto sane = [](const Number &value) {
            return !value || (std::isfinite(*value) && std::abs(*value) < 1e12);
        };
        visitFields(
            [&](Field, const auto &value) {
                using Type = std::remove_cvref_t<decltype(value)>;
                if constexpr (std::is_same_v<Type, Number>) {
                    FUZZ_CHECK(sane(value));
                } else if constexpr (std::is_same_v<Type, Numbers>) {
                    FUZZ_CHECK(value.size() <= 64);
                    for (const Number &each : value)
                        FUZZ_CHECK(sane(each));
                } else if constexpr (std::is_same_v<Type, Text>) {
                    FUZZ_CHECK(!value || (!value->isEmpty() && value->size() <= 64));
                }
            },
            state);
        FUZZ_CHECK(!state.cellCount || (*state.cellCount >= 1 && *state.cellCount <= 48));
        FUZZ_CHECK(state.cellBalancing.size() <= 48);
        for (const Number &limit : {state.maxChargeCurrent, state.maxDischargeCurrent})
            FUZZ_CHECK(!limit || *limit >= 0);
    }

    const DriverInfo &m_info;
    std::unique_ptr<Driver> m_driver;
    FuzzInput m_input;
    MakeReply m_reply;
    Answers m_answers;
    BatteryState m_known;
};

/// The reply to a Modbus request, its data from the fuzzer.
inline QByteArray modbusReply(const Request &request, FuzzInput &input)
{
    const Bytes asked = bytesOf(request.bytes);
    QByteArray frame = request.bytes.first(2);
    if (asked[1] == 0x10) {
        frame = request.bytes.first(6);
    } else {
        const size_t count = asked[4] * 256U + asked[5];
        const size_t size = asked[1] == 0x01 ? (count + 7) / 8 : 2 * count;
        QByteArray data = viewOf(input.take(size)).toByteArray();
        data.append(static_cast<qsizetype>(size) - data.size(), '\0');
        appendInteger(frame, data.size(), Wire::U8);
        frame.append(data);
    }
    appendInteger(frame, checksum(Checksum::Crc16Modbus, bytesOf(frame)), Wire::U16LE);
    return frame;
}

} // namespace sb
