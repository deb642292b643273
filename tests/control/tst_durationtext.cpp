// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/durationtext.h"

#include <QTest>

using namespace sb::control;

class TestDurationText : public QObject
{
    Q_OBJECT
private slots:
    void showsTheTwoLargestUnits_data()
    {
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << qint64(0) << QStringLiteral("0s");
        QTest::newRow("negative") << qint64(-3) << QStringLiteral("0s");
        QTest::newRow("seconds") << qint64(10) << QStringLiteral("10s");
        QTest::newRow("minutes") << qint64(29 * 60 + 50) << QStringLiteral("29m 50s");
        QTest::newRow("whole minutes") << qint64(1800) << QStringLiteral("30m");
        QTest::newRow("hours") << qint64(9 * 3600 + 41 * 60 + 5) << QStringLiteral("9h 41m");
        QTest::newRow("hours and seconds") << qint64(3 * 3600 + 5) << QStringLiteral("3h");
        QTest::newRow("days") << qint64(2 * 86400 + 3600) << QStringLiteral("2d 1h");
    }
    void showsTheTwoLargestUnits()
    {
        QFETCH(const qint64, seconds);
        QFETCH(const QString, text);
        QCOMPARE(durationText(seconds), text);
    }
};

QTEST_APPLESS_MAIN(TestDurationText)
#include "tst_durationtext.moc"
