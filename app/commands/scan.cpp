// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "app/signals.h"
#include "app/source.h"
#include "bluetooth/bluetooth.h"
#include "session/detectionreport.h"
#include "transport/portfinder.h"
#include "transport/serialtransport.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QJsonArray>
#include <QJsonObject>
#include <QTimer>

namespace sb {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("ScanCommand", text); }

constexpr double detectSeconds = 180; ///< a whole search on a silent line takes some 130
constexpr double listenSeconds = 10;
/// For one Bluetooth device: heard again, connected and asked by each that its advertisement speaks for.
constexpr int deviceMs = 45000;
/// Until its link is closed.
constexpr int closeMs = 10000;

struct ScanResult
{
    SerialPortEntry port;
    QString error; ///< with --detect: why the port can't be used
    std::vector<CandidateReport> report;
    std::vector<Candidate> found;
};

/// One port while it is asked.
class PortScan : public QObject
{
public:
    PortScan(ScanResult &result, const DriverRegistry &drivers, Clock &clock, std::function<void()> done)
        : m_result(result)
        , m_drivers(drivers)
        , m_port(result.port.device, {}, clock)
        , m_detector(m_port, clock,
                     [this](const Candidate &candidate) {
                         m_port.setFormat(candidate.baudRate, candidate.driver->info.serial);
                     })
        , m_done(std::move(done))
    {
        connect(&m_port, &Transport::opened, this, [this] {
            m_detector.start(serialCandidates(m_drivers, nullptr, {}), {}, Detector::Find::EveryAddress);
        });
        connect(&m_port, &Transport::failed, this, [this](const LinkError &error) {
            m_result.error = error.text;
            stop();
        });
        connect(&m_detector, &Detector::found, this,
                [this](const Candidate &candidate) { m_result.found.push_back(candidate); });
        connect(&m_detector, &Detector::finished, this, &PortScan::stop);
    }
    void start() { m_port.open(); }
    void stop()
    {
        if (std::exchange(m_stopped, true))
            return;
        m_detector.cancel();
        m_result.report = m_detector.report();
        m_port.close();
        m_done();
    }

private:
    ScanResult &m_result;
    const DriverRegistry &m_drivers;
    SerialTransport m_port;
    Detector m_detector;
    std::function<void()> m_done;
    bool m_stopped = false;
};

/// Asks all ports at once.
void detectAll(std::vector<ScanResult> &results, const Environment &environment, int timeoutMs)
{
    SystemClock clock;
    std::vector<std::unique_ptr<PortScan>> scans;
    size_t open = results.size();
    QEventLoop loop;
    const auto done = [&] {
        if (--open == 0)
            QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
    };
    for (ScanResult &result : results)
        scans.push_back(std::make_unique<PortScan>(result, environment.drivers, clock, done));
    const auto stopAll = [&] {
        for (const auto &scan : scans)
            scan->stop();
    };
    QTimer limit;
    limit.setSingleShot(true);
    QObject::connect(&limit, &QTimer::timeout, &loop, stopAll);
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, &loop, stopAll);
    limit.start(timeoutMs);
    for (const auto &scan : scans)
        scan->start();
    loop.exec();
}

/// What is heard over Bluetooth in so many ms; the last word of each device counts, and its best known name.
QMap<QString, Advertisement> listen(const Environment &environment, const QString &adapter, int ms,
                                    QString *error)
{
    QMap<QString, Advertisement> heard;
    QEventLoop loop;
    Bluetooth &bluetooth = environment.bluetooth();
    QObject::connect(&bluetooth, &Bluetooth::advertised, &loop, [&](const Advertisement &advertisement) {
        Advertisement &known = heard[advertisement.address];
        const Advertisement before = known;
        known = advertisement;
        if (known.name.isEmpty())
            known.name = before.name;
        if (!known.rssi)
            known.rssi = before.rssi;
    });
    QObject::connect(&bluetooth, &Bluetooth::scanFailed, &loop, [&](const QString &text) {
        *error = text;
        loop.quit();
    });
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, &loop, &QEventLoop::quit);
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    bluetooth.startScan(adapter);
    loop.exec();
    bluetooth.stopScan();
    return heard;
}

