// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/echofilter.h"

#include <QTest>

using sb::EchoFilter;

class TestEchoFilter : public QObject
{
    Q_OBJECT
private slots:
    void passesRepliesThrough()
    {
        EchoFilter filter;
        filter.sent("ask");
        QCOMPARE(filter.filter("reply"), QByteArray("reply"));
    }
    void takesOutTheEchoBeforeAReply()
    {
        EchoFilter filter;
        filter.sent("ask");
        QCOMPARE(filter.filter("askreply"), QByteArray("reply"));
    }
    void takesOutAnEchoInPieces()
    {
        EchoFilter filter;
        filter.sent("ask");
        QCOMPARE(filter.filter("a"), QByteArray());
        QCOMPARE(filter.filter("sk"), QByteArray());
        QCOMPARE(filter.filter("re"), QByteArray("re"));
        QCOMPARE(filter.filter("ply"), QByteArray("ply"));
    }
    void losesNothingOfAReplyThatBeginsAlike()
    {
        EchoFilter filter;
        filter.sent("ask");
        QCOMPARE(filter.filter("as"), QByteArray());
        QCOMPARE(filter.filter("if"), QByteArray("asif"));
    }
    void keepsAReplyThatEqualsTheRequest()
    {
        // Modbus repeats a single write: with nothing behind it, it is the reply.
        EchoFilter filter;
        filter.sent("write");
        QCOMPARE(filter.filter("write"), QByteArray());
        QCOMPARE(filter.release(), QByteArray("write"));
        QVERIFY(!filter.learned());
    }
    void learnsThatTheAdapterEchoes()
    {
        EchoFilter filter;
        for (int i = 0; i < 3; ++i) {
            QVERIFY(!filter.learned());
            filter.sent("ask");
            QCOMPARE(filter.filter("askreply"), QByteArray("reply"));
        }
        QVERIFY(filter.learned());
        filter.sent("write");
        QCOMPARE(filter.filter("writewrite"), QByteArray("write"));
    }
    void releasesAPartialEcho()
    {
        EchoFilter filter;
        filter.sent("ask");
        QCOMPARE(filter.filter("as"), QByteArray());
        QCOMPARE(filter.release(), QByteArray("as"));
        QCOMPARE(filter.filter("ask"), QByteArray("ask"));
    }
};

QTEST_GUILESS_MAIN(TestEchoFilter)
#include "tst_echofilter.moc"
