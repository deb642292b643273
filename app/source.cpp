// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/source.h"

#include "app/console.h"
#include "app/exitcode.h"
#include "app/signals.h"
#include "config/keytable.h"
#include "transport/serialtransport.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QPointer>
#include <QSet>
#include <QStandardPaths>

namespace sb {
namespace {

/// For a person who waits: enough for the slowest start of a board that was asleep.
constexpr int patienceMs = 10000;

QString tr(const char *text) { return QCoreApplication::translate("Source", text); }

} // namespace

std::optional<std::vector<int>> parseAddresses(const QString &text)
{
    std::vector<int> addresses;
    for (const QString &part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        bool ok = false;
        const int address = part.trimmed().toInt(&ok, 0);
        if (!ok || address < 0 || address > 255)
            return std::nullopt;
        addresses.push_back(address);
    }
    if (addresses.empty())
        return std::nullopt;
    return addresses;
}

std::optional<int> lineConfigs(const Options &options, const Environment &environment,
                               std::vector<LineConfig> &configs)
{
    return lineConfigs(options, environment, options.values(QStringLiteral("port")), configs);
}

std::optional<int> lineConfigs(const Options &options, const Environment &environment,
                               const QStringList &ports, std::vector<LineConfig> &configs)
{
    LineConfig config;
    const QString bms = options.value(QStringLiteral("bms"));
    if (!bms.isEmpty()) {
        config.driver = environment.drivers.find(bms);
        if (const QString reason = config::unsupportedReason(bms); !config.driver && !reason.isEmpty()) {
            console::error(QStringLiteral("%1: %2").arg(bms, reason));
            return WrongUse;
        }
        if (!config.driver) {
            console::error(tr("unknown BMS \"%1\" (\"serialbattery drivers\" lists them)").arg(bms));
            return WrongUse;
        }
        config.options.insert(QStringLiteral("bmsType"), bms);
    }
    for (const QString &text : options.values(QStringLiteral("address"))) {
        const auto addresses = parseAddresses(text);
        if (!addresses) {
            console::error(tr("--address %1: give numbers from 0 to 255, such as 1 or 0x01").arg(text));
            return WrongUse;
        }
        config.addresses.insert(config.addresses.end(), addresses->begin(), addresses->end());
    }
    if (ports.isEmpty()) {
        console::error(tr("name a port, such as --port /dev/ttyUSB0 (\"serialbattery scan\" lists them)"));
        return WrongUse;
    }
    QSet<QString> devices;
    for (const QString &port : ports) {
        const QString canonical = QFileInfo(port).canonicalFilePath();
        if (!canonical.isEmpty() && devices.contains(canonical)) {
            console::error(tr("--port %1: is the same device as another --port").arg(port));
            return WrongUse;
        }
        devices.insert(canonical);
        config.port = port;
        configs.push_back(config);
    }
    return std::nullopt;
}

std::unique_ptr<Line> makeSerialLine(const LineConfig &config, const Environment &environment, Clock &clock,
                                     DetectionCache *cache, TrafficTap *tap)
{
    SerialSettings settings;
    if (config.driver)
        settings = config.driver->info.serial;
    auto transport = std::make_unique<SerialTransport>(config.port, settings, clock);
    SerialTransport *serial = transport.get();
    transport->setTap(tap);
    return std::make_unique<Line>(
        config, std::move(transport),
        [serial](const Candidate &candidate) {
            serial->setFormat(candidate.baudRate, candidate.driver->info.serial);
        },
        environment.drivers, clock, cache);
}

QString stateFolder()
{
    const QString base = qEnvironmentVariable("XDG_STATE_HOME");
    if (!base.isEmpty())
        return base + QStringLiteral("/serialbattery");
    if (QFileInfo(QStringLiteral("/var/lib")).isWritable())
        return QStringLiteral("/var/lib/serialbattery");
    return QDir::homePath() + QStringLiteral("/.local/state/serialbattery");
}

int withBattery(const Options &options, const Environment &environment, const BatteryAction &action,
                TrafficTap *tap)
{
    std::vector<LineConfig> configs;
    if (const auto code = lineConfigs(options, environment, configs))
        return *code;
    if (configs.size() > 1) {
        console::error(tr("one --port only"));
        return WrongUse;
    }
    SystemClock clock;
    DetectionCache cache(stateFolder() + QStringLiteral("/detected.json"));
    const auto line = makeSerialLine(configs.front(), environment, clock, &cache, tap);
    const QString port = configs.front().port;

    int exitCode = Failed;
    bool finished = false;
    const std::function<void(int)> finish = [&](int code) {
        if (finished)
            return;
        finished = true;
        exitCode = code;
        // From the event loop: whoever calls may be a battery that the end of the line deletes.
        QMetaObject::invokeMethod(line.get(), &Line::stop, Qt::QueuedConnection);
    };
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, line.get(),
                     [&] { finish(processSignals.exitCode()); });
    QObject::connect(line.get(), &Line::openFailed, line.get(), [&](const LinkError &error) {
        console::error(error.text);
        finish(Unusable);
    });
    const auto nobody = [&] {
        console::error(
            tr("no BMS answered on %1: is it awake, are RX, TX and ground connected, and is the port set to "
               "a protocol of \"serialbattery drivers\"?")
                .arg(port));
        finish(Failed);
    };
    QObject::connect(line.get(), &Line::nothingFound, line.get(), nobody);
    bool acting = false;
    QTimer patience;
    patience.setSingleShot(true);
    QObject::connect(&patience, &QTimer::timeout, line.get(), nobody);
    QObject::connect(line.get(), &Line::batteryAdded, line.get(), [&](Battery *battery) {
        patience.stop();
        if (!finished && !std::exchange(acting, true))
            action(*battery, finish);
    });
    QObject::connect(line.get(), &Line::batteryRemoved, line.get(), [&] {
        if (finished)
            return;
        console::error(tr("the battery on %1 is gone").arg(port));
        finish(Failed);
    });
    QObject::connect(
        line.get(), &Line::stopped, QCoreApplication::instance(), [&] { QCoreApplication::exit(0); },
        Qt::QueuedConnection);
    patience.start(patienceMs);
    line->start();
    QCoreApplication::exec();
    return exitCode;
}

} // namespace sb
