// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbdsimulator.h"

#include <QTest>

using namespace sb;

/// The simulated board against request frames of the vendor's document; sums are worked out here.
class TestJbdBoard : public QObject
{
    Q_OBJECT
private slots:
    void answersWithRightSums_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<int>("data");
        QTest::newRow("basic information") << QByteArray("dda50300fffd77") << 31;
        QTest::newRow("cells") << QByteArray("dda50400fffc77") << 32;
        QTest::newRow("error counters") << QByteArray("dda5aa00ff5677") << 24;
        QTest::newRow("a setting") << QByteArray("dda52400ffdc77") << 2;
    }
    void answersWithRightSums()
    {
        QFETCH(const QByteArray, request);
        QFETCH(const int, data);
        const QByteArray reply = ask(request);
        QCOMPARE(reply.size(), data + 7);
        QCOMPARE(reply.at(1), QByteArray::fromHex(request).at(2));
        QCOMPARE(static_cast<quint8>(reply.at(2)), 0);
        int sum = 0;
        for (qsizetype i = 2; i < reply.size() - 3; ++i)
            sum += static_cast<quint8>(reply.at(i));
        const int given = (static_cast<quint8>(reply.at(reply.size() - 3)) << 8) |
                          static_cast<quint8>(reply.at(reply.size() - 2));
        QCOMPARE((sum + given) & 0xFFFF, 0);
        QCOMPARE(static_cast<quint8>(reply.back()), 0x77);
    }
    void refusesWhatItDoesNotKnow() { QCOMPARE(status(ask("dda57700ff8977")), 0x80); }
    void answersAWrongSumWith82() { QCOMPARE(status(ask("dda50300fffc77")), 0x82); }
    void writesOnlyInTheSettingsMode()
    {
        const QByteArray write = "dd5a24020e10ffbc77"; // 3600 mV into 24
        QCOMPARE(status(ask(write)), 0x81);
        QCOMPARE(status(ask("dd5a00025678ff3077")), 0);
        QVERIFY(m_board.settingsMode());
        QCOMPARE(status(ask(write)), 0);
        QCOMPARE(ask("dda52400ffdc77").sliced(4, 2), QByteArray::fromHex("0e10"));
        QCOMPARE(status(ask("dd5a01020000fffd77")), 0); // discarded
        QVERIFY(!m_board.settingsMode());
        QCOMPARE(ask("dda52400ffdc77").sliced(4, 2), QByteArray::fromHex("0e42"));
        ask("dd5a00025678ff3077");
        ask(write);
        ask("dd5a01022828ffad77"); // saved
        QCOMPARE(ask("dda52400ffdc77").sliced(4, 2), QByteArray::fromHex("0e10"));
        QCOMPARE(m_pack.limits().cellOvervoltage, 3.6);
    }
    void locksTheFets()
    {
        ask("dd5ae1020001ff1c77");
        QVERIFY(!m_pack.chargeFet());
        QVERIFY(m_pack.dischargeFet());
        QVERIFY((static_cast<quint8>(ask("dda50300fffd77").at(4 + 16)) & 0x10) != 0); // bit 12
        ask("dd5ae1020000ff1d77");
        QVERIFY(m_pack.chargeFet());
    }
    void findsARequestBehindNoise()
    {
        std::vector<SimulatedReply> replies;
        m_board.receive(bytesOf(QByteArray::fromHex("00ffdd12dda50400fffc77")), replies);
        QCOMPARE(replies.size(), 1U);
    }

private:
    QByteArray ask(const QByteArray &hex)
    {
        std::vector<SimulatedReply> replies;
        m_board.receive(bytesOf(QByteArray::fromHex(hex)), replies);
        return replies.empty() ? QByteArray() : replies.front().bytes;
    }
    static int status(const QByteArray &reply)
    {
        return reply.size() < 3 ? -1 : static_cast<quint8>(reply.at(2));
    }
    Pack m_pack{{}, Profile::constant(0)};
    jbd::JbdSimulator m_board{m_pack, {}};
};

QTEST_GUILESS_MAIN(TestJbdBoard)
#include "tst_jbdboard.moc"
