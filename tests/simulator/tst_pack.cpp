// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/pack.h"

#include <QTest>

using namespace sb;

class TestPack : public QObject
{
    Q_OBJECT
private slots:
    void chargeIsConserved()
    {
        PackConfig config;
        Pack pack(config, Profile::constant(-28));
        const double before = pack.remainingAh();
        pack.advance(3600);
        QVERIFY(std::abs(before - pack.remainingAh() - 28) < 0.1);
        QVERIFY(pack.current() < -27 && pack.current() > -29);
    }
    void restingVoltageRisesWithCharge()
    {
        for (const Chemistry chemistry : {Chemistry::Lfp, Chemistry::Nmc}) {
            for (double soc = 0; soc < 1; soc += 0.01)
                QVERIFY(openCircuitVoltage(chemistry, soc) < openCircuitVoltage(chemistry, soc + 0.01));
        }
    }
    void balancingNarrowsTheSpread()
    {
        PackConfig config;
        config.capacityAh = 20;
        config.noiseVolts = 0;
        Pack pack(config, Profile::constant(0));
        for (int cell = 0; cell < 16; ++cell)
            pack.setCellSoc(cell, cell == 3 ? 0.995 : 0.97);
        const double before = pack.cellSoc(3) - pack.cellSoc(0);
        pack.advance(3600);
        QVERIFY(pack.cellSoc(3) - pack.cellSoc(0) < before - 0.002);
    }
    void protectionsOpenTheFets_data()
    {
        QTest::addColumn<double>("soc");
        QTest::addColumn<double>("current");
        QTest::addColumn<bool>("charge");
        QTest::addColumn<bool>("discharge");
        QTest::newRow("full") << 1.03 << 100.0 << false << true;
        QTest::newRow("empty") << 0.0 << -150.0 << true << false;
        QTest::newRow("too much in") << 0.5 << 160.0 << false << true;
        QTest::newRow("too much out") << 0.5 << -210.0 << true << false;
        QTest::newRow("normal") << 0.5 << 50.0 << true << true;
    }
    void protectionsOpenTheFets()
    {
        QFETCH(const double, soc);
        QFETCH(const double, current);
        QFETCH(const bool, charge);
        QFETCH(const bool, discharge);
        PackConfig config;
        config.soc = soc;
        Pack pack(config, Profile::constant(current));
        pack.advance(5);
        QCOMPARE(pack.chargeFet(), charge);
        QCOMPARE(pack.dischargeFet(), discharge);
        if (!charge || !discharge)
            QCOMPARE(pack.current(), 0.0);
    }
    void coldPacksAreNotCharged()
    {
        Pack pack({}, Profile::constant(20));
        pack.setTemperature(-5);
        pack.advance(2);
        QVERIFY(pack.isActive(Protection::ChargeUndertemperature));
        QVERIFY(!pack.chargeFet());
        QVERIFY(pack.dischargeFet());
    }
    void theSameSeedIsTheSameBattery()
    {
        PackConfig config;
        config.seed = 42;
        Pack a(config);
        Pack b(config);
        a.advance(100);
        b.advance(100);
        QCOMPARE(a.cellVoltages(), b.cellVoltages());
        config.seed = 43;
        Pack c(config);
        c.advance(100);
        QVERIFY(a.cellVoltages() != c.cellVoltages());
    }
    void livelyPacksChangeWithinSeconds()
    {
        Pack pack({});
        pack.advance(1);
        const auto before = pack.cellVoltages();
        const double current = pack.current();
        pack.advance(1);
        QVERIFY(pack.cellVoltages() != before);
        QVERIFY(pack.current() != current);
    }
};

QTEST_GUILESS_MAIN(TestPack)
#include "tst_pack.moc"
