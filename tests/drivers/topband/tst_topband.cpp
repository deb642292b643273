// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/topband/topbanddriver.h"
#include "drivers/topband/topbandsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestTopband : public QObject
{
    Q_OBJECT

    static PackConfig fourCells()
    {
        PackConfig config;
        config.cells = 4;
        config.capacityAh = 100;
        return config;
    }
    static std::unique_ptr<Driver> make(const char *option = "", const char *value = "")
    {
        return topband::driver().create(
            {TransportKind::Bluetooth, std::nullopt, {{QLatin1String(option), QLatin1String(value)}}});
    }
    static BatteryState round(Driver &driver, SimulatedDevice &board)
    {
        std::vector<Request> requests;
        driver.requests(Phase::Identify, requests);
        Update update;
        for (const Request &request : requests) {
            (void)hearChunks(
                driver, request,
                inChunks(radioAnswer(board, request, driver.info().bluetooth.profiles.front()), 20), update);
        }
        return update.values;
    }

private slots:
    void knowsKilovault_data()
    {
        QTest::addColumn<QByteArray>("option");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("rule") << QByteArray("variant") << QByteArray("kilovault");
        QTest::newRow("old type") << QByteArray("bmsType") << QByteArray("Kilovault_Ble");
        QTest::newRow("type") << QByteArray("bmsType") << QByteArray("kilovault-ble");
        QTest::newRow("name") << QByteArray("localName") << QByteArray("21-2400HLX+0013");
    }
    void knowsKilovault()
    {
        QFETCH(const QByteArray, option);
        QFETCH(const QByteArray, value);
        Pack pack(fourCells(), Profile::constant(-5));
        topband::TopbandSimulator board(pack);
        board.kilovault = true;
        const std::unique_ptr<Driver> driver = make(option.constData(), value.constData());
        const BatteryState state = round(*driver, board);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(state.capacityAh, Number(100));
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) < 1);
        QCOMPARE(state.problemCode, Count(0x100));
        QCOMPARE(state.chargeAllowed, Flag(true));
        QCOMPARE(state.deviceName, Text(QStringLiteral("Cabin 2")));
    }

    void estimatesTheCapacityOfOthers()
    {
        Pack pack(fourCells(), Profile::constant(-5));
        topband::TopbandSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        const Number first = round(*driver, board).capacityAh;
        QVERIFY(first && std::abs(*first - 100) < 2);
        // It does not waver while the charge goes on.
        pack.setRemainingAh(50.9);
        pack.advance(1);
        QCOMPARE(round(*driver, board).capacityAh, first);
        pack.setRemainingAh(10);
        pack.advance(1);
        QCOMPARE(round(*driver, board).capacityAh, first);
        QVERIFY(!round(*make(), board).capacityAh);
    }
};

QTEST_GUILESS_MAIN(TestTopband)
#include "tst_topband.moc"
