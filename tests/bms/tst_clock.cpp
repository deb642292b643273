// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/clock.h"

#include <QTest>

using namespace sb;

class tst_clock : public QObject
{
    Q_OBJECT

private slots:
    void standsStillUntilItIsMoved();
    void firesInOrderOfTime();
    void firesEqualTimesInOrderOfStart();
    void goesToTheNextAlarm();
    void firesOncePerStart();
    void movesARunningAlarm();
    void stopsAnAlarm();
    void takesANegativeTimeAsNow();
    void neverFiresInsideStart();
    void firesWhatAnAlarmStartsWithinTheSameSpan();
    void letsAnAlarmDeleteItself();
    void letsAnAlarmDeleteAnother();
    void letsAnAlarmOutliveItsClock();
    void showsAlarmsTheirOwnTime();
    void systemClockNeverGoesBack();
    void systemAlarmFiresFromTheEventLoop();
    void systemAlarmMayDeleteItself();
    void systemAlarmStops();
};

void tst_clock::standsStillUntilItIsMoved()
{
    VirtualClock clock;
    const qint64 start = clock.now();
    QTest::qSleep(5);
    QCOMPARE(clock.now(), start);
    QVERIFY(!clock.advance());
    QCOMPARE(clock.now(), start);
    clock.advanceBy(1234);
    QCOMPARE(clock.now(), start + 1234);
}

void tst_clock::firesInOrderOfTime()
{
    VirtualClock clock;
    QByteArray order;
    const auto a = clock.alarm([&] { order += 'a'; });
    const auto b = clock.alarm([&] { order += 'b'; });
    const auto c = clock.alarm([&] { order += 'c'; });
    a->start(300);
    b->start(100);
    c->start(200);
    clock.advanceBy(99);
    QCOMPARE(order, QByteArray());
    clock.advanceBy(1);
    QCOMPARE(order, QByteArray("b"));
    clock.advanceBy(1000);
    QCOMPARE(order, QByteArray("bca"));
}

void tst_clock::firesEqualTimesInOrderOfStart()
{
    VirtualClock clock;
    QByteArray order;
    const auto a = clock.alarm([&] { order += 'a'; });
    const auto b = clock.alarm([&] { order += 'b'; });
    b->start(10);
    a->start(10);
    clock.advanceBy(10);
    QCOMPARE(order, QByteArray("ba"));
}

void tst_clock::goesToTheNextAlarm()
{
    VirtualClock clock;
    const qint64 start = clock.now();
    QList<qint64> times;
    const auto a = clock.alarm([&] { times.append(clock.now() - start); });
    const auto b = clock.alarm([&] { times.append(clock.now() - start); });
    a->start(50);
    b->start(20);
    QVERIFY(clock.advance());
    QVERIFY(clock.advance());
    QVERIFY(!clock.advance());
    QCOMPARE(times, (QList<qint64>{20, 50}));
    QCOMPARE(clock.now(), start + 50);
}

void tst_clock::firesOncePerStart()
{
    VirtualClock clock;
    int fired = 0;
    const auto alarm = clock.alarm([&] { ++fired; });
    QVERIFY(!alarm->isActive());
    alarm->start(5);
    QVERIFY(alarm->isActive());
    clock.advanceBy(100);
    QCOMPARE(fired, 1);
    QVERIFY(!alarm->isActive());
    alarm->start(5);
    clock.advanceBy(100);
    QCOMPARE(fired, 2);
}

void tst_clock::movesARunningAlarm()
{
    VirtualClock clock;
    int fired = 0;
    const auto alarm = clock.alarm([&] { ++fired; });
    alarm->start(100);
    clock.advanceBy(60);
    alarm->start(100);
    clock.advanceBy(99);
    QCOMPARE(fired, 0);
    clock.advanceBy(1);
    QCOMPARE(fired, 1);
}

void tst_clock::stopsAnAlarm()
{
    VirtualClock clock;
    int fired = 0;
    const auto alarm = clock.alarm([&] { ++fired; });
    alarm->start(10);
    alarm->stop();
    alarm->stop();
    QVERIFY(!alarm->isActive());
    QVERIFY(!clock.advance());
    QCOMPARE(fired, 0);
}

void tst_clock::takesANegativeTimeAsNow()
{
    VirtualClock clock;
    const qint64 start = clock.now();
    int fired = 0;
    const auto alarm = clock.alarm([&] { ++fired; });
    alarm->start(-50);
    QVERIFY(clock.advance());
    QCOMPARE(fired, 1);
    QCOMPARE(clock.now(), start);
}

