// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/cbtpwr/cbtpwrdriver.h"
#include "drivers/cbtpwr/cbtpwrsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestCbtpwr : public QObject
{
    Q_OBJECT

private slots:
    void asksForTheBlocksThatHoldCells_data()
    {
        QTest::addColumn<int>("cells");
        QTest::addColumn<int>("answered");
        QTest::addColumn<int>("asked");
        QTest::newRow("4") << 4 << 4 << 1;
        QTest::newRow("5") << 5 << 4 << 1;
        QTest::newRow("5, no other block") << 5 << 1 << 1;
        QTest::newRow("6") << 6 << 4 << 2;
        QTest::newRow("15, no other block") << 15 << 3 << 3;
        QTest::newRow("20") << 20 << 4 << 4;
    }
    void asksForTheBlocksThatHoldCells()
    {
        QFETCH(const int, cells);
        QFETCH(const int, answered);
        QFETCH(const int, asked);
        Pack pack({.cells = cells, .capacityAh = 100}, Profile::constant(-5));
        pack.advance(5);
        cbtpwr::CbtpwrSimulator board(pack);
        board.blocks = answered;
        const auto driver = cbtpwr::driver().create({TransportKind::Bluetooth, {}, {}});
        bool good = false;
        const BatteryState first = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good && driver->recognise(first) == Recognition::Yes);
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        QCOMPARE(std::count_if(requests.begin(), requests.end(),
                               [](const Request &each) { return each.id >= 5 && each.id <= 8; }),
                 asked);
        for (int i = 0; i < 2; ++i) {
            const BatteryState read = round(*driver, board, Phase::Poll, &good);
            QVERIFY(good);
            QCOMPARE(read.cellCount, Count(cells));
            QCOMPARE(read.cellVoltages.size(), static_cast<size_t>(cells));
        }
    }

    void aBlockThatWasMissedAtTheStartIsAskedForAgain()
    {
        Pack pack({.cells = 10, .capacityAh = 100}, Profile::constant(-5));
        pack.advance(5);
        cbtpwr::CbtpwrSimulator board(pack);
        board.blocks = 1;
        const auto driver = cbtpwr::driver().create({TransportKind::Bluetooth, {}, {}});
        bool good = false;
        QVERIFY(!round(*driver, board, Phase::Identify, &good).cellCount);
        board.blocks = 4;
        QCOMPARE(round(*driver, board, Phase::Poll, &good).cellCount, Count(10));
        // From now on it belongs to the battery.
        board.blocks = 1;
        (void)round(*driver, board, Phase::Poll, &good);
        QVERIFY(!good);
    }

    void oneSensorIsToldTwice()
    {
        const auto driver = cbtpwr::driver().create({TransportKind::Bluetooth, {}, {}});
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        const auto request = std::find_if(requests.begin(), requests.end(),
                                          [](const Request &each) { return each.id == 0x09; });
        const auto told = [&](const char *answer) {
            Update update;
            (void)hear(*driver, *request, hex(answer), update);
            return update.values.temperatures;
        };
        QCOMPARE(told("aa55090cfefffeff00000000000000000f0d0a"), (Numbers{-2}));
        QCOMPARE(told("aa55090cfeff02000000000000000000140d0a"), (Numbers{-2, 2}));
        QCOMPARE(told("aa55090cfefffeff00000000000000000f0d0a"), (Numbers{-2, -2}));
    }
};

QTEST_GUILESS_MAIN(TestCbtpwr)
#include "tst_cbtpwr.moc"
