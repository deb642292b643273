// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/configfiles.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/service.h"
#include "app/signals.h"
#include "app/source.h"
#include "venus/bus.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QFileInfo>

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

/// The files, read anew. \return an exit code where they can't be used.
std::optional<int> readFiles(const Options &options, const Environment &environment, ConfigFiles &files)
{
    const QString configPath = options.value(QStringLiteral("config"));
    if (!configPath.isEmpty() && !QFileInfo::exists(configPath)) {
        console::error(tr("--config %1: there is no such file").arg(configPath));
        return WrongUse;
    }
    files = readConfigFiles(configPath, options.value(QStringLiteral("options")), environment.drivers);
    logMessages(files);
    if (!options.isSet(QStringLiteral("log-level")) && !options.isSet(QStringLiteral("verbose")))
        (void)setLogLevel(files.configuration.text("LOGGING").toLower());
    return std::nullopt;
}

/// The lines that the command line and the files name. \return an exit code where that is nothing to run
/// with.
std::optional<int> readLines(const Options &options, const Environment &environment, const ConfigFiles &files,
                             std::vector<LineConfig> &configs)
{
    const bool named = options.isSet(QStringLiteral("port")) || options.isSet(QStringLiteral("ble"));
    const QStringList ports = named ? options.values(QStringLiteral("port")) : configuredPorts(files);
    const QStringList bluetooth = named ? options.values(QStringLiteral("ble")) : configuredBluetooth(files);
    if (ports.isEmpty() && bluetooth.isEmpty()) {
        if (!options.isSet(QStringLiteral("exit-if-none"))) {
            console::note(
                tr("no port is named: waiting for ports that are offered (\"serialbattery offer PORT\")"));
            return std::nullopt;
        }
        console::error(tr("name a port, such as --port /dev/ttyUSB0 (\"serialbattery scan\" lists them)"));
        return WrongUse;
    }
    if (const auto code = lineConfigs(options, environment, ports, bluetooth, configs))
        return code;
    const QStringList excluded = files.configuration.words("EXCLUDED_DEVICES");
    std::erase_if(configs, [&excluded](const LineConfig &config) { return excluded.contains(config.port); });
    if (configs.empty()) {
        console::note(tr("every port is in EXCLUDED_DEVICES"));
        return Done;
    }
    for (LineConfig &config : configs)
        applyConfig(files, environment.drivers, config);
    return std::nullopt;
}

} // namespace

int runCommand(const QStringList &arguments, Environment &environment)
{
    Options options(
        QStringLiteral(
            "run [--port PORT ...] [--ble \"ID MAC\" ...] [--bms ID] [--address A ...] [--bus BUS] "
            "[--config FILE] [--options FILE] [--settings WHERE] [--exit-if-none] "
            "[--properties-changed] [--capture DIR [--capture-values]]"),
        tr("The service: finds the BMS on each port, reads it every second and publishes each battery on\n"
           "D-Bus (com.victronenergy.battery.*) until it is stopped."));
    options.source();
    options.value(QStringLiteral("bus"), QStringLiteral("BUS"),
                  tr("system, session or an address such as unix:path=/run/bus; else the session bus where "
                     "DBUS_SESSION_BUS_ADDRESS is set, else the system bus."));
    options.value(QStringLiteral("config"), QStringLiteral("FILE"),
                  tr("Configuration of dbus-serialbattery; else the one of the installation."));
    options.value(QStringLiteral("options"), QStringLiteral("FILE"),
                  tr("Options of our own; else serialbattery.ini beside the configuration."));
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
    ConfigFiles files;
    std::vector<LineConfig> configs;
    if (const auto code = readFiles(options, environment, files))
        return *code;
    if (const auto code = readLines(options, environment, files, configs))
        return *code;
    if (files.configuration.flag("BLUETOOTH_FORCE_RESET_BLE_STACK"))
        environment.radio.restartCommand = bluetoothRestartCommand();
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
    settings.offeredLine = [&](const QString &port) -> std::optional<LineConfig> {
        if (files.configuration.words("EXCLUDED_DEVICES").contains(port))
            return std::nullopt;
        std::vector<LineConfig> offered;
        if (lineConfigs(options, environment, {port}, {}, offered))
            return std::nullopt;
        applyConfig(files, environment.drivers, offered.front());
        return offered.front();
    };
    Service service(settings, environment);
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, &service,
                     [&] { service.stop(processSignals.exitCode()); });
    QObject::connect(&processSignals, &ProcessSignals::hangUp, &service, [&] {
        std::vector<LineConfig> changed;
        // What is wrong was told; what runs goes on.
        if (readFiles(options, environment, files) || readLines(options, environment, files, changed))
            return;
        if (const QString problem = service.apply(changed); !problem.isEmpty())
            console::error(problem);
    });
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
