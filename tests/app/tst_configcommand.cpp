// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/configuration.h"
#include "program.h"

#include <QFile>

namespace {

QString write(const QTemporaryDir &folder, const QByteArray &text)
{
    const QString path = folder.filePath(QStringLiteral("config.ini"));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("%s can't be written", qUtf8Printable(path));
    return path;
}

} // namespace

class TestConfigCommand : public QObject
{
    Q_OBJECT
private slots:
    void thePageForUsersComesFromTheTable()
    {
        const QTemporaryDir folder;
        Program program(folder);
        QCOMPARE(
            program.run({QStringLiteral("config"), QStringLiteral("list"), QStringLiteral("--markdown")}), 0);
        QFile page(QStringLiteral(SB_SOURCE_DIR "/docs/configuration.md"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        QVERIFY2(program.output == page.readAll(),
                 "run: serialbattery config list --markdown > docs/configuration.md");
    }

    void thePageOfSupportedBmsComesFromTheDrivers()
    {
        const QTemporaryDir folder;
        Program program(folder);
        QCOMPARE(program.run({QStringLiteral("drivers"), QStringLiteral("--markdown")}), 0);
        QFile page(QStringLiteral(SB_SOURCE_DIR "/docs/supported-bms.md"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        QVERIFY2(program.output == page.readAll(),
                 "run: serialbattery drivers --markdown > docs/supported-bms.md");
    }

    void endsWithTheVerdict_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("told");
        QTest::newRow("good") << QByteArray("[DEFAULT]\nMAX_CELL_VOLTAGE = 3.5\n") << 0
                              << QByteArray("nothing");
        QTest::newRow("old") << QByteArray("[DEFAULT]\nMAX_VOLTAGE_TIME_SEC = 300\n") << 0
                             << QByteArray("config.ini:2: warning: MAX_VOLTAGE_TIME_SEC is now "
                                           "SWITCH_TO_FLOAT_WAIT_FOR_SEC");
        QTest::newRow("wrong") << QByteArray("[DEFAULT]\n\nMAX_CELL_VOLTAGE = 3,5\n") << 2
                               << QByteArray("config.ini:3: error: MAX_CELL_VOLTAGE ");
        QTest::newRow("BMS") << QByteArray("[DEFAULT]\nBMS_TYPE = LltJbd, Toaster\n") << 2
                             << QByteArray("config.ini:2: error: BMS_TYPE \"Toaster\"");
        QTest::newRow("a BMS that is left out")
            << QByteArray("[DEFAULT]\nBMS_TYPE = MNB\n") << 2
            << QByteArray("config.ini:2: error: BMS_TYPE MNB is ignored: a home-made battery");
    }
    void endsWithTheVerdict()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const int, code);
        QFETCH(const QByteArray, told);
        const QTemporaryDir folder;
        Program program(folder);
        QCOMPARE(program.run({QStringLiteral("config"), QStringLiteral("check"), write(folder, text)}), code);
        QVERIFY2(program.output.contains(told), program.output.constData());
    }

    void whatCantBeReadIsWrongUse_data()
    {
        QTest::addColumn<QString>("below");
        QTest::newRow("missing") << QStringLiteral("/none.ini");
        QTest::newRow("folder") << QString();
        QTest::newRow("below a file") << QStringLiteral("/config.ini/config.ini");
    }
    void whatCantBeReadIsWrongUse()
    {
        QFETCH(const QString, below);
        const QTemporaryDir folder;
        (void)write(folder, "[DEFAULT]\n");
        Program program(folder);
        QCOMPARE(program.run({QStringLiteral("config"), QStringLiteral("check"), folder.path() + below}), 2);
        QCOMPARE(program.errors.count('\n'), 1);
        QVERIFY(program.errors.contains(folder.path().toUtf8()));
    }

    void whatIsInForceCanBeReadAgain()
    {
        const QTemporaryDir folder;
        Program program(folder);
        const QString path =
            write(folder, "[DEFAULT]\nSOC_WHILE_CHARGING = 98, 95,\n  90, 85\n"
                          "MQTT_PASSWORD = a%b%%c\nMAX_CELL_VOLTAGE = 3.5\nCHARGE_MODE = 2\n");
        QCOMPARE(program.run({QStringLiteral("config"), QStringLiteral("check"), path,
                              QStringLiteral("--effective")}),
                 0);
        sb::config::Configuration first;
        QVERIFY(first.readFile(path));
        sb::config::Configuration again;
        again.readText(program.output);
        QVERIFY(again.messages().empty());
        for (size_t key = 0; key < sb::config::keys().size(); ++key) {
            const char *name = sb::config::keys()[key].name;
            QVERIFY2(again.value(key).number == first.value(key).number, name);
            QVERIFY2(again.value(key).flag == first.value(key).flag, name);
            QVERIFY2(again.value(key).list == first.value(key).list, name);
        }
        QCOMPARE(again.text("MQTT_PASSWORD"), QStringLiteral("a%b%c"));
        QVERIFY(controlSettings(again) == controlSettings(first));
    }
};

QTEST_GUILESS_MAIN(TestConfigCommand)
#include "tst_configcommand.moc"
