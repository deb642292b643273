// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/abc/abcdriver.h"
#include "drivers/abc/abcsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestAbc : public QObject
{
    Q_OBJECT
private slots:
    void knowsTheEndOfTheCells()
    {
        PackConfig config;
        config.cells = 16;
        Pack pack(config, Profile::constant(0));
        abc::AbcSimulator board(pack);
        const std::unique_ptr<Driver> driver =
            abc::driver().create({TransportKind::Bluetooth, std::nullopt, {}});
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        const Request &cells = requests.at(1);
        QCOMPARE(cells.bytes, hex("eec200000046"));
        const QByteArrayList frames = radioAnswer(board, cells, driver->info().bluetooth.profiles.front());
        QCOMPARE(frames.size(), 6);

        // How many there are is not known: silence tells.
        Update update;
        driver->begin(cells);
        for (const QByteArray &frame : frames)
            QVERIFY(driver->receive(bytesOf(frame), &cells, update).state == ReplyState::Waiting);
        QVERIFY(driver->lineSilent(&cells, update).state == ReplyState::Complete);
        QCOMPARE(update.values.cellVoltages.size(), size_t(16));

        // Now it is: the last frame ends it, and silence before it does not.
        for (const bool whole : {true, false}) {
            update.clear();
            driver->begin(cells);
            Reply reply;
            for (qsizetype i = 0; i < frames.size() - (whole ? 0 : 1); ++i)
                reply = driver->receive(bytesOf(frames.at(i)), &cells, update);
            QCOMPARE(reply.state == ReplyState::Complete, whole);
            if (!whole)
                QVERIFY(driver->lineSilent(&cells, update).state == ReplyState::Waiting);
            QCOMPARE(update.values == BatteryState(), !whole);
        }
    }

    void doesWithoutAlarms()
    {
        Pack pack({}, Profile::constant(0));
        abc::AbcSimulator board(pack);
        board.tellsAlarms = false;
        const std::unique_ptr<Driver> driver =
            abc::driver().create({TransportKind::Bluetooth, std::nullopt, {}});
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(!state.problemCode && state.alarms.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestAbc)
#include "tst_abc.moc"
