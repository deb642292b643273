// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/controlscenario.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "config/configuration.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>

namespace sb {

int simulateControlCommand(const QStringList &arguments, Environment &)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("SimulateControl", text); };
    Options options(
        QStringLiteral("simulate-control SCENARIO"),
        tr("Runs charge control over a scenario (JSON lines) with a clock of its own and prints what it "
           "decides, poll by poll."));
    if (const auto code = options.parse(arguments))
        return *code;
    if (options.positional().size() != 1) {
        console::error(
            tr("simulate-control needs one scenario file (\"simulate-control --help\" tells more)"));
        return WrongUse;
    }
    const QString path = options.positional().constFirst();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        console::error(tr("%1: %2").arg(path, file.errorString()));
        return WrongUse;
    }
    ControlScenario scenario;
    if (const QString reason = scenario.load(file.readAll()); !reason.isEmpty()) {
        console::error(tr("%1: %2").arg(path, reason));
        return WrongUse;
    }
    config::Configuration configuration;
    configuration.readValues(scenario.configuration());
    for (const config::Message &message : configuration.messages())
        console::note(tr("configuration: %1: %2").arg(message.key, message.text));
    scenario.run(config::controlSettings(configuration),
                 [](const QJsonObject &line) { console::json(line); });
    return Done;
}

} // namespace sb
