// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/service.h"
#include "app/signals.h"
#include "app/source.h"
#include "venus/bus.h"

#include <QCoreApplication>
#include <QDBusConnection>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("RunCommand", text); }

std::optional<DeviceStores::Where> storePlace(const QString &word)
{
    if (word == QLatin1String("auto"))
        return DeviceStores::Where::Auto;
    if (word == QLatin1String("dbus"))
        return DeviceStores::Where::Bus;
    if (word == QLatin1String("file"))
        return DeviceStores::Where::File;
    return std::nullopt;
}

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
    options.value(
        QStringLiteral("settings"), QStringLiteral("WHERE"),
        tr("Where device instances, names and history are kept: dbus (com.victronenergy.settings), file, or "
           "auto: on D-Bus where that service is."),
        QStringLiteral("auto"));
    options.flag(QStringLiteral("exit-if-none"),
                 tr("Ends with 1 when no BMS answered within 60 s, with 0 when one was given up."));
    options.flag(QStringLiteral("properties-changed"),
                 tr("Sends PropertiesChanged for each item, for old readers."));
    addCaptureOptions(options);
    if (const auto code = options.parse(arguments))
        return *code;
    const auto where = storePlace(options.value(QStringLiteral("settings")));
    if (!where) {
        console::error(
            tr("--settings %1: auto, dbus or file").arg(options.value(QStringLiteral("settings"))));
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
    Service::Settings settings;
    settings.publishing = {
        options.value(QStringLiteral("bus")), options.isSet(QStringLiteral("properties-changed")), {}};
    settings.publishing.stores.where = *where;
    settings.publishing.stores.file = stateFolder() + QStringLiteral("/batteries.json");
    settings.publishing.stores.volatileFolder = VolatileMemory::folder(options.value(QStringLiteral("bus")));
    settings.exitIfNone = options.isSet(QStringLiteral("exit-if-none"));
    settings.captureFolder = options.value(QStringLiteral("capture"));
    settings.captureValues = options.isSet(QStringLiteral("capture-values"));
    Service service(settings, environment);
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, &service,
                     [&] { service.stop(processSignals.exitCode()); });
    int exitCode = Done;
    QObject::connect(&service, &Service::finished, &service, [&](int code) {
        exitCode = code;
        QCoreApplication::exit(0);
    });
    if (const QString problem = service.apply(configs); !problem.isEmpty()) {
        console::error(problem);
        return WrongUse;
    }
    QCoreApplication::exec();
    return exitCode;
}

} // namespace sb
