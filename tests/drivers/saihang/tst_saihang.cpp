// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/saihang/saihangdriver.h"
#include "drivers/saihang/saihangsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestSaihang : public QObject
{
    Q_OBJECT

    Pack m_pack{{.cells = 8, .capacityAh = 100}, Profile::constant(-5)};
    static std::unique_ptr<Driver> make()
    {
        return saihang::driver().create({TransportKind::Bluetooth, {}, {}});
    }

private slots:
    void initTestCase() { m_pack.advance(5); }
    void takesTheAnswerOfAnyUnit()
    {
        for (const int unit : {0, 1}) {
            saihang::SaihangSimulator board(m_pack);
            board.unit = unit;
            const auto driver = make();
            QVERIFY(driver->recognise(round(*driver, board, Phase::Identify)) == Recognition::Yes);
        }
    }
    void readsItsSettings()
    {
        saihang::SaihangSimulator board(m_pack);
        const auto driver = make();
        QCOMPARE(driver->parameters().size(), 16U);
        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent, QByteArrayList{hex("a5a50003000000530426")}); // one question for all
        QCOMPARE(valueOf(all, "packOvervoltage"), QVariant(29.2));
        QCOMPARE(valueOf(all, "packOvervoltageDelay"), QVariant(1.0));
        QCOMPARE(valueOf(all, "cellOvervoltageRelease"), QVariant(3.33));
        QCOMPARE(valueOf(all, "packUndervoltageWarning"), QVariant(22.4));
        QCOMPARE(valueOf(all, "cellUndervoltage"), QVariant(2.5));
        QCOMPARE(valueOf(all, "cellUndervoltageDelay"), QVariant(2.0));
        board.tellsSettings = false;
        QVERIFY(!run(*driver, board, driver->readParameters({})).result.ok);
    }
    void keepsTheAmbientOutOfTheCells()
    {
        m_pack.setAmbient(35);
        saihang::SaihangSimulator board(m_pack);
        const BatteryState read = round(*make(), board, Phase::Poll);
        QCOMPARE(read.temperatures.size(), 3U);
        QCOMPARE(read.temperatures.back(), Number(35));
        QVERIFY(read.maxCellTemperature < 34);
    }
};

QTEST_GUILESS_MAIN(TestSaihang)
#include "tst_saihang.moc"
