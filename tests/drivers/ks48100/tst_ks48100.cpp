// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daren_485/daren_485driver.h"
#include "drivers/daren_485/daren_485simulator.h"
#include "drivers/ks48100/ks48100driver.h"
#include "drivers/ks48100/ks48100simulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;
using daren_485::DarenSimulator;

/// What is in the frames is the affair of tst_daren_485.
class TestKs48100 : public QObject
{
    Q_OBJECT

    static DriverConfig config(int address = 1) { return {TransportKind::Serial, address, {}}; }
    static std::unique_ptr<Driver> make() { return ks48100::driver().create(config()); }
    static std::vector<Request> requests(Driver &driver, Phase phase)
    {
        std::vector<Request> all;
        driver.requests(phase, all);
        return all;
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        const std::unique_ptr<Driver> driver = make();
        const std::vector<Request> all = requests(*driver, Phase::Identify);
        const QByteArrayList wanted{">22014AB0600A010103FF56FB61", ">22014247E00201FD32", ">220142420000FDAF",
                                    ">220142510000FDAF", ">22014AB0600A010104FF00FB6B"};
        const QList<int> timeouts{1500, 1000, 3500, 1000, 1000};
        QCOMPARE(all.size(), 5U);
        for (size_t i = 0; i < all.size(); ++i) {
            const auto at = static_cast<qsizetype>(i);
            QCOMPARE(all[i].bytes, wanted[at] + '\r');
            QCOMPARE(all[i].timeoutMs, timeouts[at]);
            QCOMPARE(all[i].tries, 3);
            QVERIFY(all[i].otherForms.empty());
            QCOMPARE(all[i].optional, i != 2);
        }
        QCOMPARE(requests(*driver, Phase::Poll).size(), 3U);
        const auto other = ks48100::driver().create(config(7));
        QCOMPARE(requests(*other, Phase::Identify)[1].bytes.mid(1, 14), QByteArray("22074247E00207"));
    }

    void readsASimulatedPack()
    {
        Pack pack({}, Profile::constant(33));
        pack.advance(5);
        const auto board = ks48100::simulator().create(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, *board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(*state.current > 30);
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) <= 0.0051);
        QCOMPARE(state.cellVoltages.size(), 16U);
        QCOMPARE(*state.serialNumber, QStringLiteral("KS48100-123456"));
        QCOMPARE(state.uniqueId, state.serialNumber);
        QCOMPARE(*state.hardwareVersion, QStringLiteral("HUANY04 16S100A T1_G"));
        QCOMPARE(*state.maxChargeCurrent, 100.0);
        (void)round(*driver, *board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(driver->info().id, QStringLiteral("ks48100"));
        QVERIFY(run(*driver, *board, driver->readParameters({})).result.ok);
    }

    void takesFifteenCharactersOfTheSerialNumber()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 1, true);
        board.serialNumber = "0123456789ABCDEFGHIJ";
        QCOMPARE(*round(*make(), board, Phase::Identify).serialNumber, QStringLiteral("0123456789ABCDE"));
    }

    void takesRepliesWithEitherStart()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 1, true);
        const Request request = requests(*make(), Phase::Identify)[2];
        QByteArray reply = answerOf(board, request);
        for (const char start : {'>', '~'}) {
            reply[0] = start;
            Update update;
            QVERIFY(hear(*make(), request, reply, update).state == ReplyState::Complete);
            QCOMPARE(*update.values.cellCount, 16);
        }
    }

    void isDeafToTheOtherFamily()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator daren(pack, 1);
        DarenSimulator ks(pack, 1, true);
        bool good = true;
        const BatteryState state = round(*make(), daren, Phase::Identify, &good);
        QVERIFY(!good && state == BatteryState());
        good = true;
        QVERIFY(round(*daren_485::driver().create(config()), ks, Phase::Identify, &good) == BatteryState());
        QVERIFY(!good);
    }

    void holdsBalancingForTenSeconds()
    {
        Pack pack({}, Profile::constant(0));
        pack.limits().balancerEnabled = false;
        pack.advance(1);
        DarenSimulator board(pack, 1, true);
        const std::unique_ptr<Driver> driver = make();
        board.balancingPulse = true;
        QVERIFY(*round(*driver, board, Phase::Identify).balancing);
        board.balancingPulse = false;
        QVERIFY(*round(*driver, board, Phase::Poll).balancing); // each 5 s
        QVERIFY(!*round(*driver, board, Phase::Poll).balancing);
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 1, true);
        for (const Request &request : requests(*make(), Phase::Identify)) {
            const QByteArray good = answerOf(board, request);
            const QByteArray info = QByteArray::fromHex(good.mid(13).chopped(5));
            const bool extended = (request.id & 0xFF) == 0xB0;
            const quint8 device = extended ? 0x4A : 0x42;
            const quint8 wrong = extended ? 0x42 : 0x4A;
            QByteArrayList foreign{ydt1363::makeFrame({'>', 0x22, device}, 2, 0, info),
                                   ydt1363::makeFrame({'>', 0x22, wrong}, 1, 0, info),
                                   ydt1363::makeFrame({'>', 0x22, device}, 1, 0, {})};
            onlyTheWholeReplyCounts(make, request, good, foreign, true);
        }
    }
};

QTEST_GUILESS_MAIN(TestKs48100)
#include "tst_ks48100.moc"
