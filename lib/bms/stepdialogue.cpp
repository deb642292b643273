// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/stepdialogue.h"

#include <QCoreApplication>
#include <utility>

namespace sb {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(StepDialogue)
};

constexpr int tries = 2;

} // namespace

std::optional<Request> StepDialogue::next(const StepResult &last)
{
    if (last.end == StepResult::End::LinkLost) {
        fail(Words::tr("the connection was lost before it was finished"));
        m_then = nullptr;
        return std::nullopt;
    }
    if (!m_begun) {
        m_begun = true;
        if (!m_aborted)
            begin();
    } else if (const Then then = std::exchange(m_then, nullptr)) {
        then(last);
    }
    if (m_aborted && (m_request || !m_result.ok))
        fail(Words::tr("stopped before it was finished"));
    if (m_failed || !m_request) {
        m_request.reset();
        return std::nullopt;
    }
    return std::exchange(m_request, std::nullopt);
}

void StepDialogue::ask(Request request, int pauseMs, Then then)
{
    request.pauseBeforeMs = pauseMs;
    request.tries = tries;
    m_request = std::move(request);
    m_then = std::move(then);
}

void StepDialogue::fail(const QString &error)
{
    if (!m_failed)
        m_result.error = error;
    m_failed = true;
    m_result.ok = false;
}

void StepDialogue::failBy(const StepResult &end, const QString &what)
{
    const bool refused = end.end == StepResult::End::Refused;
    m_result.refused = m_result.refused || (refused && !m_failed);
    fail(QStringLiteral("%1: %2").arg(what, refused ? refusalText(end.code)
                                                    : Words::tr("no reply from the BMS; check the cable")));
}

} // namespace sb
