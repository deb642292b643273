// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/lithionics/lithionicsdriver.h"
#include "drivers/lithionics/lithionicssimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestLithionics : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make()
    {
        return lithionics::driver().create({TransportKind::Bluetooth, std::nullopt, {}});
    }
    static Request wait(Driver &driver)
    {
        std::vector<Request> requests;
        driver.requests(Phase::Poll, requests);
        return requests.front();
    }

private slots:
    void readsTheOtherLayout()
    {
        PackConfig config;
        config.cells = 16;
        Pack pack(config, Profile::constant(-12));
        pack.advance(5);
        lithionics::LithionicsSimulator board(pack);
        board.fixedWidth = true;
        const std::unique_ptr<Driver> driver = make();
        const Request request = wait(*driver);
        Update update;
        const QByteArrayList lines = radioAnswer(board, request, driver->info().bluetooth.profiles.front());
        QVERIFY(hearChunks(*driver, request, inChunks(lines, 20), update).state == ReplyState::Complete);
        QVERIFY(driver->recognise(update.values) == Recognition::Yes);
        QVERIFY(std::abs(*update.values.voltage - pack.voltage()) < 0.06);
        QVERIFY(std::abs(*update.values.current - pack.current()) < 0.06);
        QVERIFY(update.values.minCellVoltage && update.values.maxCellVoltage);
        // Without the counters everything else is there.
        update.clear();
        QVERIFY(hearChunks(*driver, request, {lines.first()}, update).state == ReplyState::Complete);
        QVERIFY(update.values.voltage && !update.values.minCellVoltage);
    }

    void dropsWhatIsNoLine_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray counters = "&,1,319,006391\r\n";
        const auto row = [&](const char *line) { QTest::newRow(line) << counters + line + "\r\n"; };
        row("1399,350,350,350,349,55,48,-3,99");
        row("1399,350,350,350,349,55,48,-3,101,000000");
        row("1399,350,350,350,349,55,48,,99,000000");
        row("1399,350,350,350,349,55,48,-,99,000000");
        row("1399,350,350,350,349,55,48,-3,99,00000g");
        row("1399,350,350,350,349,55,48,-3,99,");
        row("0399,350,350,350,349,55,48,-3,99,000000");
        row("1,1594,0525,048,048,0,00000,000000,080,000100");
        row("1,01594,0525,048,048,2,00000,000000,080,000100");
        row("1,01594,0525,148,048,0,00000,000000,080,000100");
        row("#,1,3,0000,0000,4,25.4,27.1,329,337,333,0005,0102,329,331,337,325");
        row(",,,,,,,,,");
        QTest::newRow("endless") << counters + QByteArray(600, '1') +
                                        ",350,350,350,349,55,48,-3,99,000000\r\n";
        QTest::newRow("counters only") << counters;
        QTest::newRow("no counters") << QByteArray("1399,350,350,350,349,55,48,-3,99,000000\r\n");
        QTest::newRow("short counters") << QByteArray("1399,350,350,350,349,55,48,-3,99,000000\r\n&,1\r\n");
        QTest::newRow("counted text") << QByteArray("1399,350,350,350,349,55,48,-3,99,000000\r\n&,1,x,2\r\n");
    }
    void dropsWhatIsNoLine()
    {
        QFETCH(const QByteArray, bytes);
        const std::unique_ptr<Driver> driver = make();
        const Request request = wait(*driver);
        Update update;
        QVERIFY(hearChunks(*driver, request, inChunks({bytes}, 20), update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        const QByteArray good = "\r\n&,1,319,006391\r\n1399,350,350,350,349,55,48,-3,99,000000\r\n";
        QVERIFY(hearChunks(*driver, request, {good}, update).state == ReplyState::Complete);
        QCOMPARE(update.values.current, Number(-3));
    }
};

QTEST_GUILESS_MAIN(TestLithionics)
#include "tst_lithionics.moc"