void tst_clock::neverFiresInsideStart()
{
    VirtualClock clock;
    bool fired = false;
    const auto alarm = clock.alarm([&] { fired = true; });
    alarm->start(0);
    QVERIFY(!fired);
    clock.advanceBy(0);
    QVERIFY(fired);
}

void tst_clock::firesWhatAnAlarmStartsWithinTheSameSpan()
{
    VirtualClock clock;
    const qint64 start = clock.now();
    QList<qint64> times;
    std::unique_ptr<AlarmClock> alarm;
    alarm = clock.alarm([&] {
        times.append(clock.now() - start);
        alarm->start(10);
    });
    alarm->start(10);
    clock.advanceBy(35);
    QCOMPARE(times, (QList<qint64>{10, 20, 30}));
    QCOMPARE(clock.now(), start + 35);
}

void tst_clock::letsAnAlarmDeleteItself()
{
    VirtualClock clock;
    int fired = 0;
    std::unique_ptr<AlarmClock> alarm;
    // What it holds must survive its own end while it runs.
    const auto witness = std::make_shared<int>(7);
    alarm = clock.alarm([&alarm, &fired, witness] {
        alarm.reset();
        fired += *witness;
    });
    alarm->start(1);
    clock.advanceBy(10);
    QCOMPARE(fired, 7);
    QVERIFY(!clock.advance());
}

void tst_clock::letsAnAlarmDeleteAnother()
{
    VirtualClock clock;
    int fired = 0;
    std::unique_ptr<AlarmClock> second = clock.alarm([&] { ++fired; });
    const auto first = clock.alarm([&] { second.reset(); });
    first->start(5);
    second->start(5);
    clock.advanceBy(100);
    QCOMPARE(fired, 0);
}

void tst_clock::letsAnAlarmOutliveItsClock()
{
    auto clock = std::make_unique<VirtualClock>();
    const auto alarm = clock->alarm([] {});
    alarm->start(5);
    clock.reset();
    alarm->start(6);
    QVERIFY(alarm->isActive());
    alarm->stop();
    QVERIFY(!alarm->isActive());
}

void tst_clock::showsAlarmsTheirOwnTime()
{
    VirtualClock clock;
    const qint64 start = clock.now();
    qint64 seen = -1;
    const auto alarm = clock.alarm([&] { seen = clock.now(); });
    alarm->start(40);
    clock.advanceBy(1000);
    QCOMPARE(seen, start + 40);
}

void tst_clock::systemClockNeverGoesBack()
{
    const SystemClock clock;
    qint64 last = clock.now();
    for (int i = 0; i < 1000; ++i) {
        const qint64 now = clock.now();
        QVERIFY(now >= last);
        last = now;
    }
}

void tst_clock::systemAlarmFiresFromTheEventLoop()
{
    SystemClock clock;
    int fired = 0;
    const auto alarm = clock.alarm([&] { ++fired; });
    const qint64 start = clock.now();
    alarm->start(30);
    QVERIFY(alarm->isActive());
    QCOMPARE(fired, 0);
    QTRY_COMPARE_WITH_TIMEOUT(fired, 1, 10000);
    QVERIFY(clock.now() - start >= 29); // both are rounded to milliseconds
    QVERIFY(!alarm->isActive());
}

void tst_clock::systemAlarmMayDeleteItself()
{
    SystemClock clock;
    int fired = 0;
    std::unique_ptr<AlarmClock> alarm;
    const auto witness = std::make_shared<int>(7);
    alarm = clock.alarm([&alarm, &fired, witness] {
        alarm.reset();
        fired += *witness;
    });
    alarm->start(-1);
    QTRY_COMPARE_WITH_TIMEOUT(fired, 7, 10000);
}

void tst_clock::systemAlarmStops()
{
    SystemClock clock;
    int stopped = 0;
    int later = 0;
    const auto alarm = clock.alarm([&] { ++stopped; });
    const auto control = clock.alarm([&] { ++later; });
    alarm->start(5);
    control->start(20);
    alarm->stop();
    QTRY_COMPARE_WITH_TIMEOUT(later, 1, 10000);
    QCOMPARE(stopped, 0);
}

QTEST_GUILESS_MAIN(tst_clock)
#include "tst_clock.moc"
