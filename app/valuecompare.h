// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>
#include <vector>

namespace sb {

struct ValueDifference
{
    QString field;
    QString expected;
    QString got;
};

/// Compares a battery's JSON with what is expected of it: only the fields that \a expected has and that say
/// something of a battery. Cells within 0.5 mV, pack values within 5 mV and 5 mA, temperatures within 0.05
/// degC, all else exactly, unless \a tolerance names another. null and absent are the same.
[[nodiscard]] std::vector<ValueDifference> compareValues(const QJsonObject &expected, const QJsonObject &got,
                                                         const QJsonObject &tolerance);

} // namespace sb
