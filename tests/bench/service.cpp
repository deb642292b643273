// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
// service [SECONDS] [COUNT ...]: starts the service on simulated batteries at real line speed on a bus of its
// own, and prints as JSON what it costs. The figures of docs/performance.md come from here.
// service faults [SECONDS]: the same on four batteries with each fault of the line: how many polls succeed,
// how many updates come, and how long the service was deaf.
#include "app/privatebus.h"
#include "drivers/jbd/jbdsimulator.h"
#include "simulator/simulatorport.h"
#include "venus/bus.h"
#include "venus/itemtree.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QDBusPendingCall>
#include <QDBusPendingCallWatcher>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <array>
#include <cmath>
#include <unistd.h>

using namespace sb;

namespace {

/// CPU seconds of a process so far.
double cpuSeconds(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = file.readAll();
    const QList<QByteArray> fields = text.sliced(text.lastIndexOf(')') + 2).split(' ');
    return (fields.at(11).toDouble() + fields.at(12).toDouble()) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// A line of a /proc file, such as "Pss:", in its unit.
double procValue(qint64 pid, const char *name, const char *key)
{
    QFile file(QStringLiteral("/proc/%1/%2").arg(pid).arg(QLatin1String(name)));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    double sum = 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith(key))
            sum += line.sliced(static_cast<qsizetype>(qstrlen(key)))
                       .simplified()
                       .split(' ')
                       .constFirst()
                       .toDouble();
    }
    return sum;
}

double quantile(std::vector<double> values, double share)
{
    if (values.empty())
        return -1;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1,
                           static_cast<size_t>(share * static_cast<double>(values.size())))];
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

class Run : public QObject
{
    Q_OBJECT
public:
    /// \a faultShare: of the replies that a fault damages.
    Run(int count, int seconds, const QString &program, QTemporaryDir &folder, double faultShare = 0.2)
        : m_count(count)
        , m_seconds(seconds)
        , m_program(program)
        , m_folder(folder)
        , m_daemon(folder.path())
    {
        for (int i = 0; i < count; ++i)
            m_boards.push_back(
                std::make_unique<Board>(folder.filePath(QStringLiteral("pack%1").arg(i)), i, faultShare));
        connect(&m_physics, &QTimer::timeout, this, [this] {
            for (const auto &board : m_boards)
                board->pack.advance(0.25);
        });
    }
    ~Run() override { QDBusConnection::disconnectFromBus(busName()); }

    QJsonObject measure()
    {
        QDBusConnection bus = begin();
        QJsonObject result{{QStringLiteral("batteries"), m_count}};
        // The first start searches, the second knows the BMS from the cache.
        for (const char *key : {"startAutoS", "startCachedS"}) {
            start();
            wait(10000, [this] { return m_owners.size() == static_cast<qsizetype>(m_boards.size()); });
            result.insert(QLatin1String(key), rounded(static_cast<double>(m_firstName) / 1e9));
            if (key == std::string_view("startAutoS"))
                stop();
        }
        start({QStringLiteral("--bms"), QStringLiteral("jbd")}, true);
        wait(10000, [this] { return m_owners.size() == static_cast<qsizetype>(m_boards.size()); });
        result.insert(QStringLiteral("startTypeGivenS"), rounded(static_cast<double>(m_firstName) / 1e9));

        wait(3000, [] { return false; });
        const qint64 pid = m_service.processId();
        m_latencies.clear();
        m_signals = 0;
        const double cpuBefore = cpuSeconds(pid);
        const double wakesBefore = procValue(pid, "status", "voluntary_ctxt_switches:");
        const qint64 begin = m_time.nsecsElapsed();
        wait(m_seconds * 1000, [] { return false; });
        const double elapsed = static_cast<double>(m_time.nsecsElapsed() - begin) / 1e9;
        result.insert(QStringLiteral("cpuSecondsPerHour"),
                      rounded((cpuSeconds(pid) - cpuBefore) / elapsed * 3600));
        result.insert(
            QStringLiteral("wakeUpsPerSecond"),
            rounded((procValue(pid, "status", "voluntary_ctxt_switches:") - wakesBefore) / elapsed));
        result.insert(QStringLiteral("pssMB"), rounded(procValue(pid, "smaps_rollup", "Pss:") / 1024));
        result.insert(QStringLiteral("privateMB"),
                      rounded((procValue(pid, "smaps_rollup", "Private_Dirty:") +
                               procValue(pid, "smaps_rollup", "Private_Clean:")) /
                              1024));
        result.insert(QStringLiteral("signalsPerPoll"), rounded(m_signals / (elapsed * m_count)));
        result.insert(QStringLiteral("latencySamples"), static_cast<int>(m_latencies.size()));
        result.insert(QStringLiteral("latencyMedianMs"), rounded(quantile(m_latencies, 0.5)));
        result.insert(QStringLiteral("latency99Ms"), rounded(quantile(m_latencies, 0.99)));
        result.insert(QStringLiteral("deafMs"), rounded(deafness(bus, 5)));
        stop();
        return result;
    }

