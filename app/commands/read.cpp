// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/batterytext.h"
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/parameterfile.h"
#include "app/source.h"

#include <QCoreApplication>
#include <QJsonObject>

namespace sb {

int readCommand(const QStringList &arguments, Environment &environment)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("ReadCommand", text); };
    Options options(QStringLiteral("read --port PORT [--bms ID] [--address A] [--parameters] [--json]"),
                    tr("Connects to a battery, reads all it offers once, prints it and ends."));
    options.source();
    options.flag(QStringLiteral("parameters"), tr("Reads the settings stored in the BMS, too."));
    options.flag(QStringLiteral("json"), tr("Prints one JSON document."));
    if (const auto code = options.parse(arguments))
        return *code;
    const bool asJson = options.isSet(QStringLiteral("json"));
    const bool withParameters = options.isSet(QStringLiteral("parameters"));

    return withBattery(options, environment, [&](Battery &battery, const std::function<void(int)> &finish) {
        if (!withParameters) {
            if (asJson)
                console::json(battery.model().toJson());
            else
                console::text(batteryText(battery.model()).toUtf8());
            finish(Done);
            return;
        }
        std::unique_ptr<Procedure> procedure = battery.pack().driver().readParameters({});
        if (!procedure) {
            console::error(tr("this BMS has no settings that can be read"));
            finish(Failed);
            return;
        }
        battery.session().run(
            &battery.pack(), std::move(procedure),
            [&, finish](const ProcedureResult &result, const std::vector<ParameterValue> &values) {
                if (!result.error.isEmpty())
                    console::error(result.error);
                if (asJson) {
                    QJsonObject object = battery.model().toJson();
                    object.insert(QStringLiteral("parameters"), parametersToJson(values));
                    console::json(object);
                } else {
                    console::text(batteryText(battery.model()).toUtf8());
                    console::text(parametersText(battery.pack().driver().parameters(), values).toUtf8());
                }
                finish(result.ok ? Done : Failed);
            });
    });
}

} // namespace sb
