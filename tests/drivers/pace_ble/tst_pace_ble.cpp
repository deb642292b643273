// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pace_ble/pace_bledriver.h"
#include "drivers/pace_ble/pace_blesimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestPaceBle : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make()
    {
        return pace_ble::driver().create({TransportKind::Bluetooth, std::nullopt, {}});
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        std::vector<Request> requests;
        make()->requests(Phase::Identify, requests);
        QByteArrayList bytes;
        for (const Request &request : requests)
            bytes.append(request.bytes);
        QCOMPARE(bytes, (QByteArrayList{hex("9a00000002000000a0c89d"), hex("9a00000001000000e4c89d"),
                                        hex("9a00000a0000000019519d"), hex("9a00000a020000020101289c9d")}));
    }

    void listsThePacksOneBehindTheOther()
    {
        Pack pack({}, Profile::constant(-30));
        pack.advance(5);
        pace_ble::PaceBleSimulator board(pack);
        board.packs = 3;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        (void)round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        const BatteryState read = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(*read.cellCount, 16);
        QCOMPARE(read.cellVoltages.size(), size_t(48));
        QCOMPARE(read.temperatures.size(), 3 * pack.temperatures().size());
        QVERIFY(driver->recognise(read) == Recognition::Yes);
    }

    void ofManyPacksItTellsTheExtremes()
    {
        Pack pack({}, Profile::constant(-30));
        pack.advance(5);
        pace_ble::PaceBleSimulator board(pack);
        board.packs = 5;
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, board, Phase::Identify);
        bool good = false;
        const BatteryState read = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QVERIFY(read.cellVoltages.empty());
        const auto [least, most] =
            std::minmax_element(pack.cellVoltages().begin(), pack.cellVoltages().end());
        QCOMPARE(*read.minCellVoltage, std::round(*least * 1000) / 1000);
        QCOMPARE(*read.maxCellVoltage, std::round(*most * 1000) / 1000);
        QVERIFY(driver->recognise(read) == Recognition::Yes);
    }

    void aPackThatFallsSilentLeavesNoList()
    {
        Pack pack({}, Profile::constant(-30));
        pack.advance(5);
        pace_ble::PaceBleSimulator board(pack);
        board.packs = 3;
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, board, Phase::Identify);
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        QCOMPARE(requests.size(), size_t(4));
        Update update;
        for (const size_t at : {0, 1, 3})
            (void)ask(*driver, board, requests[at], update);
        QVERIFY(update.values.voltage);
        QVERIFY(update.values.cellVoltages.empty());
    }
};

QTEST_GUILESS_MAIN(TestPaceBle)
#include "tst_pace_ble.moc"
