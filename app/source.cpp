// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/source.h"

#include "app/console.h"
#include "app/exitcode.h"
#include "app/signals.h"
#include "bluetooth/bluetoothtransport.h"
#include "config/keytable.h"
#include "transport/serialtransport.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QPointer>
#include <QSet>
#include <QStandardPaths>

namespace sb {
namespace {

/// For a person who waits: enough for the slowest start of a board that was asleep.
constexpr int patienceMs = 10000;
/// Over Bluetooth it has to be heard and connected before.
constexpr int radioPatienceMs = 45000;

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
    return lineConfigs(options, environment, options.values(QStringLiteral("port")),
                       options.values(QStringLiteral("ble")), configs);
}

namespace {

/// The BMS of this name. \return an exit code where there is none.
std::optional<int> findBms(const QString &bms, const Environment &environment, LineConfig &config)
{
    config.driver = environment.drivers.find(bms);
    if (config.driver) {
        config.options.insert(QStringLiteral("bmsType"), bms);
        return std::nullopt;
    }
    const QString reason = config::unsupportedReason(bms);
    console::error(reason.isEmpty() ? tr("unknown BMS \"%1\" (\"serialbattery drivers\" lists them)").arg(bms)
                                    : QStringLiteral("%1: %2").arg(bms, reason));
    return WrongUse;
}

/// \a text: "ID MAC" or "MAC".
std::optional<int> bluetoothConfig(const QString &text, const Environment &environment, LineConfig &config)
{
    const QStringList words = text.simplified().split(QLatin1Char(' '));
    config.kind = TransportKind::Bluetooth;
    config.port = bluetoothAddress(words.constLast());
    config.control.offlineAfterS = control::offlineAfterBluetoothS;
    if (config.port.isEmpty() || words.size() > 2) {
        console::error(tr("--ble \"%1\": give the address of the battery, such as A4:C1:38:00:11:22, with or "
                          "without its BMS before it (\"serialbattery scan --ble\" lists them)")
                           .arg(text));
        return WrongUse;
    }
    if (words.size() == 2) {
        if (const auto code = findBms(words.constFirst(), environment, config))
            return code;
    }
    if (config.driver && !config.driver->info.speaks(TransportKind::Bluetooth)) {
        console::error(tr("--ble \"%1\": %2 is not read over Bluetooth").arg(text, config.driver->info.id));
        return WrongUse;
    }
    return std::nullopt;
}

/// A password is never an argument: others could read it.
std::optional<int> readPassword(const QString &fileName, LineConfig &config)
{
    QFile file;
    bool open = false;
    if (fileName == QLatin1String("-")) {
        open = file.open(stdin, QIODevice::ReadOnly);
    } else {
        file.setFileName(fileName);
        open = file.open(QIODevice::ReadOnly);
    }
    if (!open) {
        console::error(tr("--password-file %1: %2").arg(fileName, file.errorString()));
        return WrongUse;
    }
    config.options.insert(QStringLiteral("password"), QString::fromUtf8(file.readLine(256)).trimmed());
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
    const Line::Search search{[serial](const Candidate &candidate) {
                                  serial->setFormat(candidate.baudRate, candidate.driver->info.serial);
                              },
                              [&environment, driver = config.driver, addresses = config.addresses] {
                                  return serialCandidates(environment.drivers, driver, addresses);
                              },
                              [] {}};
    return std::make_unique<Line>(config, std::move(transport), search, clock, cache);
}

std::unique_ptr<Line> makeBluetoothLine(const LineConfig &config, const Environment &environment,
                                        Clock &clock, DetectionCache *cache, TrafficTap *tap)
{
    auto transport =
        std::make_unique<BluetoothTransport>(environment.bluetooth(), config.port, config.adapter, clock);
    BluetoothTransport *radio = transport.get();
    transport->setTap(tap);
    const std::vector<GattProfile> usual =
        config.driver ? config.driver->info.bluetooth.profiles : std::vector<GattProfile>();
    radio->setProfiles(usual);
    const Line::Search search{[radio](const Candidate &candidate) {
                                  radio->setProfiles(candidate.driver->info.bluetooth.profiles);
                              },
                              [&environment, radio, driver = config.driver] {
                                  return bluetoothCandidates(environment.drivers, driver,
                                                             radio->advertisement(), radio->services());
                              },
                              [radio, usual] { radio->setProfiles(usual); }};
    return std::make_unique<Line>(config, std::move(transport), search, clock, cache);
}

} // namespace

std::optional<int> lineConfigs(const Options &options, const Environment &environment,
                               const QStringList &ports, const QStringList &bluetooth,
                               std::vector<LineConfig> &configs)
{
    LineConfig config;
    if (const QString bms = options.value(QStringLiteral("bms")); !bms.isEmpty()) {
        if (const auto code = findBms(bms, environment, config))
            return code;
    }
    for (const QString &text : options.values(QStringLiteral("address"))) {
        const auto addresses = parseAddresses(text);
        if (!addresses) {
            console::error(tr("--address %1: give numbers from 0 to 255, such as 1 or 0x01").arg(text));
            return WrongUse;
        }
        config.addresses.insert(config.addresses.end(), addresses->begin(), addresses->end());
    }
    if (const QString file = options.value(QStringLiteral("password-file")); !file.isEmpty()) {
        if (const auto code = readPassword(file, config))
            return code;
    }
    config.adapter = options.value(QStringLiteral("adapter"));
    if (ports.isEmpty() && bluetooth.isEmpty()) {
        console::error(tr("name a port, such as --port /dev/ttyUSB0, or a Bluetooth battery, such as --ble "
                          "A4:C1:38:00:11:22 (\"serialbattery scan\" lists both)"));
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
    for (const QString &text : bluetooth) {
        LineConfig battery = config;
        if (const auto code = bluetoothConfig(text, environment, battery))
            return code;
        if (devices.contains(battery.port)) {
            console::error(tr("--ble \"%1\": is the same battery as another --ble").arg(text));
            return WrongUse;
        }
        devices.insert(battery.port);
        configs.push_back(battery);
    }
    return std::nullopt;
}

std::unique_ptr<Line> makeLine(const LineConfig &config, const Environment &environment, Clock &clock,
                               DetectionCache *cache, TrafficTap *tap)
{
    return config.kind == TransportKind::Bluetooth ? makeBluetoothLine(config, environment, clock, cache, tap)
                                                   : makeSerialLine(config, environment, clock, cache, tap);
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
        console::error(tr("one battery only: a --port or a --ble"));
        return WrongUse;
    }
    SystemClock clock;
    DetectionCache cache(stateFolder() + QStringLiteral("/detected.json"));
    const auto line = makeLine(configs.front(), environment, clock, &cache, tap);
    const QString port = configs.front().port;
    const bool radio = configs.front().kind == TransportKind::Bluetooth;

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
            (radio
                 ? tr("no BMS answered on %1: is it one of \"serialbattery drivers\", and is no phone app "
                      "connected to it?")
                 : tr("no BMS answered on %1: is it awake, are RX, TX and ground connected, and is the port "
                      "set to a protocol of \"serialbattery drivers\"?"))
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
    patience.start(radio ? radioPatienceMs : patienceMs);
    line->start();
    QCoreApplication::exec();
    return exitCode;
}

} // namespace sb