struct RadioResult
{
    Advertisement device;
    QString error; ///< with --detect: why it can't be asked
    std::vector<CandidateReport> report;
    const DriverDescriptor *found = nullptr;
    bool asked = false;
};

/// Connects to one device and finds out what it is. \return false: the user wants no more.
bool detectOne(RadioResult &result, const Environment &environment, const QString &adapter, int limitMs)
{
    SystemClock clock;
    LineConfig config;
    config.kind = TransportKind::Bluetooth;
    config.port = result.device.address;
    config.adapter = adapter;
    const std::unique_ptr<Line> line = makeLine(config, environment, clock, nullptr);
    QEventLoop loop;
    QTimer limit;
    limit.setSingleShot(true);
    QObject::connect(&limit, &QTimer::timeout, &loop, &QEventLoop::quit);
    ProcessSignals processSignals;
    bool interrupted = false;
    QObject::connect(&processSignals, &ProcessSignals::interrupted, &loop, [&] {
        interrupted = true;
        loop.quit();
    });
    QObject::connect(line.get(), &Line::bmsKnown, &loop, [&](const QString &bms) {
        result.found = environment.drivers.find(bms);
        loop.quit();
    });
    QObject::connect(line.get(), &Line::nothingFound, &loop, &QEventLoop::quit);
    QObject::connect(line.get(), &Line::openFailed, &loop,
                     [&](const LinkError &error) { result.error = error.text; });
    bool stopped = false;
    QObject::connect(line.get(), &Line::stopped, &loop, [&] {
        stopped = true;
        loop.quit();
    });
    limit.start(limitMs);
    line->start();
    loop.exec();
    result.asked = true;
    result.report = line->detector().report();
    if (result.found || !result.report.empty())
        result.error.clear(); // it was reached
    limit.start(closeMs);
    line->stop();
    if (!stopped)
        loop.exec();
    return !interrupted;
}

/// One after the other: connecting is what an adapter does for one device at a time. Asked are those whose
/// advertisement speaks for a battery; to connect to a neighbour's television is not ours.
void detectRadio(std::vector<RadioResult> &results, const Environment &environment, const QString &adapter,
                 int timeoutMs)
{
    QElapsedTimer timer;
    timer.start();
    for (RadioResult &result : results) {
        const qint64 left = timeoutMs - timer.elapsed();
        if (left <= 0)
            return;
        if (!environment.drivers.advertised(result.device).empty() &&
            !detectOne(result, environment, adapter, static_cast<int>(std::min<qint64>(left, deviceMs))))
            return;
    }
}

/// The name without what no screen can show.
QString shownName(const Advertisement &advertisement)
{
    QString name;
    for (const QChar c : advertisement.name)
        name.append(c.isPrint() ? c : QLatin1Char(' '));
    return name.trimmed();
}

/// What was found, what each candidate heard, and what follows from it.
void insertDetection(QJsonObject &object, const QJsonArray &found, const std::vector<CandidateReport> &report,
                     TransportKind kind)
{
    QJsonArray candidates;
    for (const CandidateReport &each : report) {
        if (each.requests > 0)
            candidates.append(candidateJson(each));
    }
    const LikelyCause cause = found.isEmpty() ? likelyCause(report) : LikelyCause::Found;
    if (!found.isEmpty())
        object.insert(QStringLiteral("bms"), found.first().toObject().value(QLatin1String("bms")));
    object.insert(QStringLiteral("detection"),
                  QJsonObject{{QStringLiteral("found"), found},
                              {QStringLiteral("candidates"), candidates},
                              {QStringLiteral("cause"), QString(causeKey(cause))},
                              {QStringLiteral("advice"), causeText(cause, kind)}});
}

void printReport(const std::vector<CandidateReport> &report, TransportKind kind)
{
    for (const CandidateReport &each : report) {
        if (each.requests > 0)
            console::line(QStringLiteral("    ") + candidateText(each));
    }
    console::line(QStringLiteral("    ") + causeText(likelyCause(report), kind));
}

QJsonArray foundJson(const RadioResult &result)
{
    return result.found ? QJsonArray{QJsonObject{{QStringLiteral("bms"), result.found->info.id}}}
                        : QJsonArray();
}

