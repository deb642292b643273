// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/privatebus.h"
#include "app/publisher.h"
#include "app/signals.h"
#include "app/simulation.h"
#include "app/source.h"
#include "app/terminal.h"

#include <QCoreApplication>

namespace sb {

int demoCommand(const QStringList &arguments, Environment &environment)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("DemoCommand", text); };
    Options options(
        QStringLiteral(
            "demo [--bms ID] [--count N] [--packs N] [--ble] [--gui] [--json] [--scenario FILE] [--seed S] "
            "[--fault KIND ...]"),
        tr("A simulated battery, found on its port, read, published on a D-Bus daemon of its own and shown:\n"
           "the whole program without any hardware. Ends with q or Ctrl+C."));
    addSimulationOptions(options);
    options.flag(QStringLiteral("gui"), tr("Shows it in the window."));
    options.flag(QStringLiteral("json"), tr("Prints one line of JSON per poll."));
    if (const auto code = options.parse(arguments))
        return *code;
    Simulation::Settings settings;
    if (const auto code = readSimulationOptions(options, environment, settings))
        return *code;
    if (options.isSet(QStringLiteral("gui"))) {
        QStringList forWindow{QStringLiteral("--demo")};
        if (settings.bluetooth)
            forWindow << QStringLiteral("--ble");
        for (const char *name : {"bms", "count", "seed", "scenario"}) {
            if (options.isSet(QLatin1String(name)))
                forWindow << QStringLiteral("--") + QLatin1String(name) << options.value(QLatin1String(name));
        }
        return startWindow(forWindow);
    }
    const bool live = console::outputIsTerminal() && !options.isSet(QStringLiteral("json"));
    // A live screen and log lines would write over each other.
    if (live && !options.isSet(QStringLiteral("verbose")))
        (void)setLogLevel(QStringLiteral("error"));

    QTemporaryDir folder;
    settings.link = folder.filePath(QStringLiteral("bms"));
    Simulation simulation(settings);
    QString error;
    if (!simulation.start(&error)) {
        console::error(error);
        return Unusable;
    }
    // The simulated adapter stands for the machine's own.
    if (settings.bluetooth)
        qputenv("DBUS_SYSTEM_BUS_ADDRESS", simulation.bus().toUtf8());
    SystemClock clock;
    PrivateBus bus(folder.path());
    std::unique_ptr<Publisher> publisher;
    if (bus.start(&error))
        publisher = std::make_unique<Publisher>(Publisher::Settings{
            bus.address(),
            false,
            {DeviceStores::Where::File, folder.filePath(QStringLiteral("batteries.json")), {}}});
    else
        console::note(tr("without D-Bus: %1").arg(error));

    MonitorView view(live);
    view.setMessage(tr("looking for the battery ..."));
    std::vector<std::unique_ptr<Line>> lines;
    const DriverDescriptor *driver = environment.drivers.find(settings.bms->driverId);
    for (const QString &port : simulation.ports()) {
        LineConfig config;
        config.port = port; // and nothing else: it has to be found
        if (settings.bluetooth) {
            config.kind = TransportKind::Bluetooth;
            config.control.offlineAfterS = control::offlineAfterBluetoothS;
        } else if (settings.addresses.size() > 1 && lineAddresses(driver->info).empty()) {
            // Except where detection can't: nobody tries addresses of a family that usually has none.
            config.driver = driver;
            config.addresses = settings.addresses;
        }
        config.label = tr("simulated");
        lines.push_back(makeLine(config, environment, clock, nullptr));
        Line *line = lines.back().get();
        if (publisher)
            publisher->add(*line);
        QObject::connect(line, &Line::batteryAdded, &view,
                         [&view](Battery *battery) { view.add(&battery->model()); });
        QObject::connect(line, &Line::batteryRemoved, &view,
                         [&view](Battery *battery) { view.remove(&battery->model()); });
        line->start();
    }
    int exitCode = Done;
    ProcessSignals processSignals;
    size_t running = lines.size();
    const auto end = [&](int code) {
        exitCode = code;
        for (const auto &line : lines)
            line->stop();
    };
    for (const auto &line : lines) {
        QObject::connect(
            line.get(), &Line::stopped, &view,
            [&] {
                if (--running == 0)
                    QCoreApplication::exit(0);
            },
            Qt::QueuedConnection);
    }
    QObject::connect(&processSignals, &ProcessSignals::interrupted, &view,
                     [&] { end(processSignals.exitCode()); });
    QObject::connect(&view, &MonitorView::quit, &view, [&] { end(Done); });
    QCoreApplication::exec();
    return exitCode;
}

} // namespace sb
