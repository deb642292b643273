// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controlwords.h"

#include <QJsonArray>
#include <QJsonObject>

namespace sb {

/// The batteries on a bus, for commands that run once and end: ours by their whole JSON, others by their
/// items. Gives nothing, and one line, where there is no bus.
[[nodiscard]] std::optional<QJsonArray> batteriesOnBus(const QString &bus, QString *error);

struct BusCallResult
{
    bool reached = false; ///< a running service holds the port
    QString error;        ///< empty: done
};
/// Asks the service that holds \a port to do it.
[[nodiscard]] BusCallResult commandThroughService(const QString &bus, const QString &port,
                                                  const ControlRequest &request);

} // namespace sb
