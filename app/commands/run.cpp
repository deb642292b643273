// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/publisher.h"
#include "app/recording.h"
#include "app/signals.h"
#include "app/source.h"
#include "venus/bus.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QTimer>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("RunCommand", text); }

/// A serial starter wants the port back when no BMS answered within this time.
constexpr int exitIfNoneMs = 60000;

/// The bus must be there at the start; later a lost one ends the process.
bool busIsThere(const QString &bus, QString *error)
{
    const QString name = QStringLiteral("serialbattery-probe");
    const QDBusConnection connection = connectBus(bus, name);
    const bool connected = connection.isConnected();
    if (!connected)
        *error = tr("no D-Bus daemon at %1: %2 (start one, or give another --bus)")
                     .arg(resolvedBus(bus), connection.lastError().message());
    QDBusConnection::disconnectFromBus(name);
    return connected;
}

} // namespace

int runCommand(const QStringList &arguments, Environment &environment)
{
    Options options(
        QStringLiteral("run --port PORT [--port PORT ...] [--bms ID] [--address A ...] [--bus BUS] "
                       "[--exit-if-none] [--properties-changed] [--capture DIR [--capture-values]]"),
        tr("The service: finds the BMS on each port, reads it every second and publishes each battery on\n"
           "D-Bus (com.victronenergy.battery.*) until it is stopped."));
    options.source();
    options.value(QStringLiteral("bus"), QStringLiteral("BUS"),
                  tr("system, session or an address such as unix:path=/run/bus; else the session bus where "
                     "DBUS_SESSION_BUS_ADDRESS is set, else the system bus."));
    options.value(QStringLiteral("settings"), QStringLiteral("WHERE"),
                  tr("Where device instances and names are kept: file (the only one so far)."),
                  QStringLiteral("file"));
    options.flag(QStringLiteral("exit-if-none"),
                 tr("Ends with 1 when no BMS answered within 60 s, with 0 when one was given up."));
    options.flag(QStringLiteral("properties-changed"),
                 tr("Sends PropertiesChanged for each item, for old readers."));
    addCaptureOptions(options);
    if (const auto code = options.parse(arguments))
        return *code;
    if (options.value(QStringLiteral("settings")) != QLatin1String("file")) {
        console::error(tr("--settings %1: use file").arg(options.value(QStringLiteral("settings"))));
        return WrongUse;
    }
    std::vector<LineConfig> configs;
    if (const auto code = lineConfigs(options, environment, configs))
        return *code;
    QString error;
    if (!busIsThere(options.value(QStringLiteral("bus")), &error)) {
        console::error(error);
        return Unusable;
    }
    const bool exitIfNone = options.isSet(QStringLiteral("exit-if-none"));

    SystemClock clock;
    DetectionCache cache(stateFolder() + QStringLiteral("/detected.json"));
    Publisher publisher({options.value(QStringLiteral("bus")),
                         options.isSet(QStringLiteral("properties-changed")),
                         stateFolder() + QStringLiteral("/batteries.json")});
    std::vector<std::unique_ptr<Recording>> recordings;
    std::vector<std::unique_ptr<Line>> lines;

    int exitCode = Done;
    bool ending = false;
    size_t running = configs.size();
    const auto end = [&](int code) {
        if (std::exchange(ending, true))
            return;
        exitCode = code;
        for (const auto &line : lines)
            QMetaObject::invokeMethod(line.get(), &Line::stop, Qt::QueuedConnection);
    };
    QTimer nobody;
    nobody.setSingleShot(true);
    QObject::connect(&nobody, &QTimer::timeout, [&] {
        console::error(tr("no BMS answered within %1 s").arg(exitIfNoneMs / 1000));
        end(Failed);
    });
    bool everFound = false;

    for (const LineConfig &config : configs) {
        TrafficTap *tap = nullptr;
        if (options.isSet(QStringLiteral("capture"))) {
            auto recording = Recording::inFolder(options, config, clock, &error);
            if (!recording) {
                console::error(error);
                return WrongUse;
            }
            tap = recording->tap();
            recordings.push_back(std::move(recording));
        }
        lines.push_back(makeSerialLine(config, environment, clock, &cache, tap));
        Line *line = lines.back().get();
        if (tap)
            recordings.back()->follow(*line);
        publisher.add(*line);
        QObject::connect(line, &Line::batteryAdded, line, [&] {
            everFound = true;
            nobody.stop();
        });
        QObject::connect(line, &Line::batteryRemoved, line, [&] {
            if (exitIfNone && !ending)
                end(Done); // another program may try the port now
        });
        QObject::connect(line, &Line::openFailed, line, [&](const LinkError &failure) {
            // With one port, and before anything was there, the user is better told than kept waiting.
            if (!everFound && configs.size() == 1 && !ending) {
                console::error(failure.text);
                end(Unusable);
            }
        });
        QObject::connect(
            line, &Line::stopped, line,
            [&] {
                if (--running == 0)
                    QCoreApplication::exit(0);
            },
            Qt::QueuedConnection);
    }
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, [&] { end(processSignals.exitCode()); });
    QObject::connect(&publisher, &Publisher::refused, [&] {
        if (exitIfNone)
            end(Failed);
    });
    QObject::connect(&publisher, &Publisher::busLost, [&] {
        console::error(tr("the D-Bus daemon went away"));
        end(Failed);
    });
    if (exitIfNone)
        nobody.start(exitIfNoneMs);
    for (const auto &line : lines)
        line->start();
    QCoreApplication::exec();
    return exitCode;
}

} // namespace sb
