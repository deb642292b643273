// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/driver.h"
#include "bms/fieldtable.h"
#include "bms/framesplitter.h"

namespace sb::frames {

/// When a question is asked.
enum class Asked : quint8 { AtStart, InPoll, Always };

/// One line of a family's list of questions. Without bytes it waits for what the BMS says by itself.
struct Ask
{
    int id;          ///< that the frames of its answer carry, as idOf() tells
    const char *hex; ///< what is sent; "" waits
    Asked asked = Asked::Always;
    bool optional = false;
    int everyMs = 0;
    int timeoutMs = 1500;
    int tries = 3;
};

/// What all families with frames of their own share: questions by table, the search for the answer, echoes,
/// counters. A family says where a frame begins, how long it is and how it is checked (FrameRule), which
/// question a frame answers, and what it means.
class FrameDriver : public Driver
{
public:
    /// \a asks must outlive the driver.
    FrameDriver(const DriverConfig &config, const FrameRule &rule, std::span<const Ask> asks);

    void requests(Phase phase, std::vector<Request> &to) override;
    void begin(const Request &request) override;
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override;
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override;
    [[nodiscard]] int missingBytes() const override { return m_splitter.missing(); }
    [[nodiscard]] LinkCounters counters() const override;

    [[nodiscard]] static Request request(const Ask &ask);

protected:
    /// What a frame was to the pending question.
    enum class Taken : quint8 {
        Foreign,    ///< the answer to something else
        Impossible, ///< right form, content that can't be; nothing was added to the update
        Partly,     ///< one of several frames of the answer
        Done,       ///< the answer is complete
        Refused,    ///< the BMS says no; see refusal()
    };

    /// Which question \a frame answers, by its own bytes; nothing where it answers none.
    [[nodiscard]] virtual std::optional<int> idOf(Bytes frame) const = 0;
    /// \a frame has the id of \a pending and a right checksum. Its lengths are still to be checked; where it
    /// is not taken, \a update must stay as it was.
    [[nodiscard]] virtual Taken decode(Bytes frame, const Request &pending, Update &update) = 0;
    /// A frame that answers another question, or (\a pending null) none at all. Boards that speak by
    /// themselves say in it what is worth taking.
    [[nodiscard]] virtual Taken unasked(Bytes, const Request *, Update &) { return Taken::Foreign; }
    /// The code of the last frame that was Refused.
    [[nodiscard]] virtual int refusal() const { return 0; }
    /// Some boards confirm in the words of the question: families of radios, where nothing comes back by
    /// itself, may say no.
    [[nodiscard]] virtual bool lineEchoes() const { return true; }
    /// For families that strip or unscramble what arrives before it is cut into frames.
    [[nodiscard]] virtual Bytes cleaned(Bytes bytes) { return bytes; }

    /// Boards of one family may frame differently: takes effect with the next bytes.
    void setRule(const FrameRule &rule);
    /// Where nothing tells before the first frame how a board frames: both rules are tried until a frame of
    /// one of them meant something.
    void alsoFramed(const FrameRule &rule) { m_other.emplace(rule); }

private:
    Reply takeFrames(const Request *pending, Update &update);
    Reply takeFrom(FrameSplitter &splitter, const Request *pending, Update &update);
    bool keepOnly(const FrameSplitter &splitter);

    std::span<const Ask> m_asks;
    FrameSplitter m_splitter;
    std::optional<FrameSplitter> m_other;
    LinkCounters m_counters;
};

} // namespace sb::frames
