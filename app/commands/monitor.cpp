// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/source.h"
#include "app/terminal.h"

#include <QCoreApplication>

namespace sb {

int monitorCommand(const QStringList &arguments, Environment &environment)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("MonitorCommand", text); };
    Options options(
        QStringLiteral("monitor --port PORT [--bms ID] [--address A] [--json]"),
        tr("Shows a battery live: pack values, a bar per cell, temperatures, alarms, link quality.\n"
           "With --json, or when the output is no terminal: one line of JSON per poll."));
    options.source();
    options.flag(QStringLiteral("json"), tr("Prints one line of JSON per poll."));
    if (const auto code = options.parse(arguments))
        return *code;
    const bool live = console::outputIsTerminal() && !options.isSet(QStringLiteral("json"));
    // Made once the battery is there, so that errors before it appear on the normal screen.
    std::unique_ptr<MonitorView> view;
    const int code =
        withBattery(options, environment, [&](Battery &battery, const std::function<void(int)> &finish) {
            view = std::make_unique<MonitorView>(live);
            view->add(&battery.model());
            QObject::connect(view.get(), &MonitorView::quit, &battery, [finish] { finish(Done); });
            QObject::connect(&battery, &QObject::destroyed, view.get(), [&] { view.reset(); });
        });
    view.reset();
    return code;
}

} // namespace sb