QJsonObject deviceJson(const RadioResult &result, const Environment &environment)
{
    const Advertisement &advertisement = result.device;
    QJsonObject object{{QStringLiteral("address"), advertisement.address},
                       {QStringLiteral("name"), shownName(advertisement)}};
    if (advertisement.rssi)
        object.insert(QStringLiteral("rssi"), *advertisement.rssi);
    QJsonArray matches;
    for (const AdvertisedDriver &each : environment.drivers.advertised(advertisement))
        matches.append(each.driver->info.id);
    if (!matches.isEmpty())
        object.insert(QStringLiteral("bms"), matches.first());
    object.insert(QStringLiteral("matches"), matches);
    if (!result.error.isEmpty())
        object.insert(QStringLiteral("error"), result.error);
    else if (result.asked)
        insertDetection(object, foundJson(result), result.report, TransportKind::Bluetooth);
    return object;
}

QString strengthText(int dBm)
{
    constexpr int good = -60;
    constexpr int fair = -80;
    constexpr int poor = -90;
    if (dBm > good)
        return tr("good");
    if (dBm > fair)
        return tr("fair");
    return dBm > poor ? tr("poor") : tr("too weak");
}

void printDevice(const RadioResult &result, const Environment &environment)
{
    const Advertisement &advertisement = result.device;
    QStringList matches;
    for (const AdvertisedDriver &each : environment.drivers.advertised(advertisement))
        matches.append(each.driver->info.id);
    const QString strength =
        advertisement.rssi ? tr("%1 dBm (%2)").arg(*advertisement.rssi).arg(strengthText(*advertisement.rssi))
                           : tr("not heard now");
    console::line(QStringLiteral("%1  %2  %3  %4")
                      .arg(advertisement.address, strength, shownName(advertisement),
                           matches.join(QStringLiteral(", ")))
                      .trimmed());
    if (!result.asked)
        return;
    if (!result.error.isEmpty())
        console::line(QStringLiteral("    ") + result.error);
    else if (result.found)
        console::line(QStringLiteral("    ") + tr("answers as %1").arg(result.found->info.id));
    else
        printReport(result.report, TransportKind::Bluetooth);
}

QJsonObject portJson(const ScanResult &result, bool detected)
{
    QJsonObject object{{QStringLiteral("port"), result.port.device},
                       {QStringLiteral("hasHardware"), result.port.hasHardware}};
    const std::pair<const char *, QString> texts[] = {{"stableName", result.port.stableName},
                                                      {"description", result.port.description},
                                                      {"manufacturer", result.port.manufacturer},
                                                      {"serialNumber", result.port.serialNumber},
                                                      {"usbId", result.port.usbId},
                                                      {"error", result.error}};
    for (const auto &[key, text] : texts) {
        if (!text.isEmpty())
            object.insert(QLatin1String(key), text);
    }
    if (!detected || !result.error.isEmpty())
        return object;
    QJsonArray found;
    for (const Candidate &candidate : result.found) {
        QJsonObject battery{{QStringLiteral("bms"), candidate.driver->info.id},
                            {QStringLiteral("baud"), candidate.baudRate}};
        if (candidate.address)
            battery.insert(QStringLiteral("address"), *candidate.address);
        found.append(battery);
    }
    insertDetection(object, found, result.report, TransportKind::Serial);
    return object;
}

void printPort(const ScanResult &result, bool detected)
{
    QStringList what;
    for (const Candidate &candidate : result.found)
        what.append(candidateName(candidate));
    if (!result.error.isEmpty())
        what = {result.error};
    else if (detected && what.isEmpty())
        what = {tr("no BMS answered")};
    const QString &adapter =
        result.port.description.isEmpty() ? result.port.manufacturer : result.port.description;
    console::line(QStringLiteral("%1  %2  %3")
                      .arg(result.port.device, -14)
                      .arg(adapter, what.join(QStringLiteral("; ")))
                      .trimmed());
    if (!result.port.stableName.isEmpty())
        console::line(QStringLiteral("    ") + result.port.stableName);
    if (!detected || !result.error.isEmpty() || !result.found.empty())
        return;
    printReport(result.report, TransportKind::Serial);
}

} // namespace

