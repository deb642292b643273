// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ej/ejdriver.h"
#include "drivers/ej/ejsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestEj : public QObject
{
    Q_OBJECT

    Pack m_pack{{.cells = 8, .capacityAh = 100}, Profile::constant(-5)};
    static std::unique_ptr<Driver> make(const char *name)
    {
        return ej::driver().create(
            {TransportKind::Bluetooth, {}, {{QStringLiteral("localName"), QLatin1String(name)}}});
    }
    static QByteArrayList questions(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList all;
        for (const Request &request : requests)
            all.append(request.bytes);
        return all;
    }

private slots:
    void initTestCase() { m_pack.advance(5); }

    void asksForTheChargeThatIsNotTold()
    {
        ej::EjSimulator board(m_pack);
        const auto driver = make("L-12V100AH-0902");
        QCOMPARE(questions(*driver, Phase::Identify), QByteArrayList{":000250000E03~"});
        const BatteryState first = round(*driver, board, Phase::Identify);
        QVERIFY(!first.remainingAh && driver->recognise(first) == Recognition::Yes);
        QCOMPARE(questions(*driver, Phase::Poll), (QByteArrayList{":000250000E03~", ":001031000E05~"}));
        const BatteryState read = round(*driver, board, Phase::Poll);
        QCOMPARE(read.capacityAh, Number(100));
        QVERIFY(std::abs(*read.remainingAh - m_pack.remainingAh()) <= 0.051);
    }
    void asksOnceWhereAllIsTold()
    {
        ej::EjSimulator board(m_pack);
        board.tellsAll = true;
        const auto driver = make("LT-12100BG-A06359");
        const BatteryState first = round(*driver, board, Phase::Identify);
        QVERIFY(first.remainingAh && first.capacityAh == 100.0);
        QCOMPARE(questions(*driver, Phase::Poll), QByteArrayList{":000250000E03~"});
    }
    void doesNotAddUpWhatItDoesNotKnow()
    {
        ej::EjSimulator board(m_pack);
        std::vector<Request> requests;
        const auto driver = make("libattU12E9"); // without a checksum to mend
        driver->requests(Phase::Identify, requests);
        QByteArray reply = answerOf(board, requests[0]);
        Update update;
        QVERIFY(hear(*driver, requests[0], reply, update).state == ReplyState::Complete);
        QVERIFY(update.values.voltage && update.values.cellCount == 8);
        constexpr qsizetype fourthCell = 1 + 2 * (12 + 2 * 3);
        reply.replace(fourthCell, 4, "0000");
        update = {};
        QVERIFY(hear(*driver, requests[0], reply, update).state == ReplyState::Complete);
        QVERIFY(!update.values.voltage && !update.values.cellVoltages[3]);
        QCOMPARE(update.values.cellCount, 8);
    }
    void checksWhatHasAChecksum()
    {
        ej::EjSimulator board(m_pack);
        board.sendsChecksum = false;
        bool good = true;
        (void)round(*make("libatt12E9"), board, Phase::Identify, &good);
        QVERIFY(!good);
        const auto driver = make("libattU12E9");
        QVERIFY(driver->recognise(round(*driver, board, Phase::Identify)) == Recognition::Yes);
    }
    void onlyTheWholeReplyCounts()
    {
        ej::EjSimulator board(m_pack);
        std::vector<Request> requests;
        const auto driver = make("L-12V100AH-0902");
        driver->requests(Phase::Identify, requests);
        const QByteArray good = answerOf(board, requests[0]);
        talk::onlyTheWholeReplyCounts([] { return make("L-12V100AH-0902"); }, requests[0], good,
                                      {':' + good.mid(1, 40) + '~'}, true);
    }
};

QTEST_GUILESS_MAIN(TestEj)
#include "tst_ej.moc"
