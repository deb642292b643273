// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/currentlimit.h"

#include <QString>

namespace sb::control {

/// Why the limits are what they are: for "Why does it not charge?" and "Why not float?".
struct Explanation
{
    struct Candidate
    {
        LimitRule rule = LimitRule::Maximum;
        Number value;      ///< A it allows now; nothing: it does not apply
        Number input;      ///< what it was derived from, where that is one number
        bool wins = false; ///< gives the target
    };
    struct Limit
    {
        Number value;  ///< A in effect
        Number target; ///< A where it goes
        std::array<Candidate, limitRuleCount> candidates;
        std::optional<qint64> holdLeftS; ///< until a rise begins
        bool blockedByLoss = false;
    };
    /// One condition for float (or for bulk, while in float).
    struct Condition
    {
        enum class What : quint8 { PackVoltage, CellSpread, Time, Soc, ResetCharge };
        What what = What::PackVoltage;
        Number present;
        Number needed;
        bool met = false;
    };
    struct Float
    {
        bool inFloat = false;
        std::vector<Condition> conditions; ///< all must be met for float; any one for leaving it
        std::optional<qint64> secondsLeft; ///< of absorption, while the timer runs
    };
    struct Loss
    {
        bool failing = false;
        bool offline = false;
        bool givenUp = false;
        bool safeCells = false;
        std::optional<qint64> lostForS;
        std::optional<qint64> giveUpInS;
    };
    Limit charge;
    Limit discharge;
    Number controlVoltage; ///< V, without voltage drop
    Number targetVoltage;  ///< V, of the cell controller
    Float toFloat;
    Loss loss;
    bool cellsLost = false;
    bool temperatureLost = false;
    bool contradiction = false; ///< current flows against an open FET
};

} // namespace sb::control
