// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/tianpwr/tianpwrdriver.h"
#include "drivers/tianpwr/tianpwrsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestTianpwr : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make()
    {
        return tianpwr::driver().create({TransportKind::Bluetooth, std::nullopt, {}});
    }
    static QByteArrayList asked(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList list;
        for (const Request &request : requests)
            list.append(request.bytes.toHex());
        return list;
    }

private slots:
    void asksForAsManyPagesAsThereAreCells_data()
    {
        QTest::addColumn<int>("cells");
        QTest::addColumn<int>("pages");
        QTest::newRow("4") << 4 << 1;
        QTest::newRow("8") << 8 << 1;
        QTest::newRow("9") << 9 << 2;
        QTest::newRow("16") << 16 << 2;
        QTest::newRow("24") << 24 << 3;
    }
    void asksForAsManyPagesAsThereAreCells()
    {
        QFETCH(const int, cells);
        QFETCH(const int, pages);
        PackConfig config;
        config.cells = cells;
        Pack pack(config, Profile::constant(0));
        tianpwr::TianpwrSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        QCOMPARE(asked(*driver, Phase::Identify).size(), 9);
        const BatteryState state = round(*driver, board, Phase::Identify);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(static_cast<int>(state.cellVoltages.size()), cells);
        QCOMPARE(asked(*driver, Phase::Poll).size(), 4 + pages);
        QCOMPARE(asked(*driver, Phase::Poll).first(), QByteArray("550483aa"));
        QVERIFY(driver->recognise(round(*driver, board, Phase::Poll)) == Recognition::Yes);
    }

    void givesWholeReadingsOnly()
    {
        Pack pack({}, Profile::constant(0));
        tianpwr::TianpwrSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        for (size_t missing = 0; missing < 6; ++missing) {
            Update update;
            for (size_t i = 0; i < 6; ++i) {
                if (i != missing)
                    (void)hear(*driver, requests[i], answerOf(board, requests[i]), update);
            }
            QVERIFY2(update.values == BatteryState(), requests[missing].bytes.toHex().constData());
        }
    }
};

QTEST_GUILESS_MAIN(TestTianpwr)
#include "tst_tianpwr.moc"
