// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"

#include <QCoreApplication>
#include <QLocale>
#include <array>

namespace {

using namespace sb;

constexpr std::array commands = {
    CommandEntry{"run",
                 QT_TRANSLATE_NOOP("Commands", "the service: reads batteries and publishes them on D-Bus"),
                 runCommand},
    CommandEntry{"read", QT_TRANSLATE_NOOP("Commands", "reads a battery once and prints it"), readCommand},
    CommandEntry{"monitor", QT_TRANSLATE_NOOP("Commands", "shows a battery live in the terminal"),
                 monitorCommand},
    CommandEntry{"status", QT_TRANSLATE_NOOP("Commands", "prints the batteries that are on the bus"),
                 statusCommand},
    CommandEntry{"scan", QT_TRANSLATE_NOOP("Commands", "lists serial ports, and what is on them"),
                 scanCommand},
    CommandEntry{"drivers", QT_TRANSLATE_NOOP("Commands", "lists the BMS that are supported"),
                 driversCommand},
    CommandEntry{"simulate", QT_TRANSLATE_NOOP("Commands", "a simulated battery on a pseudo terminal"),
                 simulateCommand},
    CommandEntry{
        "simulate-control",
        QT_TRANSLATE_NOOP("Commands", "runs charge control over a scenario and prints its decisions"),
        simulateControlCommand},
    CommandEntry{"demo", QT_TRANSLATE_NOOP("Commands", "a simulated battery, read and shown, in one command"),
                 demoCommand},
    CommandEntry{"capture", QT_TRANSLATE_NOOP("Commands", "records every byte exchanged with a battery"),
                 captureCommand},
    CommandEntry{"replay", QT_TRANSLATE_NOOP("Commands", "decodes a recording"), replayCommand},
    CommandEntry{"convert", QT_TRANSLATE_NOOP("Commands", "turns recordings of all kinds into each other"),
                 convertCommand},
    CommandEntry{"parameters",
                 QT_TRANSLATE_NOOP("Commands", "the settings stored in the BMS: list, change, compare"),
                 parametersCommand},
    CommandEntry{"command", QT_TRANSLATE_NOOP("Commands", "switches or sets something in the BMS"),
                 controlCommand},
    CommandEntry{"config", QT_TRANSLATE_NOOP("Commands", "checks a configuration file, lists every option"),
                 configCommand},
    CommandEntry{"offer",
                 QT_TRANSLATE_NOOP("Commands", "hands a port to the running service, for supervisors"),
                 offerCommand},
    CommandEntry{"gui", QT_TRANSLATE_NOOP("Commands", "opens the window"), guiCommand},
};

QString tr(const char *text) { return QCoreApplication::translate("Commands", text); }

void printHelp()
{
    console::line(tr("Usage: serialbattery COMMAND [options]"));
    console::line({});
    console::line(
        tr("Reads the battery management systems of lithium packs; publishes, shows and records them."));
    console::line({});
    console::line(tr("Commands:"));
    for (const CommandEntry &command : commands)
        console::line(
            QStringLiteral("  %1  %2").arg(QLatin1String(command.name), -16).arg(tr(command.summary)));
    console::line({});
    console::line(
        tr("\"serialbattery COMMAND --help\" tells more. See it run without hardware: serialbattery demo"));
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("serialbattery"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SB_VERSION));
    // Numbers on the command line, in JSON and in files never depend on where the user lives.
    QLocale::setDefault(QLocale::c());
    installLogging();

    QStringList arguments = QCoreApplication::arguments().mid(1);
    const QString first = arguments.value(0);
    if (first == QLatin1String("--version") || first == QLatin1String("-v")) {
        console::line(QStringLiteral("serialbattery " SB_VERSION));
        return Done;
    }
    if (first.isEmpty() || first == QLatin1String("--help") || first == QLatin1String("-h")) {
        printHelp();
        return first.isEmpty() ? WrongUse : Done;
    }
    if (first == QLatin1String("help")) {
        if (arguments.size() == 1) {
            printHelp();
            return Done;
        }
        arguments = {arguments.at(1), QStringLiteral("--help")};
    }
    // The argument forms of dbus-serialbattery: a device alone means the service on it.
    if (arguments.at(0).startsWith(QLatin1String("/dev/")) && arguments.size() == 1)
        arguments = {QStringLiteral("run"), QStringLiteral("--port"), arguments.at(0),
                     QStringLiteral("--exit-if-none")};
    else if (arguments.size() == 2 && !bluetoothAddress(arguments.at(1)).isEmpty())
        arguments = {QStringLiteral("run"), QStringLiteral("--ble"), arguments.join(QLatin1Char(' '))};

    for (const CommandEntry &command : commands) {
        if (arguments.at(0) == QLatin1String(command.name)) {
            Environment environment;
            addAllDrivers(environment.drivers);
            environment.simulators = allSimulators();
            return command.function(arguments, environment);
        }
    }
    console::error(tr("unknown command \"%1\" (\"serialbattery help\" lists them)").arg(arguments.at(0)));
    return WrongUse;
}
