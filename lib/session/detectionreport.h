// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/detector.h"

class QJsonObject;

namespace sb {

[[nodiscard]] LikelyCause likelyCause(const std::vector<CandidateReport> &report);
/// Stable key: "nothing-heard".
[[nodiscard]] QLatin1String causeKey(LikelyCause cause);
/// One or two sentences: the cause and what to do.
[[nodiscard]] QString causeText(LikelyCause cause, TransportKind kind = TransportKind::Serial);

/// "jbd at 9600 baud", with the address where there is one.
[[nodiscard]] QString candidateName(const Candidate &candidate);
/// Who was asked, what was sent, what came back, checksum verdicts: one line.
[[nodiscard]] QString candidateText(const CandidateReport &report);
[[nodiscard]] QJsonObject candidateJson(const CandidateReport &report);

} // namespace sb
