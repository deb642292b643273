// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/lipower/lipowerdriver.h"
#include "drivers/lipower/lipowersimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestLipower : public QObject
{
    Q_OBJECT

    static QByteArrayList questions(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList all;
        for (const Request &request : requests)
            all.append(request.bytes.toHex());
        return all;
    }

private slots:
    void asksTheUnitThatAnswered_data()
    {
        QTest::addColumn<int>("unit");
        QTest::newRow("first") << 0x22;
        QTest::newRow("second") << 0x0B;
        QTest::newRow("third") << 0x08;
    }
    void asksTheUnitThatAnswered()
    {
        QFETCH(const int, unit);
        Pack pack({.cells = 4, .capacityAh = 100}, Profile::constant(12));
        pack.advance(10);
        lipower::LipowerSimulator board(pack);
        board.unit = unit;
        const auto driver = lipower::driver().create({TransportKind::Bluetooth, {}, {}});
        const QByteArrayList all{"220304000008426f", "0b03040000084596", "08030400000845a5"};
        QCOMPARE(questions(*driver, Phase::Poll), all);
        bool good = false;
        const BatteryState read = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(read.current > 11 && driver->recognise(read) == Recognition::Yes);
        const QByteArrayList one = questions(*driver, Phase::Poll);
        QCOMPARE(one.size(), 1);
        QCOMPARE(one.first().first(2).toInt(nullptr, 16), unit);
        QCOMPARE(questions(*driver, Phase::Identify), all); // it may be another device by now
    }
    void isNotRecognisedByAPowerThatDoesNotFit()
    {
        const auto driver = lipower::driver().create({TransportKind::Bluetooth, {}, {}});
        std::vector<Request> requests;
        driver->requests(Phase::Identify, requests);
        Update update;
        const QByteArray reply = withCrc(hex("2203100076006300000000000103e800890001"));
        QVERIFY(hear(*driver, requests.front(), reply, update).state == ReplyState::Complete);
        QVERIFY(driver->recognise(update.values) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestLipower)
#include "tst_lipower.moc"