int scanCommand(const QStringList &arguments, Environment &environment)
{
    Options options(
        QStringLiteral("scan [--serial] [--ble] [--detect] [--port PORT ...] [--all] [--json] [--timeout S]"),
        tr("Lists the serial ports of this machine with their adapter and the name that stays the same\n"
           "after plugging in again; with --detect also asks which BMS is there and, where none answers,\n"
           "tells what was sent, what came back and what is most likely wrong."));
    options.flag(QStringLiteral("serial"), tr("Serial ports; what is scanned where nothing else is named."));
    options.flag(QStringLiteral("ble"),
                 tr("Bluetooth devices that are heard: name, address, strength, BMS."));
    options.value(QStringLiteral("adapter"), QStringLiteral("HCI"),
                  tr("Bluetooth adapter, such as hci1, or its address; else the first."));
    options.flag(QStringLiteral("detect"),
                 tr("Asks every port which BMS is on it, and every Bluetooth device that may be one."));
    options.value(QStringLiteral("port"), QStringLiteral("PORT"),
                  tr("Only this port, also one that is not listed; may be given several times."));
    options.flag(QStringLiteral("all"), tr("Shows ports without hardware, too."));
    options.flag(QStringLiteral("json"), tr("Prints one JSON document."));
    options.value(QStringLiteral("timeout"), QStringLiteral("S"),
                  tr("How long --detect may take (180), and how long --ble listens (10)."));
    if (const auto code = options.parse(arguments))
        return *code;
    std::optional<double> timeout;
    if (options.isSet(QStringLiteral("timeout"))) {
        timeout = options.number(QStringLiteral("timeout"), 1, 600);
        if (!timeout)
            return WrongUse;
    }
    const bool radio = options.isSet(QStringLiteral("ble"));
    const bool wires =
        !radio || options.isSet(QStringLiteral("serial")) || options.isSet(QStringLiteral("port"));
    const QStringList ports = options.values(QStringLiteral("port"));
    const bool detected = options.isSet(QStringLiteral("detect"));
    std::vector<ScanResult> results;
    for (const QString &port : ports) {
        ScanResult &result = results.emplace_back();
        result.port.device = port;
    }
    if (ports.isEmpty() && wires) {
        for (const SerialPortEntry &port : findSerialPorts(options.isSet(QStringLiteral("all"))))
            results.push_back({port, {}, {}, {}});
    }
    if (detected && !results.empty())
        detectAll(results, environment, static_cast<int>(timeout.value_or(detectSeconds) * 1000));
    std::vector<RadioResult> heard;
    QString radioError;
    if (radio) {
        const QString adapter = options.value(QStringLiteral("adapter"));
        for (const Advertisement &device : listen(
                 environment, adapter, static_cast<int>(timeout.value_or(listenSeconds) * 1000), &radioError))
            heard.emplace_back().device = device;
        if (detected && radioError.isEmpty())
            detectRadio(heard, environment, adapter,
                        static_cast<int>(timeout.value_or(detectSeconds) * 1000));
    }

    if (options.isSet(QStringLiteral("json"))) {
        QJsonArray serial;
        for (const ScanResult &result : results)
            serial.append(portJson(result, detected));
        QJsonArray devices;
        for (const RadioResult &result : heard)
            devices.append(deviceJson(result, environment));
        console::json(QJsonObject{{QStringLiteral("serial"), serial},
                                  {QStringLiteral("ble"), devices},
                                  {QStringLiteral("can"), QJsonArray()}});
    } else {
        if (results.empty() && wires)
            console::line(tr("no serial port found (--all shows those without hardware, too)"));
        for (const ScanResult &result : results)
            printPort(result, detected);
        if (radio && heard.empty() && radioError.isEmpty())
            console::line(tr("no Bluetooth device was heard"));
        for (const RadioResult &result : heard)
            printDevice(result, environment);
    }
    if (!radioError.isEmpty()) {
        console::error(radioError);
        return Unusable;
    }
    // Of ports that the user named, one that can't be used is an error; of the others it is news.
    const bool unusable =
        !ports.isEmpty() &&
        std::any_of(results.begin(), results.end(), [](const ScanResult &r) { return !r.error.isEmpty(); });
    return unusable ? Unusable : Done;
}

} // namespace sb