    /// Found and read while the line is good, then with \a fault: what reaches the bus.
    QJsonObject measureFault(const QString &name, Fault fault)
    {
        QDBusConnection bus = begin();
        start();
        wait(10000, [this] { return m_owners.size() == static_cast<qsizetype>(m_boards.size()); });
        wait(2000, [] { return false; });
        for (const auto &board : m_boards)
            board->port.setFault(fault, true);
        const auto [pollsBefore, errorsBefore] = polls();
        QElapsedTimer timer;
        timer.start();
        const double deaf = deafness(bus, m_seconds);
        const double elapsed = static_cast<double>(timer.elapsed()) / 1000;
        const auto [pollsAfter, errorsAfter] = polls();
        stop();
        const double done = pollsAfter - pollsBefore;
        const double good = done - (errorsAfter - errorsBefore);
        return {{QStringLiteral("fault"), name},
                {QStringLiteral("polls"), done},
                {QStringLiteral("goodShare"), rounded(good / done)},
                {QStringLiteral("updatesOfThosePossible"), rounded(good / (elapsed * m_count))},
                {QStringLiteral("deafMs"), rounded(deaf)}};
    }

public slots:
    void itemsChanged(const QDBusMessage &message)
    {
        ++m_signals;
        const auto at = m_owners.constFind(message.service());
        if (at == m_owners.constEnd())
            return;
        const double ms =
            static_cast<double>(m_time.nsecsElapsed() - m_boards[static_cast<size_t>(*at)]->lastByte) / 1e6;
        m_latencies.push_back(ms);
    }
    void ownerChanged(const QString &name, const QString &, const QString &owner)
    {
        static const QString prefix = QStringLiteral("com.victronenergy.battery.pack");
        if (!name.startsWith(prefix))
            return;
        if (owner.isEmpty())
            return;
        if (m_owners.isEmpty())
            m_firstName = m_time.nsecsElapsed() - m_startedAt;
        m_owners.insert(owner, name.mid(prefix.size()).toInt());
    }

private:
    struct Board
    {
        Board(const QString &link, int number, double faultShare)
            : pack(configOf(number), Profile::lively())
            , board(pack, {})
            , port(board, {link, faultShare, true, false, 0, 0, static_cast<quint64>(number) + 1})
        {}
        static PackConfig configOf(int number)
        {
            PackConfig config;
            config.seed = static_cast<quint64>(number) + 1;
            config.capacityAh += number;
            return config;
        }
        Pack pack;
        jbd::JbdSimulator board;
        SimulatorPort port;
        qint64 lastByte = 0;
    };

