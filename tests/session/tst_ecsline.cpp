// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ecs/ecsdriver.h"
#include "drivers/ecs/ecssimulator.h"
#include "session/session.h"
#include "simulatedline.h"
#include "simulator/pack.h"

#include <QTest>

using namespace sb;

namespace {

constexpr int cells = 8;
constexpr int firstModule = 2;
constexpr qint64 secondMs = 1000;

} // namespace

/// A meter with a module per cell on one line: what a lost module costs the others.
class TestEcsLine : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void readsMeterAndModules();
    void aLostModuleNeverStallsTheMeter();
    void allModulesLostLeaveTheMeter();
    void modulesComeBackByThemselves();

private:
    [[nodiscard]] const BatteryState &values() const { return m_link->state().values(); }
    /// Times at which a unit was asked for its values.
    [[nodiscard]] QList<qint64> asked(int unit) const
    {
        return m_line->writtenAt.value(modbus::readRequest({static_cast<quint8>(unit), 3, 100, 3}));
    }

    std::unique_ptr<VirtualClock> m_clock;
    std::unique_ptr<Pack> m_pack;
    std::unique_ptr<ecs::EcsSimulator> m_board;
    std::unique_ptr<SimulatedLine> m_line;
    std::unique_ptr<Session> m_session;
    PackLink *m_link = nullptr;
};

void TestEcsLine::init()
{
    m_clock = std::make_unique<VirtualClock>();
    m_clock->advanceBy(100 * secondMs);
    PackConfig config;
    config.cells = cells;
    m_pack = std::make_unique<Pack>(config, Profile::constant(-5));
    m_pack->advance(5);
    m_board = std::make_unique<ecs::EcsSimulator>(*m_pack, 1, firstModule);
    m_line = std::make_unique<SimulatedLine>(*m_board, m_board->baudRate(), *m_clock);
    m_session = std::make_unique<Session>(*m_line, *m_clock, SessionSettings{});
    DriverConfig options;
    options.options = {{QStringLiteral("liproStart"), firstModule},
                       {QStringLiteral("liproEnd"), firstModule + cells - 1},
                       {QStringLiteral("liproCellCount"), cells}};
    m_link = m_session->addPack(ecs::driver().create(options));
    m_session->start();
}

void TestEcsLine::cleanup()
{
    m_session.reset();
    m_line.reset();
    m_clock.reset();
}

void TestEcsLine::readsMeterAndModules()
{
    m_clock->advanceBy(10 * secondMs);
    QCOMPARE(m_link->linkStatus(m_clock->now()).errors, 0U);
    QVERIFY(m_link->linkStatus(m_clock->now()).polls >= 9U);
    QCOMPARE(values().cellVoltages.size(), static_cast<size_t>(cells));
    QVERIFY(values().voltage && values().soc && values().current);
}

void TestEcsLine::aLostModuleNeverStallsTheMeter()
{
    m_clock->advanceBy(5 * secondMs);
    m_board->silentUnits = {5, 7};
    const qint64 lostAt = m_clock->now();
    const quint64 before = m_link->linkStatus(lostAt).polls;
    m_clock->advanceBy(120 * secondMs);
    // A poll per second, all of them good.
    QVERIFY(m_link->linkStatus(m_clock->now()).polls - before >= 118);
    QCOMPARE(m_link->linkStatus(m_clock->now()).errors, 0U);
    QVERIFY(!values().cellVoltages[3] && !values().cellVoltages[5] && values().cellVoltages[4]);
    QCOMPARE(*values().alarms.level(AlarmName::BmsCable), AlarmLevel::Warning);
    // Given up after three rounds, asked each half minute from then on, and never two in one round.
    for (const int unit : {5, 7}) {
        const QList<qint64> times = asked(unit);
        const auto late = std::count_if(times.begin(), times.end(),
                                        [lostAt](qint64 at) { return at > lostAt + 5 * secondMs; });
        QVERIFY2(late >= 3 && late <= 5, QByteArray::number(late).constData());
        for (const qint64 at : times) {
            if (at <= lostAt + 5 * secondMs)
                continue;
            for (const qint64 other : asked(unit == 5 ? 7 : 5))
                QVERIFY(std::abs(at - other) >= secondMs / 2);
        }
    }
}

void TestEcsLine::allModulesLostLeaveTheMeter()
{
    m_clock->advanceBy(5 * secondMs);
    for (int i = 0; i < cells; ++i)
        m_board->silentUnits.insert(firstModule + i);
    m_clock->advanceBy(60 * secondMs);
    QCOMPARE(m_link->linkStatus(m_clock->now()).errors, 0U);
    QVERIFY(m_link->condition() == Condition::Fresh);
    QVERIFY(values().voltage);
    QVERIFY(values().cellVoltages.empty()); // too old by now
}

void TestEcsLine::modulesComeBackByThemselves()
{
    m_clock->advanceBy(5 * secondMs);
    m_board->silentUnits = {2, 3, 9};
    m_clock->advanceBy(20 * secondMs);
    QVERIFY(!values().cellVoltages[0]);
    m_board->silentUnits.clear();
    m_clock->advanceBy(40 * secondMs);
    for (const Number &cell : values().cellVoltages)
        QVERIFY(cell);
    QCOMPARE(*values().alarms.level(AlarmName::BmsCable), AlarmLevel::Ok);
}

QTEST_GUILESS_MAIN(TestEcsLine)
#include "tst_ecsline.moc"
