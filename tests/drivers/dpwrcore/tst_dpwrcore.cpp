// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/dpwrcore/dpwrcoredriver.h"
#include "drivers/dpwrcore/dpwrcoresimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"

#include <QTest>

using namespace sb;
using namespace sb::talk;
using namespace sb::dpwrcore;

namespace {

QByteArray hex(const char *text) { return QByteArray::fromHex(text); }

const QByteArray firstPage = hex("12123a050360000a0213000071c5458e3d0002cd");
const QByteArray secondPage = hex("02220d0a0360000a0213000071c5458e3d0002cd");

} // namespace

class TestDpwrcore : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make(const char *name = "TBA-13500277")
    {
        return dpwrcore::driver().create(
            {TransportKind::Bluetooth, {}, {{QStringLiteral("localName"), QString::fromLatin1(name)}}});
    }
    static std::vector<Request> requests(Driver &driver)
    {
        std::vector<Request> list;
        driver.requests(Phase::Identify, list);
        return list;
    }

private slots:
    void onlyLockedNamesAreUnlocked_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("first");
        const QByteArray read = "0c113a030560000000680d0a0000000000000000";
        QTest::newRow("locked") << QByteArray("DXB-MockBLEDevice_C0FE")
                                << QByteArray("0e113a0305640000c0fe022a0d0a000000000000");
        QTest::newRow("another's") << QByteArray("My boat_C0FE") << read;
        QTest::newRow("no digits") << QByteArray("DXB-MockBLEDevice") << read;
        QTest::newRow("short") << QByteArray("DXB-") << read;
        QTest::newRow("open") << QByteArray("TBA-1350C0FE") << read;
        QTest::newRow("no name") << QByteArray() << read;
    }
    void onlyLockedNamesAreUnlocked()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const QByteArray, first);
        const auto driver = make(name.constData());
        QCOMPARE(requests(*driver).front().bytes.toHex(), first);
    }

    void acknowledgesEachPageOfTheBoard()
    {
        const auto driver = make();
        const Request request = requests(*driver).front();
        driver->begin(request);
        Update update;
        const auto answer = [&](const QByteArray &bytes, ReplyState state = ReplyState::Waiting) {
            const Reply reply = driver->receive(bytesOf(bytes), &request, update);
            return reply.state == state ? reply.answer : QByteArray("another state");
        };
        QCOMPARE(answer(hex("8c113a030560000000680d0a0000000000000000")), QByteArray());
        QCOMPARE(answer(firstPage.chopped(1)), QByteArray());
        QCOMPARE(answer(firstPage), '\x92' + firstPage.mid(1));
        QCOMPARE(answer(firstPage), '\x92' + firstPage.mid(1)); // once more
        QCOMPARE(answer(secondPage, ReplyState::Complete), '\x82' + secondPage.mid(1));
        QCOMPARE(update.values.voltage, 53.1);
        QCOMPARE(update.values.soc, 61.0);
    }

    void pagesOutOfOrderGiveNothing_data()
    {
        QTest::addColumn<QByteArrayList>("pages");
        QTest::newRow("second only") << QByteArrayList{secondPage};
        QTest::newRow("backwards") << QByteArrayList{secondPage, firstPage};
        QTest::newRow("one left out") << QByteArrayList{firstPage, "\x02\x33" + secondPage.mid(2)};
        QTest::newRow("another count") << QByteArrayList{firstPage, "\x02\x23" + secondPage.mid(2)};
        QTest::newRow("no bytes") << QByteArrayList{firstPage, QByteArray("\0\x22", 2) + secondPage.mid(2)};
        QTest::newRow("too many bytes") << QByteArrayList{firstPage, "\x13\x22" + secondPage.mid(2)};
        QTest::newRow("page 0") << QByteArrayList{QByteArray("\x12\0", 2) + firstPage.mid(2), secondPage};
    }
    void pagesOutOfOrderGiveNothing()
    {
        QFETCH(const QByteArrayList, pages);
        const auto driver = make();
        const Request request = requests(*driver).front();
        Update update;
        QVERIFY(hearChunks(*driver, request, pages, update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        QVERIFY(hearChunks(*driver, request, {firstPage, secondPage}, update).state == ReplyState::Complete);
    }

    void unlocks_data()
    {
        QTest::addColumn<int>("key");
        QTest::addColumn<bool>("tells");
        QTest::addColumn<bool>("opens");
        QTest::newRow("accepted") << 0xC0FE << true << true;
        QTest::newRow("in silence") << 0xC0FE << false << true;
        QTest::newRow("rejected") << 0xBEEF << true << false;
    }
    void unlocks()
    {
        QFETCH(const int, key);
        QFETCH(const bool, tells);
        QFETCH(const bool, opens);
        Pack pack({.cells = 14, .capacityAh = 40}, Profile::constant(-5));
        pack.advance(5);
        DpwrcoreSimulator board(pack);
        board.lock = static_cast<quint16>(key);
        board.tellsUnlocking = tells;
        const auto driver = make("DXB-1_C0FE");
        const auto voice = make("DXB-1_C0FE");
        const GattProfile &profile = driver->info().bluetooth.profiles.front();
        Update update;
        for (const Request &request : requests(*driver)) {
            const ReplyState state =
                hearChunks(*driver, request, radioAnswer(*voice, board, request, profile), update).state;
            if (request.optional)
                QVERIFY(state == (!tells  ? ReplyState::Waiting
                                  : opens ? ReplyState::Complete
                                          : ReplyState::Refused));
            else
                QCOMPARE(state == ReplyState::Complete, opens);
        }
        QCOMPARE(driver->recognise(update.values) == Recognition::Yes, opens);
        QCOMPARE(update.values.uniqueId.has_value(), opens);
    }
};

QTEST_GUILESS_MAIN(TestDpwrcore)
#include "tst_dpwrcore.moc"