    [[nodiscard]] QString busName() const { return QStringLiteral("bench%1").arg(m_count); }
    /// Bus, boards and physics; the service is started by start().
    QDBusConnection begin()
    {
        QString error;
        if (!m_daemon.start(&error))
            qFatal("%s", qPrintable(error));
        QDBusConnection bus = connectBus(m_daemon.address(), busName());
        for (const auto &board : m_boards) {
            if (!board->port.open(&error))
                qFatal("%s", qPrintable(error));
            connect(&board->port, &SimulatorPort::replySent, this,
                    [this, each = board.get()] { each->lastByte = m_time.nsecsElapsed(); });
        }
        bus.connect(QString(), QStringLiteral("/"), QStringLiteral("com.victronenergy.BusItem"),
                    QStringLiteral("ItemsChanged"), this, SLOT(itemsChanged(QDBusMessage)));
        bus.connect(QStringLiteral("org.freedesktop.DBus"), QStringLiteral("/org/freedesktop/DBus"),
                    QStringLiteral("org.freedesktop.DBus"), QStringLiteral("NameOwnerChanged"), this,
                    SLOT(ownerChanged(QString, QString, QString)));
        m_time.start();
        m_physics.start(250);
        return bus;
    }
    /// Polls and failed polls of all batteries so far, as the service counts them.
    std::pair<double, double> polls()
    {
        QProcess status;
        status.start(m_program, {QStringLiteral("status"), QStringLiteral("--json"), QStringLiteral("--bus"),
                                 m_daemon.address()});
        wait(5000, [&status] { return status.state() == QProcess::NotRunning; });
        double all = 0;
        double failed = 0;
        const QJsonArray batteries = QJsonDocument::fromJson(status.readAllStandardOutput()).array();
        for (const QJsonValue &battery : batteries) {
            const QJsonObject link = battery.toObject().value(QLatin1String("link")).toObject();
            all += link.value(QLatin1String("polls")).toDouble();
            failed += link.value(QLatin1String("errors")).toDouble();
        }
        return {all, failed};
    }
    void start(const QStringList &more = {}, bool restart = false)
    {
        if (restart)
            stop();
        m_owners.clear();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_STATE_HOME"),
                           m_folder.filePath(QStringLiteral("state%1").arg(m_count)));
        m_service.setProcessEnvironment(environment);
        QStringList arguments{QStringLiteral("run"), QStringLiteral("--quiet"), QStringLiteral("--bus"),
                              m_daemon.address()};
        for (const auto &board : m_boards)
            arguments << QStringLiteral("--port") << board->port.portName();
        m_startedAt = m_time.nsecsElapsed();
        m_service.start(m_program, arguments + more);
        m_service.waitForStarted();
    }
    void stop()
    {
        m_service.terminate();
        wait(5000, [this] { return m_service.state() == QProcess::NotRunning; });
    }
    /// Sleeps between events: a measuring program that spins would take the machine from what it measures.
    template<typename Ready>
    void wait(int ms, Ready ready)
    {
        QEventLoop loop;
        QTimer check;
        QTimer limit;
        limit.setSingleShot(true);
        connect(&check, &QTimer::timeout, &loop, [&] {
            if (ready())
                loop.quit();
        });
        connect(&limit, &QTimer::timeout, &loop, &QEventLoop::quit);
        check.start(20);
        limit.start(ms);
        if (!ready())
            loop.exec();
    }
    /// Longest time to an answer while the service works, asked every 5 ms.
    double deafness(QDBusConnection &bus, int seconds)
    {
        const QString name = m_owners.isEmpty() ? QString() : m_owners.constBegin().key();
        double longest = 0;
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < seconds * 1000) {
            const qint64 asked = m_time.nsecsElapsed();
            QDBusPendingCallWatcher call(bus.asyncCall(QDBusMessage::createMethodCall(
                name, QStringLiteral("/Soc"), QStringLiteral("com.victronenergy.BusItem"),
                QStringLiteral("GetValue"))));
            QEventLoop loop;
            connect(&call, &QDBusPendingCallWatcher::finished, &loop, &QEventLoop::quit);
            loop.exec();
            longest = std::max(longest, static_cast<double>(m_time.nsecsElapsed() - asked) / 1e6);
            QTimer::singleShot(5, &loop, &QEventLoop::quit);
            loop.exec();
        }
        return longest;
    }

    int m_count;
    int m_seconds;
    QString m_program;
    QTemporaryDir &m_folder;
    PrivateBus m_daemon;
    std::vector<std::unique_ptr<Board>> m_boards;
    QProcess m_service;
    QTimer m_physics;
    QElapsedTimer m_time;
    qint64 m_startedAt = 0;
    qint64 m_firstName = 0;
    QHash<QString, int> m_owners; ///< unique bus name to number of the battery
    std::vector<double> m_latencies;
    double m_signals = 0;
};

struct FaultRun
{
    const char *name;
    Fault fault;
    double share;
};
constexpr std::array faultRuns = {
    FaultRun{"5 stray bytes per second", Fault::Noise, 0},
    FaultRun{"stray bytes and 20 % of the replies with noise", Fault::Noise, 0.2},
    FaultRun{"20 % of the replies with a wrong byte", Fault::WrongChecksum, 0.2},
    FaultRun{"20 % of the replies cut short", Fault::Truncate, 0.2},
    FaultRun{"20 % of the replies dropped", Fault::Drop, 0.2},
    FaultRun{"20 % of the replies up to 1.5 s late", Fault::Delay, 0.2},
    FaultRun{"silence", Fault::Silence, 0.2},
};

QJsonArray measureFaults(int seconds)
{
    QJsonArray results;
    for (const FaultRun &each : faultRuns) {
        QTemporaryDir folder;
        Run run(4, seconds, QStringLiteral(SB_PROGRAM), folder, each.share);
        results.append(run.measureFault(QLatin1String(each.name), each.fault));
    }
    return results;
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    registerReaderTypes();
    QStringList arguments = QCoreApplication::arguments().mid(1);
    const bool faults = !arguments.isEmpty() && arguments.constFirst() == QLatin1String("faults");
    if (faults)
        arguments.removeFirst();
    const int seconds = arguments.isEmpty() ? 60 : std::max(1, arguments.constFirst().toInt());
    QList<int> counts;
    for (const QString &text : arguments.mid(1))
        counts.append(text.toInt());
    if (counts.isEmpty())
        counts = {1, 4, 16};
    QJsonArray results = faults ? measureFaults(seconds) : QJsonArray();
    for (const int count : faults ? QList<int>() : counts) {
        QTemporaryDir folder;
        Run run(count, seconds, QStringLiteral(SB_PROGRAM), folder);
        results.append(run.measure());
    }
    std::printf("%s", QJsonDocument(results).toJson().constData());
    return 0;
}

#include "service.moc"
