// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/guioptions.h"

#include <QTest>

using namespace sb;

class TestGuiOptions : public QObject
{
    Q_OBJECT

private slots:
    void takesItsOwnOptionsAndLeavesTheRest()
    {
        const GuiOptions options = parseGuiOptions({QStringLiteral("--panel"), QStringLiteral("--port"),
                                                    QStringLiteral("/dev/ttyUSB0"), QStringLiteral("--dark"),
                                                    QStringLiteral("--screenshot"), QStringLiteral("a.png"),
                                                    QStringLiteral("--size"), QStringLiteral("800x480"),
                                                    QStringLiteral("--"), QStringLiteral("--light")});
        QCOMPARE(options.error, QString());
        QVERIFY(options.panel);
        QCOMPARE(options.scheme, QStringLiteral("dark"));
        QCOMPARE(options.screenshot, QStringLiteral("a.png"));
        QCOMPARE(options.size, QSize(800, 480));
        QCOMPARE(options.rest, (QStringList{QStringLiteral("--port"), QStringLiteral("/dev/ttyUSB0"),
                                            QStringLiteral("--light")}));
    }

    void followsTheDesktopUnlessTold()
    {
        const GuiOptions options = parseGuiOptions({});
        QVERIFY(options.scheme.isEmpty());
        QVERIFY(!options.panel);
        QVERIFY(!options.size.isValid());
        QVERIFY(!options.help);
        QVERIFY(!options.version);
    }

    void rejectsSizesThatNoWindowHas_data()
    {
        QTest::addColumn<QString>("size");
        for (const char *text :
             {"", "800", "800x", "x480", "800*480", "-800x480", "0x0", "99999x480", "800x480x2"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void rejectsSizesThatNoWindowHas()
    {
        QFETCH(const QString, size);
        QVERIFY(!parseGuiOptions({QStringLiteral("--size"), size}).error.isEmpty());
    }

    void missesAValueThatIsNotThere()
    {
        QVERIFY(
            parseGuiOptions({QStringLiteral("--screenshot")}).error.contains(QStringLiteral("--screenshot")));
        QVERIFY(parseGuiOptions({QStringLiteral("--size")}).error.contains(QStringLiteral("--size")));
    }

    void helpNamesEveryOption()
    {
        for (const char *option :
             {"--panel", "--light", "--dark", "--size", "--screenshot", "--help", "--version"})
            QVERIFY2(guiHelp().contains(QLatin1String(option)), option);
    }
};

QTEST_APPLESS_MAIN(TestGuiOptions)
#include "tst_guioptions.moc"
