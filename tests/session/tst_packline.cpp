// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbddriver.h"
#include "drivers/jbd/jbdsimulator.h"
#include "session/session.h"
#include "simulatedline.h"
#include "simulator/simulatedbus.h"

#include <QSignalSpy>
#include <QTest>

using namespace sb;

namespace {

constexpr int packCount = 8;
constexpr qint64 secondMs = 1000;
constexpr qint64 minuteMs = 60000;

std::unique_ptr<Driver> jbdAt(int address)
{
    return std::make_unique<jbd::JbdDriver>(DriverConfig{TransportKind::Serial, address, {}});
}

/// The protocol of the boards here, in the hands of a driver that knows its board to sleep when idle.
class SleepyDriver : public Driver
{
public:
    SleepyDriver()
        : Driver({TransportKind::Serial, 1, {}})
        , m_jbd(jbdAt(1))
        , m_info(m_jbd->info())
    {
        m_info.sleepsBelow = 1;
    }
    [[nodiscard]] const DriverInfo &info() const override { return m_info; }
    void requests(Phase phase, std::vector<Request> &to) override { m_jbd->requests(phase, to); }
    void begin(const Request &request) override { m_jbd->begin(request); }
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &update) override
    {
        return m_jbd->receive(bytes, pending, update);
    }
    [[nodiscard]] Reply lineSilent(const Request *pending, Update &update) override
    {
        return m_jbd->lineSilent(pending, update);
    }
    [[nodiscard]] Recognition recognise(const BatteryState &read) const override
    {
        return m_jbd->recognise(read);
    }
    [[nodiscard]] LinkCounters counters() const override { return m_jbd->counters(); }

private:
    std::unique_ptr<Driver> m_jbd;
    DriverInfo m_info;
};

} // namespace

/// Several packs on one RS485 line, with the addressed frame of JBD UP boards.
class TestPackLine : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void allPacksAreRead();
    void allPacksAreReadWithNoiseOnTheLine();
    void aPulledPackDoesNotDisturbTheOthers();
    void aLostPackIsAskedOncePerMinute();
    void aReturnedPackComesBackByItself();
    void aPackThatWasNeverThereIsFoundWhenItComes();
    void soughtPacksAreFoundAndCostLittle();
    void asksEveryRoundWhenNobodyAnswers();
    void anotherPackInOnePlaceIsReplacedAlone();
    void anIdlePackThatFallsSilentSleeps_data();
    void anIdlePackThatFallsSilentSleeps();

private:
    void addPacks(int count, PackLink::Presence others = PackLink::Presence::Expected);
    [[nodiscard]] quint64 polls(int i)
    {
        return m_packs[static_cast<size_t>(i)]->linkStatus(m_clock->now()).polls;
    }
    [[nodiscard]] quint64 errors(int i)
    {
        return m_packs[static_cast<size_t>(i)]->linkStatus(m_clock->now()).errors;
    }
    /// Times at which a pack was asked for its basic information.
    [[nodiscard]] QList<qint64> asked(int i) const
    {
        const jbd::Protocol protocol({TransportKind::Serial, i + 1, {}});
        return m_line->writtenAt.value(protocol.read(jbd::reg::basicInformation).bytes);
    }

    std::unique_ptr<VirtualClock> m_clock;
    std::vector<std::unique_ptr<Pack>> m_batteries;
    std::vector<std::unique_ptr<jbd::JbdSimulator>> m_boards;
    std::unique_ptr<SimulatedBus> m_bus;
    std::unique_ptr<SimulatedLine> m_line;
    std::unique_ptr<Session> m_session;
    std::vector<PackLink *> m_packs;
};

void TestPackLine::init()
{
    m_clock = std::make_unique<VirtualClock>();
    m_clock->advanceBy(500000);
    m_bus = std::make_unique<SimulatedBus>();
    for (int i = 0; i < packCount; ++i) {
        PackConfig config;
        config.seed = static_cast<quint64>(i) + 1;
        config.soc = 0.3 + 0.05 * i;
        m_batteries.push_back(std::make_unique<Pack>(config, Profile::constant(0)));
        jbd::SimulatorOptions options;
        options.address = i + 1;
        m_boards.push_back(std::make_unique<jbd::JbdSimulator>(*m_batteries.back(), options));
        m_bus->add(*m_boards.back());
    }
    m_line = std::make_unique<SimulatedLine>(*m_bus, 9600, *m_clock);
    m_session = std::make_unique<Session>(*m_line, *m_clock, SessionSettings{});
}

void TestPackLine::cleanup()
{
    m_packs.clear();
    m_session.reset();
    m_line.reset();
    m_bus.reset();
    m_boards.clear();
    m_batteries.clear();
    m_clock.reset();
}

void TestPackLine::addPacks(int count, PackLink::Presence others)
{
    for (int i = 0; i < count; ++i)
        m_packs.push_back(m_session->addPack(jbdAt(i + 1), i == 0 ? PackLink::Presence::Expected : others));
    m_session->start();
}

