// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/line.h"
#include "app/source.h"
#include "drivers/alldrivers.h"
#include "drivers/jbd/jbdsimulator.h"
#include "patience.h"
#include "simulator/simulatorport.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <ctime>

using namespace sb;

namespace {

/// Seconds that each fault runs; the soak makes them many more.
int faultSeconds()
{
    const int seconds = qEnvironmentVariableIntValue("SB_FAULT_SECONDS");
    return seconds > 0 ? seconds : 8;
}

/// A pack that never changes: whatever else is published is wrong.
PackConfig still()
{
    PackConfig config;
    config.noiseVolts = 0;
    config.noiseAmperes = 0;
    return config;
}

/// One simulated board with a fault, and a line that reads it; compares every published reading with the
/// truth.
struct Watched
{
    Watched(const QString &link, std::optional<Fault> fault, const Environment &environment, Clock &clock)
        : pack(still(), Profile::constant(0))
        , board(pack, {})
        , port(board, {link, 0.2, true, false, 3000, 500, 7})
    {
        pack.limits().balancerEnabled = false;
        QString error;
        if (!port.open(&error))
            qFatal("%s", qPrintable(error));
        if (fault)
            port.setFault(*fault, true);
        LineConfig config;
        config.port = link;
        config.candidates = {
            environment.drivers.find(QStringLiteral("jbd"))}; // a search of all takes its time
        line = makeLine(config, environment, clock, nullptr);
        QObject::connect(line.get(), &Line::batteryAdded, &context, [this](Battery *battery) {
            ++added;
            sinceFound.start();
            check(battery->model());
            QObject::connect(&battery->model(), &BatteryModel::updated, &context,
                             [this, battery] { check(battery->model()); });
            current = battery;
        });
        QObject::connect(line.get(), &Line::batteryRemoved, &context, [this] { current = nullptr; });
        line->start();
    }

    void check(const BatteryModel &model)
    {
        ++updates;
        const BatteryState &v = model.values();
        const auto fault = [this](const QString &what) {
            if (!wrong.contains(what))
                wrong.append(what);
        };
        if (v.voltage && std::abs(*v.voltage - pack.voltage()) > 0.0051)
            fault(QStringLiteral("voltage %1").arg(*v.voltage));
        if (v.current && *v.current != 0)
            fault(QStringLiteral("current %1").arg(*v.current));
        if (v.soc && *v.soc != 62)
            fault(QStringLiteral("soc %1").arg(*v.soc));
        if (!v.cellVoltages.empty() && v.cellVoltages.size() != 16)
            fault(QStringLiteral("%1 cells").arg(v.cellVoltages.size()));
        for (size_t i = 0; i < std::min<size_t>(v.cellVoltages.size(), 16); ++i) {
            if (!v.cellVoltages[i] || std::abs(*v.cellVoltages[i] - pack.cellVoltages()[i]) > 0.00051)
                fault(QStringLiteral("cell %1").arg(i + 1));
        }
        for (int i = 0; i < alarmCount; ++i) {
            if (v.alarms.level(static_cast<AlarmName>(i)).value_or(AlarmLevel::Ok) != AlarmLevel::Ok)
                fault(QStringLiteral("alarm %1").arg(QString(alarmText(static_cast<AlarmName>(i)))));
        }
    }
    [[nodiscard]] quint64 good() const
    {
        return current ? current->model().link().polls - current->model().link().errors : 0;
    }

    QObject context;
    Pack pack;
    jbd::JbdSimulator board;
    SimulatorPort port;
    std::unique_ptr<Line> line;
    Battery *current = nullptr;
    int added = 0;
    QElapsedTimer sinceFound;
    int updates = 0;
    QStringList wrong;
};

qint64 cpuMs() { return static_cast<qint64>(std::clock()) * 1000 / CLOCKS_PER_SEC; }

} // namespace

class TestFaults : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { addAllDrivers(m_environment.drivers); }
    void neverPublishesAWrongValue();
    void echoesAreTakenOut();
    void aVanishedPortCostsNothing();
    void aFloodOfNoiseIsNoBattery();
    void recoversWhenTheFaultEnds();

private:
    Environment m_environment;
    SystemClock m_clock;
    QTemporaryDir m_folder;
};

