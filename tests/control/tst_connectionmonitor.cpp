// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/connectionmonitor.h"

#include <QTest>

using namespace sb;

namespace {
const Numbers safeCells(16, 3.3);
const Numbers fullCells(16, 3.42);
} // namespace

class TestConnectionMonitor : public QObject
{
    Q_OBJECT
private slots:
    void phasesOfASafePack_data()
    {
        QTest::addColumn<qint64>("lostFor");
        QTest::addColumn<int>("phase");
        const auto row = [](const char *name, qint64 ms, LossPhase phase) {
            QTest::newRow(name) << ms << static_cast<int>(phase);
        };
        row("first miss", 0, LossPhase::Stale);
        row("just before 10 s", 9999, LossPhase::Stale);
        row("10 s", 10000, LossPhase::Lost);
        row("60 s", 60000, LossPhase::Lost);
        row("more than 60 s", 60001, LossPhase::Cable);
        row("just before 30 min", 1799999, LossPhase::Cable);
        row("30 min", 1800000, LossPhase::Gone);
    }
    void phasesOfASafePack()
    {
        QFETCH(const qint64, lostFor);
        QFETCH(const int, phase);
        ConnectionMonitor monitor;
        monitor.good(1000);
        monitor.failed(2000, safeCells);
        monitor.failed(3000, safeCells);
        QVERIFY(monitor.isSafe());
        QCOMPARE(static_cast<int>(monitor.phase(2000 + lostFor)), phase);
    }
    void anUnsafePackIsGivenUpAfterAMinute()
    {
        for (const Numbers &cells : {fullCells, Numbers(16, 3.0), Numbers(), Numbers{3.3, std::nullopt}}) {
            ConnectionMonitor monitor;
            monitor.failed(0, cells);
            monitor.failed(1000, cells);
            QVERIFY(!monitor.isSafe());
            QCOMPARE(monitor.phase(59999), LossPhase::Lost);
            QCOMPARE(monitor.phase(60000), LossPhase::Gone);
            QCOMPARE(monitor.cableAlarm(60000), AlarmLevel::Alarm);
            QVERIFY(!monitor.mustWithdraw(66999));
            QVERIFY(monitor.mustWithdraw(67000));
        }
    }
    void blockOnDisconnectKnowsNoSafeWindow()
    {
        LossRules rules;
        rules.blockOnDisconnect = true;
        ConnectionMonitor monitor(rules);
        monitor.failed(0, safeCells);
        monitor.failed(1000, safeCells);
        QCOMPARE(monitor.goneAfter(), 60000);
    }
    void scatteredErrorsAreNoOutage()
    {
        ConnectionMonitor monitor;
        for (qint64 now = 0; now < 3600000; now += 50000) {
            monitor.failed(now, fullCells);
            QVERIFY(monitor.phase(now) <= LossPhase::Stale);
            monitor.good(now + 1000);
            QCOMPARE(monitor.phase(now + 1000), LossPhase::Ok);
        }
        QVERIFY(monitor.errors(3600000).count > 50);
    }
    void theCableAlarmOutlastsTheOutage()
    {
        ConnectionMonitor monitor;
        monitor.failed(0, safeCells);
        monitor.failed(1000, safeCells);
        QCOMPARE(monitor.cableAlarm(61000), AlarmLevel::Warning);
        monitor.good(70000);
        QCOMPARE(monitor.phase(70000), LossPhase::Ok);
        QCOMPARE(monitor.cableAlarm(70000), AlarmLevel::Ok); // the last failure is more than a minute ago
        monitor.failed(80000, safeCells);
        for (qint64 now = 81000; now <= 141001; now += 1000)
            monitor.failed(now, safeCells);
        monitor.good(142000);
        QCOMPARE(monitor.cableAlarm(142000), AlarmLevel::Warning);
        monitor.good(203000);
        QCOMPARE(monitor.cableAlarm(203000), AlarmLevel::Ok);
        QCOMPARE(monitor.errors(203000).count, 0);
    }
};

QTEST_GUILESS_MAIN(TestConnectionMonitor)
#include "tst_connectionmonitor.moc"
