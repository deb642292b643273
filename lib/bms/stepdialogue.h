// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/procedure.h"

#include <functional>

namespace sb {

/// A Procedure as a chain: each step says what to ask and what to do with the answer. Nothing has to be
/// undone; a protocol with a settings mode that must be left needs more.
class StepDialogue : public Procedure
{
public:
    [[nodiscard]] std::optional<Request> next(const StepResult &last) final;
    void abort() final { m_aborted = true; }
    [[nodiscard]] ProcedureResult result() const final { return m_result; }

protected:
    using Then = std::function<void(const StepResult &)>;

    /// Asks the first question, or succeeds or fails at once.
    virtual void begin() = 0;
    /// What a refusal code means; translated.
    [[nodiscard]] virtual QString refusalText(int code) const = 0;

    /// Next on the wire, \a pauseMs after the line fell silent; \a then gets how it ended.
    void ask(Request request, int pauseMs, Then then);
    void succeed() { m_result.ok = !m_failed; }
    /// The first reason counts.
    void fail(const QString &error);
    /// "what: why", with why from \a end: refused or silent.
    void failBy(const StepResult &end, const QString &what);

    ProcedureResult m_result;

private:
    std::optional<Request> m_request;
    Then m_then;
    bool m_begun = false;
    bool m_failed = false;
    bool m_aborted = false;
};

} // namespace sb
