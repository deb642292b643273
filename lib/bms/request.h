// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
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
    int id = 0; ///< the driver's own: a register, a command byte
    QByteArray bytes;
    /// The same question in other words, for protocols whose devices disagree about them: each further try
    /// takes the next one, unless a damaged reply was heard. The driver is shown the words in use as bytes.
    std::vector<QByteArray> otherForms;
    bool eachForm = false; ///< devices are deaf to forms that are not theirs: each gets one try at least
    std::vector<CanFrame> frames; ///< on CAN instead of bytes
    int timeoutMs = 500;          ///< from the last byte sent to the complete reply
    int tries = 3;
    int retryAfterMs = 0; ///< pause before another try, and after the last one: a late reply comes to nothing
    int pauseBeforeMs = 0; ///< beyond the gap of the line
    int everyMs = 0;       ///< in Phase::Poll: not more often than this; 0: each poll
    bool optional = false; ///< its failure does not fail the round; given up after a few
    int secretFrom = 0;    ///< bytes that a capture must not hold (passwords)
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

} // namespace sb