void TestFaults::neverPublishesAWrongValue()
{
    const std::vector<std::optional<Fault>> faults = {std::nullopt,         Fault::Noise, Fault::Truncate,
                                                      Fault::WrongChecksum, Fault::Drop,  Fault::Delay,
                                                      Fault::HangUp};
    std::vector<std::unique_ptr<Watched>> all;
    for (size_t i = 0; i < faults.size(); ++i)
        all.push_back(std::make_unique<Watched>(m_folder.filePath(QStringLiteral("fault%1").arg(i)),
                                                faults[i], m_environment, m_clock));
    const int seconds = faultSeconds();
    QTest::qWait(seconds * 1000);
    for (size_t i = 0; i < faults.size(); ++i) {
        const QString name = faults[i] ? QString(faultName(*faults[i])) : QStringLiteral("none");
        const Watched &watched = *all[i];
        QVERIFY2(watched.wrong.isEmpty(),
                 qPrintable(name + QStringLiteral(": ") + watched.wrong.join(QLatin1Char(' '))));
        QVERIFY2(watched.added == 1,
                 qPrintable(name + QStringLiteral(": never found, or found again and again")));
        QVERIFY2(watched.current && watched.current->model().condition() <= Condition::Stale,
                 qPrintable(name));
        // Polls recover by themselves: far more good ones than a line that stays broken could have.
        const double share = static_cast<double>(watched.good()) /
                             std::max(1.0, static_cast<double>(watched.sinceFound.elapsed()) / 1000 - 1);
        qInfo("%-15s %2d s: %3llu good polls, %3llu failed", qPrintable(name), seconds,
              static_cast<unsigned long long>(watched.good()),
              static_cast<unsigned long long>(watched.current->model().link().errors));
        QVERIFY2(share > 0.4, qPrintable(name));
    }
}

void TestFaults::echoesAreTakenOut()
{
    Pack pack(still(), Profile::constant(0));
    jbd::JbdSimulator board(pack, {});
    const QString link = m_folder.filePath(QStringLiteral("echo"));
    SimulatorPort port(board, {link, 0, true, true, 0, 0, 1});
    QString error;
    QVERIFY(port.open(&error));
    LineConfig config;
    config.port = link;
    const auto line = makeLine(config, m_environment, m_clock, nullptr);
    line->start();
    QTRY_VERIFY_WITH_TIMEOUT(!line->batteries().empty(), patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(line->batteries().front()->model().link().polls >= 2, patienceMs);
    QCOMPARE(line->batteries().front()->model().link().errors, 0U);
}

void TestFaults::aVanishedPortCostsNothing()
{
    Watched watched(m_folder.filePath(QStringLiteral("gone")), std::nullopt, m_environment, m_clock);
    QTRY_VERIFY_WITH_TIMEOUT(watched.current, patienceMs);
    watched.port.hangUp(patienceMs);
    QTest::qWait(200);
    const qint64 before = cpuMs();
    QElapsedTimer timer;
    timer.start();
    QTest::qWait(2000);
    // An error signal that nobody stops would take a whole core.
    QVERIFY2(cpuMs() - before < timer.elapsed() / 10, QByteArray::number(cpuMs() - before).constData());
    QVERIFY(watched.wrong.isEmpty());
}

void TestFaults::aFloodOfNoiseIsNoBattery()
{
    /// A device that talks without end and is no BMS.
    class Chatter : public SimulatedDevice
    {
    public:
        void receive(Bytes, std::vector<SimulatedReply> &replies) override
        {
            replies.push_back(
                {QByteArray("\r\nV\t52810\r\nI\t-1200\r\nSOC\t\xDD\x03\x00\x1F 812\r\nChecksum\t\xA4", 45),
                 20});
        }
        [[nodiscard]] int baudRate() const override { return 9600; }
    };
    Chatter chatter;
    const QString link = m_folder.filePath(QStringLiteral("chatter"));
    SimulatorPort port(chatter, {link, 0, true, false, 0, 0, 1});
    QString error;
    QVERIFY(port.open(&error));
    port.setFault(Fault::Noise, true);
    LineConfig config;
    config.port = link;
    config.candidates = {m_environment.drivers.find(QStringLiteral("jbd"))};
    const auto line = makeLine(config, m_environment, m_clock, nullptr);
    int searches = 0;
    connect(line.get(), &Line::nothingFound, this, [&] { ++searches; });
    line->start();
    QTRY_VERIFY_WITH_TIMEOUT(searches >= 1, patienceMs);
    QVERIFY(line->batteries().empty());
}

void TestFaults::recoversWhenTheFaultEnds()
{
    Watched watched(m_folder.filePath(QStringLiteral("silent")), std::nullopt, m_environment, m_clock);
    QTRY_VERIFY_WITH_TIMEOUT(watched.current, patienceMs);
    watched.port.setFault(Fault::Silence, true);
    QTRY_COMPARE_WITH_TIMEOUT(watched.current->model().condition(), Condition::Lost, patienceMs);
    QVERIFY(!watched.current->model().values().voltage);
    watched.port.setFault(Fault::Silence, false);
    QTRY_COMPARE_WITH_TIMEOUT(watched.current->model().condition(), Condition::Fresh, patienceMs);
    QVERIFY(watched.wrong.isEmpty());
    QCOMPARE(watched.added, 1);
}

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
