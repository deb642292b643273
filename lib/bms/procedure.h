// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/request.h"

#include <QString>
#include <optional>
#include <vector>

namespace sb {

struct Update;

/// How the request that a procedure asked for ended.
struct StepResult
{
    enum class End : quint8 {
        Start,    ///< there was none yet
        Complete, ///< reply in update
        Refused,  ///< by the BMS, with code
        Timeout,  ///< no valid reply in all its tries
        LinkLost, ///< nothing can be sent any more
    };
    End end = End::Start;
    int code = 0;
    const Update *update = nullptr; ///< only with Complete
};

struct ParameterOutcome
{
    enum class Status : quint8 { Ok, Refused, NoReply, NotVerified };
    QString id;
    Status status = Status::Ok;
};

struct ProcedureResult
{
    bool ok = false;
    bool refused = false; ///< the BMS said no, as opposed to silence
    QString error;        ///< one line for the user; empty when ok
    std::vector<ParameterOutcome> parameters;
};

/// A dialogue of several requests that belong together: unlock, write, read back, lock. No I/O and no clock
/// inside: the session asks for the next request and reports how it ended.
class Procedure
{
public:
    Procedure() = default;
    virtual ~Procedure();
    Procedure(const Procedure &) = delete;
    Procedure &operator=(const Procedure &) = delete;

    /// The next request, or nothing when the dialogue is over.
    [[nodiscard]] virtual std::optional<Request> next(const StepResult &last) = 0;
    /// Stop as soon as it is safe: what must be undone (a settings mode that is open) is still asked for.
    virtual void abort() = 0;
    /// Valid once next() gave nothing.
    [[nodiscard]] virtual ProcedureResult result() const = 0;
};

} // namespace sb