void TestPackLine::allPacksAreRead()
{
    addPacks(packCount);
    m_clock->advanceBy(minuteMs);
    for (int i = 0; i < packCount; ++i) {
        const PackLink &pack = *m_packs[static_cast<size_t>(i)];
        QVERIFY(pack.isIdentified());
        QCOMPARE(pack.condition(), Condition::Fresh);
        QCOMPARE(errors(i), 0U);
        // Each its own values: addresses are not mixed up.
        QCOMPARE(*pack.state().values().soc, std::round(100 * (0.3 + 0.05 * i)));
    }
    // Fair: the same number of polls for each, up to the round in progress.
    for (int i = 1; i < packCount; ++i)
        QVERIFY(polls(0) - polls(i) <= 1);
}

void TestPackLine::allPacksAreReadWithNoiseOnTheLine()
{
    m_line->setNoise({200, 0.1}, 3);
    addPacks(packCount);
    m_clock->advanceBy(5 * minuteMs);
    for (int i = 0; i < packCount; ++i) {
        const PackLink &pack = *m_packs[static_cast<size_t>(i)];
        QVERIFY(pack.isIdentified());
        QVERIFY2(
            errors(i) * 20 <= polls(i),
            qPrintable(
                QStringLiteral("pack %1: %2 of %3 polls failed").arg(i + 1).arg(errors(i)).arg(polls(i))));
        QCOMPARE(*pack.state().values().soc, std::round(100 * (0.3 + 0.05 * i)));
    }
}

void TestPackLine::aPulledPackDoesNotDisturbTheOthers()
{
    addPacks(packCount);
    m_clock->advanceBy(20 * secondMs);
    const qint64 timeoutMs = jbd::Protocol({TransportKind::Serial, 1, {}}).read(3).timeoutMs;
    const QList<qint64> before = asked(0);
    const qint64 round = before.last() - before.at(before.size() - 2);

    m_bus->setPresent(3, false);
    m_clock->advanceBy(minuteMs);
    QCOMPARE(m_packs[3]->condition(), Condition::Lost);
    QVERIFY(!m_packs[3]->state().values().voltage);
    for (int i = 0; i < packCount; ++i) {
        if (i == 3)
            continue;
        QCOMPARE(errors(i), 0U);
        QCOMPARE(m_packs[static_cast<size_t>(i)]->condition(), Condition::Fresh);
    }
    // The first time all tries are made, as for any damaged reply; from then on one time-out at most.
    const QList<qint64> after = asked(0).mid(before.size() + 1);
    int slow = 0;
    for (qsizetype i = 1; i < after.size(); ++i) {
        const qint64 apart = after.at(i) - after.at(i - 1);
        QVERIFY2(apart <= round + timeoutMs, QByteArray::number(apart).constData());
        slow += apart > round + 50 ? 1 : 0;
    }
    // Ten seconds until it counts as lost, and once per minute after that.
    QVERIFY2(slow <= 10, QByteArray::number(slow).constData());
}

void TestPackLine::aLostPackIsAskedOncePerMinute()
{
    addPacks(packCount);
    m_clock->advanceBy(20 * secondMs);
    m_bus->setPresent(3, false);
    m_clock->advanceBy(20 * secondMs);
    const qsizetype before = asked(3).size();
    m_clock->advanceBy(10 * minuteMs);
    const qsizetype times = asked(3).size() - before;
    QVERIFY2(times >= 9 && times <= 10, QByteArray::number(times).constData());
}

void TestPackLine::aReturnedPackComesBackByItself()
{
    addPacks(packCount);
    m_clock->advanceBy(20 * secondMs);
    m_bus->setPresent(3, false);
    m_clock->advanceBy(5 * minuteMs);
    m_bus->setPresent(3, true);
    m_clock->advanceBy(65 * secondMs);
    QCOMPARE(m_packs[3]->condition(), Condition::Fresh);
    QCOMPARE(*m_packs[3]->state().values().soc, 45.0);
    for (int i = 0; i < packCount; ++i)
        QVERIFY(i == 3 || errors(i) == 0);
    // And a short absence, before it is lost, costs no minute.
    m_bus->setPresent(5, false);
    m_clock->advanceBy(5 * secondMs);
    m_bus->setPresent(5, true);
    m_clock->advanceBy(5 * secondMs);
    QCOMPARE(m_packs[5]->condition(), Condition::Fresh);
}

void TestPackLine::aPackThatWasNeverThereIsFoundWhenItComes()
{
    QSignalSpy identified(m_session.get(), &Session::packIdentified);
    m_bus->setPresent(0, false); // the first of the line, too
    addPacks(packCount);
    m_clock->advanceBy(5 * minuteMs);
    QCOMPARE(identified.size(), packCount - 1);
    QCOMPARE(m_packs[0]->condition(), Condition::Connecting);
    m_bus->setPresent(0, true);
    m_clock->advanceBy(65 * secondMs);
    QCOMPARE(identified.size(), packCount);
    QCOMPARE(m_packs[0]->condition(), Condition::Fresh);
}

