// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/superb_v2/superb_v2driver.h"
#include "tests/drivers/binary/radiotalk.h"

#include <QTest>

using namespace sb;
using namespace sb::talk;

namespace {

const QByteArray charge = QByteArray::fromHex("00230413ffff81e300000000000000000000126400012f29");
const QByteArray flow = QByteArray::fromHex("020d00000000fffff65f3397000009640000000000000000");

} // namespace

class TestSuperbV2 : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make()
    {
        return superb_v2::driver().create(
            {TransportKind::Bluetooth,
             {},
             {{QStringLiteral("localName"), QStringLiteral("Epsilon 150 - 202019586")}}});
    }
    static Request question(Driver &driver)
    {
        std::vector<Request> list;
        driver.requests(Phase::Poll, list);
        return list.front();
    }

private slots:
    void asksAsTheProtocolFileSays()
    {
        const auto driver = make();
        QCOMPARE(question(*driver).bytes.toHex(), "215400");
        const GattProfile &profile = driver->info().bluetooth.profiles.front();
        QCOMPARE(profile.notify.size(), 2U);
        QCOMPARE(profile.write, profile.notify.front());
    }

    void bothHalvesMakeAReading_data()
    {
        QTest::addColumn<QByteArrayList>("chunks");
        QTest::addColumn<bool>("complete");
        QTest::newRow("answer first") << QByteArrayList{charge, flow} << true;
        QTest::newRow("answer last") << QByteArrayList{flow, flow, charge} << true;
        QTest::newRow("in parts") << QByteArrayList{charge.first(20), charge.mid(20), flow} << true;
        QTest::newRow("a part was lost") << QByteArrayList{charge.first(20), charge, flow} << true;
        QTest::newRow("both in parts")
            << QByteArrayList{flow.first(20), flow.mid(20), charge.first(20), charge.mid(20)} << true;
        QTest::newRow("answer only") << QByteArrayList{charge, charge} << false;
        QTest::newRow("no answer") << QByteArrayList{flow, flow} << false;
        QTest::newRow("cut") << QByteArrayList{flow, charge.chopped(1)} << false;
        QTest::newRow("too long") << QByteArrayList{flow, charge + '\0'} << false;
        QTest::newRow("other kind") << QByteArrayList{flow, '\x01' + charge.mid(1)} << false;
    }
    void bothHalvesMakeAReading()
    {
        QFETCH(const QByteArrayList, chunks);
        QFETCH(const bool, complete);
        const auto driver = make();
        Update update;
        const Reply reply = hearChunks(*driver, question(*driver), chunks, update);
        QCOMPARE(reply.state == ReplyState::Complete, complete);
        if (!complete) {
            QVERIFY(update.values == BatteryState());
            return;
        }
        QCOMPARE(update.values.voltage, 13.207);
        QCOMPARE(update.values.current, -2.465);
        QCOMPARE(update.values.soc, 35.0);
        QCOMPARE(update.values.serialNumber, QStringLiteral("202019586"));
        // The next reading needs both halves anew.
        Update next;
        QVERIFY(hearChunks(*driver, question(*driver), {charge}, next).state == ReplyState::Waiting);
    }

    void halvesOfTwoQuestionsMakeNoReading()
    {
        const auto driver = make();
        Update update;
        QVERIFY(hearChunks(*driver, question(*driver), {flow}, update).state == ReplyState::Waiting);
        QVERIFY(hearChunks(*driver, question(*driver), {charge}, update).state == ReplyState::Waiting);
        QVERIFY(hearChunks(*driver, question(*driver), {flow}, update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
    }

    void whatComesBeforeTheQuestionCounts()
    {
        const auto driver = make();
        Update update;
        QVERIFY(driver->receive(bytesOf(flow), nullptr, update).state == ReplyState::Waiting);
        QVERIFY(hearChunks(*driver, question(*driver), {charge}, update).state == ReplyState::Complete);
        QCOMPARE(update.values.current, -2.465);
    }
};

QTEST_GUILESS_MAIN(TestSuperbV2)
#include "tst_superb_v2.moc"
