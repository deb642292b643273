// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QUuid>
#include <algorithm>
#include <utility>
#include <vector>

namespace sb {

struct CanFrame
{
    quint32 id = 0;
    bool extended = false; ///< 29-bit id
    bool remote = false;
    QByteArray data;
    bool operator==(const CanFrame &) const = default;
};

/// When requests are sent.
enum class Phase : quint8 {
    Identify, ///< at connection: who is it, and one complete reading
    Poll,     ///< again and again
};

/// One question to the BMS, or (without bytes) a wait for what it says by itself.
struct Request
{
    int id = 0;       ///< the driver's own: a register, a command byte
    QByteArray bytes; ///< empty, without frames or a read: it only listens
    /// The same question in other words, for protocols whose devices disagree about them: each further try
    /// takes the next one, unless a damaged reply was heard. The driver is shown the words in use as bytes.
    std::vector<QByteArray> otherForms;
    bool eachForm = false; ///< devices are deaf to forms that are not theirs: each gets one try at least
    std::vector<CanFrame> frames; ///< on CAN instead of bytes
    QUuid characteristic;         ///< over Bluetooth: the one that is written, or read; null: the usual one
    bool reads = false;           ///< over Bluetooth: that characteristic is read, its value is the reply
    int timeoutMs = 500;          ///< from the last byte sent to the complete reply
    int tries = 3;
    int retryAfterMs = 0; ///< pause before another try, and after the last one: a late reply comes to nothing
    int pauseBeforeMs = 0; ///< beyond the gap of the line
    int everyMs = 0;       ///< in Phase::Poll: not more often than this; 0: each poll
    bool optional = false; ///< its failure does not fail the round; asked rarely after a few
    int absentEveryMs = 0; ///< so rarely then; 0: the session's usual
    /// The next request is another form of the same question: it is asked where this one stays unanswered,
    /// and left out otherwise. All forms of a question are optional, or none is.
    bool orNext = false;
    int secretFrom = 0; ///< bytes that a capture must not hold (passwords)
    int secretSize = 0;

    /// Makes the next form the one that is sent, in turn.
    void nextForm()
    {
        if (otherForms.empty())
            return;
        otherForms.push_back(std::move(bytes));
        bytes = std::move(otherForms.front());
        otherForms.erase(otherForms.begin());
    }
    [[nodiscard]] int leastTries() const
    {
        return eachForm ? std::max(tries, 1 + static_cast<int>(otherForms.size())) : tries;
    }
};

/// Which of \a requests follows the one at \a at; their size when none does.
[[nodiscard]] inline size_t requestAfter(const std::vector<Request> &requests, size_t at, bool answered)
{
    while (answered && at + 1 < requests.size() && requests[at].orNext)
        ++at;
    return at + 1;
}

} // namespace sb
