// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/chargecontrol.h"

#include <QHash>
#include <QJsonObject>
#include <functional>

namespace sb {

/// A charge control scenario: what a battery reads poll by poll, under a clock of its own. Made of JSON
/// lines, a header and the polls.
class ControlScenario
{
public:
    /// \return the reason in one line when the text is no scenario; empty when it is.
    [[nodiscard]] QString load(const QByteArray &text);

    /// Lines of a configuration file that the header asks for.
    [[nodiscard]] const QHash<QString, QString> &configuration() const { return m_configuration; }

    /// Runs it from the start; \a emitLine gets each trace line.
    void run(const control::Settings &settings, const std::function<void(const QJsonObject &)> &emitLine);

private:
    struct Line
    {
        double t = 0;
        int polls = 1;
        double dt = 1;
        int emitEvery = 1;
        QJsonObject set;
        QJsonObject ramp;
        QString event;
        double eventValue = 0;
        std::optional<std::optional<control::ExternalSensor>> external;
        std::optional<double> wallOffset;
    };
    class Run;

    [[nodiscard]] QString loadHeader(const QJsonObject &json);
    [[nodiscard]] static QString loadLine(const QJsonObject &json, Line &line);

    QHash<QString, QString> m_configuration;
    QJsonObject m_battery;
    double m_epoch = 1700000000;
    control::StoredState m_stored;
    std::optional<control::EssState> m_ess;
    std::vector<Line> m_lines;
};

} // namespace sb
