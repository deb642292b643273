// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/signals.h"
#include "app/simulation.h"

#include <QCoreApplication>

namespace sb {

int simulateCommand(const QStringList &arguments, Environment &environment)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("SimulateCommand", text); };
    Options options(
        QStringLiteral("simulate --bms ID [--count N] [--packs N] [--link PATH] [--ble] [--scenario FILE] "
                       "[--seed S] "
                       "[--fault KIND ...]"),
        tr("A simulated battery that speaks the real protocol on a pseudo terminal. The first line (with\n"
           "--count: lines) printed is the port to connect to. With --ble it is a Bluetooth battery: the\n"
           "first line is \"ready\", the BMS, its address (addresses) and the bus. Ends with Ctrl+C."));
    addSimulationOptions(options);
    options.value(QStringLiteral("link"), QStringLiteral("PATH"),
                  tr("Stable name of the port; several batteries get PATH0, PATH1 ..."));
    options.flag(QStringLiteral("echo"), tr("Returns each request, as some RS485 adapters do."));
    if (const auto code = options.parse(arguments))
        return *code;
    Simulation::Settings settings;
    if (const auto code = readSimulationOptions(options, environment, settings))
        return *code;
    settings.link = options.value(QStringLiteral("link"));
    settings.echo = options.isSet(QStringLiteral("echo"));

    // Before the port is announced: whoever waits for the line may end us at once.
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, QCoreApplication::instance(),
                     &QCoreApplication::quit);
    Simulation simulation(settings);
    QString error;
    if (!simulation.start(&error)) {
        console::error(error);
        return Unusable;
    }
    if (settings.bluetooth) {
        console::line(
            QStringLiteral("ready %1 %2 DBUS_SYSTEM_BUS_ADDRESS=%3")
                .arg(settings.bms->driverId, simulation.ports().join(QLatin1Char(' ')), simulation.bus()));
    } else {
        for (const QString &port : simulation.ports())
            console::line(port);
    }
    QCoreApplication::exec();
    return processSignals.exitCode();
}

} // namespace sb
