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

    static std::unique_ptr<Driver> make()
    {
        return abc::driver().create({TransportKind::Bluetooth, std::nullopt, {}});
    }
    /// What the board says to the question about the cells.
    static QByteArrayList cellFrames(Driver &driver, abc::AbcSimulator &board, Request *asked)
    {
        std::vector<Request> requests;
        driver.requests(Phase::Poll, requests);
        *asked = requests.at(1);
        return radioAnswer(board, *asked, driver.info().bluetooth.profiles.front());
    }

private slots:
    void knowsTheEndOfTheCells()
    {
        Pack pack({.cells = 16}, Profile::constant(0));
        abc::AbcSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        Request cells;
        const QByteArrayList frames = cellFrames(*driver, board, &cells);
        QCOMPARE(cells.bytes, hex("eec200000046"));
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
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(!state.problemCode && state.alarms.isEmpty());
    }

    void asksAgainForAlarmsThatItHasSeen()
    {
        Pack pack({}, Profile::constant(0));
        abc::AbcSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        QCOMPARE(requests.back().absentEveryMs, 0);
        (void)round(*driver, board, Phase::Identify);
        requests.clear();
        driver->requests(Phase::Poll, requests);
        QCOMPARE(requests.back().absentEveryMs, 1);
    }

    void aCellThatDiesKeepsItsPlace()
    {
        Pack pack({.cells = 8}, Profile::constant(0));
        abc::AbcSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        const BatteryState before = round(*driver, board, Phase::Identify);
        QCOMPARE(before.cellVoltages.size(), size_t(8));
        QCOMPARE(before.cellBalancing.size(), size_t(8));

        Request cells;
        QByteArrayList frames = cellFrames(*driver, board, &cells);
        // The last cell of the last frame.
        constexpr qsizetype numberAt = 14;
        QByteArray &last = frames.back();
        QCOMPARE(last.at(numberAt), char(8));
        last[numberAt + 1] = last[numberAt + 2] = '\0';
        last[19] = static_cast<char>(checksum(Checksum::Crc8Maxim, bytesOf(last).first(19)));
        Update update;
        driver->begin(cells);
        Reply reply;
        for (const QByteArray &frame : frames)
            reply = driver->receive(bytesOf(frame), &cells, update);
        QVERIFY(reply.state == ReplyState::Complete);
        QCOMPARE(update.values.cellVoltages.size(), size_t(8));
        QVERIFY(update.values.cellVoltages.front() && !update.values.cellVoltages.back());
        QCOMPARE(update.values.cellCount, Count(8));
    }

    void noCellsIsNoCount()
    {
        Pack pack({.cells = 4}, Profile::constant(0));
        abc::AbcSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        Request cells;
        QByteArrayList frames = cellFrames(*driver, board, &cells);
        QByteArray &last = frames.back();
        for (qsizetype cell = 0; cell < 4; ++cell)
            last[2 + 4 * cell + 1] = last[2 + 4 * cell + 2] = '\0';
        last[19] = static_cast<char>(checksum(Checksum::Crc8Maxim, bytesOf(last).first(19)));
        Update update;
        QVERIFY(hearChunks(*driver, cells, frames, update).state == ReplyState::Complete);
        QVERIFY(update.values.voltage && !update.values.cellCount && update.values.cellVoltages.empty());
    }
};

QTEST_GUILESS_MAIN(TestAbc)
#include "tst_abc.moc"
