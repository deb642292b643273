// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/pack.h"
#include "simulator/simulatorport.h"

#include <QString>
#include <optional>

namespace sb {

/// Something that happens to the line for a while.
struct ScenarioEvent
{
    double at = 0;      ///< seconds after the start
    double seconds = 0; ///< how long
    std::optional<Fault> fault;
    std::optional<int> pulled; ///< the pack, from 1, that is taken off the line
};

/// What a scenario file asks for beyond the pack's configuration.
struct Scenario
{
    std::optional<Profile> profile;
    std::vector<ScenarioEvent> events;
    double faultShare = 0.2; ///< of the replies that a fault hits
};

/// Applies a scenario file to \a config:
/// `{"chemistry":"lfp","cells":16,"capacityAh":280,"soc":62,"ambient":21,"steps":[{"seconds":60,"current":20}],
/// "repeat":true,"faultShare":0.3,"events":[{"at":10,"for":5,"fault":"noise"},{"at":30,"for":60,"pull":2}]}`;
/// every key may be left out. On a defect: nothing, and one line naming file and key.
[[nodiscard]] std::optional<Scenario> readScenario(const QString &fileName, PackConfig &config,
                                                   QString *error);

} // namespace sb