void TestPackLine::soughtPacksAreFoundAndCostLittle()
{
    QSignalSpy updated(m_session.get(), &Session::packUpdated);
    for (const size_t absent : {2U, 3U, 5U})
        m_bus->setPresent(absent, false);
    addPacks(packCount, PackLink::Presence::Sought);
    // One address per round: all were asked after some rounds, and those that are there are read.
    m_clock->advanceBy(20 * secondMs);
    for (int i = 0; i < packCount; ++i) {
        const PackLink *pack = m_packs[static_cast<size_t>(i)];
        const bool absent = i == 2 || i == 3 || i == 5;
        QCOMPARE(pack->isIdentified(), !absent);
        QCOMPARE(pack->isSought(), absent);
        QCOMPARE(errors(i), 0U);
    }
    // Nobody hears of a pack that is not there.
    for (const QList<QVariant> &arguments : updated)
        QVERIFY(!arguments.at(0).value<PackLink *>()->isSought());
    const qsizetype before = asked(2).size();
    m_clock->advanceBy(10 * minuteMs);
    const qsizetype times = asked(2).size() - before;
    QVERIFY2(times >= 9 && times <= 10, QByteArray::number(times).constData());
    // Plugged in later: found as well.
    m_bus->setPresent(2, true);
    m_clock->advanceBy(70 * secondMs);
    QVERIFY(m_packs[2]->isIdentified());
}

void TestPackLine::asksEveryRoundWhenNobodyAnswers()
{
    addPacks(2);
    m_clock->advanceBy(10 * secondMs);
    for (int i = 0; i < packCount; ++i)
        m_bus->setPresent(static_cast<size_t>(i), false);
    m_clock->advanceBy(5 * minuteMs);
    QCOMPARE(m_packs[0]->condition(), Condition::Lost);
    m_bus->setPresent(0, true);
    m_bus->setPresent(1, true);
    m_clock->advanceBy(15 * secondMs);
    QCOMPARE(m_packs[0]->condition(), Condition::Fresh);
    QCOMPARE(m_packs[1]->condition(), Condition::Fresh);
}

void TestPackLine::anotherPackInOnePlaceIsReplacedAlone()
{
    QSignalSpy replaced(m_session.get(), &Session::packReplaced);
    addPacks(packCount);
    m_clock->advanceBy(20 * secondMs);
    m_bus->setPresent(3, false);
    m_clock->advanceBy(20 * secondMs);
    PackConfig config;
    config.cells = 15;
    config.soc = 0.9;
    Pack stranger(config, Profile::constant(0));
    jbd::SimulatorOptions options;
    options.address = 4;
    jbd::JbdSimulator board(stranger, options);
    m_bus->add(board);
    m_clock->advanceBy(65 * secondMs);
    QCOMPARE(replaced.size(), 1);
    QCOMPARE(replaced.first().first().value<PackLink *>(), m_packs[3]);
    QCOMPARE(m_packs[3]->condition(), Condition::Fresh);
    QCOMPARE(m_packs[3]->state().values().cellVoltages.size(), 15U);
    QCOMPARE(*m_packs[3]->state().values().soc, 90.0);
    for (int i = 0; i < packCount; ++i)
        QVERIFY(i == 3 || errors(i) == 0);
    m_session.reset(); // before the board
}

void TestPackLine::anIdlePackThatFallsSilentSleeps_data()
{
    QTest::addColumn<double>("current");
    QTest::addColumn<bool>("noise");
    QTest::addColumn<Condition>("condition");
    QTest::newRow("idle") << 0.0 << false << Condition::Asleep;
    QTest::newRow("under load") << -20.0 << false << Condition::Lost;
    QTest::newRow("idle, but something is on the line") << 0.0 << true << Condition::Lost;
}

void TestPackLine::anIdlePackThatFallsSilentSleeps()
{
    QFETCH(double, current);
    QFETCH(bool, noise);
    QFETCH(Condition, condition);
    m_batteries[0]->setProfile(Profile::constant(current));
    m_batteries[0]->advance(10);
    PackLink *pack = m_session->addPack(std::make_unique<SleepyDriver>());
    m_session->start();
    m_clock->advanceBy(20 * secondMs);
    QCOMPARE(pack->condition(), Condition::Fresh);
    m_bus->setPresent(0, false);
    if (noise)
        m_line->setNoise({200, 0}, 1);
    m_clock->advanceBy(20 * secondMs);
    QCOMPARE(pack->condition(), condition);
    QVERIFY(!pack->state().values().voltage);
    m_bus->setPresent(0, true);
    m_clock->advanceBy(10 * secondMs);
    QCOMPARE(pack->condition(), Condition::Fresh);
}

QTEST_GUILESS_MAIN(TestPackLine)
#include "tst_packline.moc"
