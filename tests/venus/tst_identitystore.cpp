// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/identitystore.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

using namespace sb;

namespace {

void writeFile(const QString &name, const QByteArray &content)
{
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

QByteArray readFile(const QString &name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestIdentityStore : public QObject
{
    Q_OBJECT
private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_file = m_folder->filePath(QStringLiteral("state/batteries.json"));
    }
    void cleansIdentifiers_data();
    void cleansIdentifiers();
    void givesTheLowestFreeInstance();
    void remembersAcrossStarts();
    void keysByUpperCaseIdentifier();
    void fillsGaps();
    void movesABrokenFileAside_data();
    void movesABrokenFileAside();
    void survivesEntriesOfAnyKind();
    void separatesBatteriesThatClaimOneInstance();
    void tellsWhenANameCannotBeStored();
    void leavesNoHalfWrittenFile();
    void locksOneInstanceOnce();
    void otherBusesHaveOtherLocks();
    void systemBusHasTheNameOfTheReference();
    void aLockedFileOfAnotherProgramCounts();
    void releasesTheLock();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_file;
};

void TestIdentityStore::cleansIdentifiers_data()
{
    QTest::addColumn<QString>("given");
    QTest::addColumn<QString>("clean");
    QTest::newRow("letters and digits") << QStringLiteral("Ab12") << QStringLiteral("Ab12");
    QTest::newRow("others") << QStringLiteral("a b-c/d.e") << QStringLiteral("a_b_c_d_e");
    QTest::newRow("beyond ASCII") << QStringLiteral(u"\u00c4b\u0661") << QStringLiteral("_b_");
}

void TestIdentityStore::cleansIdentifiers()
{
    QFETCH(QString, given);
    QFETCH(QString, clean);
    QCOMPARE(cleanIdentifier(given), clean);
}

void TestIdentityStore::givesTheLowestFreeInstance()
{
    IdentityStore store(m_file);
    QCOMPARE(store.identity(QStringLiteral("a")).instance, 1);
    QCOMPARE(store.identity(QStringLiteral("b")).instance, 2);
    QCOMPARE(store.identity(QStringLiteral("a")).instance, 1);
}

void TestIdentityStore::remembersAcrossStarts()
{
    {
        IdentityStore store(m_file);
        QCOMPARE(store.identity(QStringLiteral("a")).instance, 1);
        QCOMPARE(store.identity(QStringLiteral("b")).instance, 2);
        QVERIFY(store.setCustomName(QStringLiteral("b"), QStringLiteral(u"\u03A9 shed")));
    }
    IdentityStore store(m_file);
    const IdentityStore::Identity known = store.identity(QStringLiteral("b"));
    QCOMPARE(known.instance, 2);
    QCOMPARE(known.customName, QStringLiteral(u"\u03A9 shed"));
}

void TestIdentityStore::keysByUpperCaseIdentifier()
{
    IdentityStore store(m_file);
    QCOMPARE(store.identity(QStringLiteral("ab-1")).instance, 1);
    QCOMPARE(store.identity(QStringLiteral("AB_1")).instance, 1);
    QCOMPARE(QJsonDocument::fromJson(readFile(m_file)).object().keys(),
             QStringList{QStringLiteral("serialbattery_AB_1")});
}

void TestIdentityStore::fillsGaps()
{
    QVERIFY(QDir().mkpath(m_folder->filePath(QStringLiteral("state"))));
    writeFile(m_file, "{\"serialbattery_A\": {\"instance\": 1}, \"serialbattery_C\": {\"instance\": 3}}");
    IdentityStore store(m_file);
    QCOMPARE(store.identity(QStringLiteral("b")).instance, 2);
    QCOMPARE(store.identity(QStringLiteral("d")).instance, 4);
}

void TestIdentityStore::movesABrokenFileAside_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("cut short") << QByteArray("{\"serialbattery_A\": {\"inst");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("an array") << QByteArray("[1, 2]");
    QTest::newRow("binary") << QByteArray("\0\xff\xfe", 3);
}

void TestIdentityStore::movesABrokenFileAside()
{
    QFETCH(QByteArray, content);
    QVERIFY(QDir().mkpath(m_folder->filePath(QStringLiteral("state"))));
    writeFile(m_file, content);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("broken .*moved to .*\\.broken")));
    IdentityStore store(m_file);
    QCOMPARE(readFile(m_file + QStringLiteral(".broken")), content);
    QCOMPARE(store.identity(QStringLiteral("a")).instance, 1);
    QVERIFY(QJsonDocument::fromJson(readFile(m_file)).isObject());
}

void TestIdentityStore::survivesEntriesOfAnyKind()
{
    QVERIFY(QDir().mkpath(m_folder->filePath(QStringLiteral("state"))));
    writeFile(m_file,
              "{\"serialbattery_A\": 7, \"serialbattery_B\": {\"instance\": \"x\", \"customName\": 3},"
              " \"serialbattery_C\": {\"instance\": -4}, \"serialbattery_D\": {\"instance\": 1e300}}");
    IdentityStore store(m_file);
    QCOMPARE(store.identity(QStringLiteral("a")).instance, 1);
    QCOMPARE(store.identity(QStringLiteral("b")).instance, 2);
    QCOMPARE(store.identity(QStringLiteral("b")).customName, QString());
    QCOMPARE(store.identity(QStringLiteral("c")).instance, 3);
    QCOMPARE(store.identity(QStringLiteral("d")).instance, 4);
}

void TestIdentityStore::separatesBatteriesThatClaimOneInstance()
{
    QVERIFY(QDir().mkpath(m_folder->filePath(QStringLiteral("state"))));
    writeFile(m_file, "{\"serialbattery_A\": {\"instance\": 1},"
                      " \"serialbattery_B\": {\"instance\": 1, \"customName\": \"Barn\"}}");
    IdentityStore store(m_file);
    QCOMPARE(store.identity(QStringLiteral("b")).instance, 2);
    QCOMPARE(store.identity(QStringLiteral("b")).customName, QStringLiteral("Barn"));
    QCOMPARE(store.identity(QStringLiteral("a")).instance, 1);
}

void TestIdentityStore::tellsWhenANameCannotBeStored()
{
    // A file where the folder should be: nobody can write there, not even root.
    writeFile(m_folder->filePath(QStringLiteral("state")), "x");
    IdentityStore store(m_file);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("can't be written")));
    QVERIFY(!store.setCustomName(QStringLiteral("a"), QStringLiteral("Shed")));
}

void TestIdentityStore::leavesNoHalfWrittenFile()
{
    IdentityStore store(m_file);
    QCOMPARE(store.identity(QStringLiteral("a")).instance, 1);
    QCOMPARE(QDir(m_folder->filePath(QStringLiteral("state"))).entryList(QDir::Files | QDir::Hidden),
             QStringList{QStringLiteral("batteries.json")});
}

void TestIdentityStore::locksOneInstanceOnce()
{
    InstanceLock first;
    InstanceLock second;
    first.setFolder(m_folder->path());
    second.setFolder(m_folder->path());
    const QString bus = QStringLiteral("unix:path=/nowhere/a");
    QVERIFY(first.take(1, QStringLiteral("com.victronenergy.battery.ttyUSB0"), bus));
    QVERIFY(!second.take(1, QStringLiteral("com.victronenergy.battery.ttyUSB1"), bus));
    QVERIFY(second.take(2, QStringLiteral("com.victronenergy.battery.ttyUSB1"), bus));
    QCOMPARE(readFile(InstanceLock::fileName(1, bus, m_folder->path())),
             QByteArray("com.victronenergy.battery.ttyUSB0:" + QByteArray::number(::getpid())));
}

void TestIdentityStore::otherBusesHaveOtherLocks()
{
    InstanceLock first;
    InstanceLock second;
    first.setFolder(m_folder->path());
    second.setFolder(m_folder->path());
    QVERIFY(first.take(1, QStringLiteral("s"), QStringLiteral("unix:path=/nowhere/a")));
    QVERIFY(second.take(1, QStringLiteral("s"), QStringLiteral("unix:path=/nowhere/b")));
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/a,guid=17");
    InstanceLock third;
    third.setFolder(m_folder->path());
    QVERIFY(!third.take(1, QStringLiteral("s"), QStringLiteral("session")));
    qunsetenv("DBUS_SESSION_BUS_ADDRESS");
}

void TestIdentityStore::systemBusHasTheNameOfTheReference()
{
    QCOMPARE(InstanceLock::fileName(3, QStringLiteral("system")),
             QStringLiteral("/var/tmp/dbus-serialbattery_3.pid"));
    static const QRegularExpression hashed(QStringLiteral("^/var/tmp/dbus-serialbattery_3_[0-9a-f]+\\.pid$"));
    QVERIFY(hashed.match(InstanceLock::fileName(3, QStringLiteral("unix:path=/x"))).hasMatch());
}

void TestIdentityStore::aLockedFileOfAnotherProgramCounts()
{
    const QString name = InstanceLock::fileName(1, QStringLiteral("system"), m_folder->path());
    QProcess other;
    other.start(QStringLiteral("flock"),
                {QStringLiteral("-F"), QStringLiteral("-x"), name, QStringLiteral("sh"), QStringLiteral("-c"),
                 QStringLiteral("echo held; exec sleep 60")});
    QVERIFY(other.waitForReadyRead(10000));
    InstanceLock lock;
    lock.setFolder(m_folder->path());
    QVERIFY(!lock.take(1, QStringLiteral("s"), QStringLiteral("system")));
    other.kill();
    QVERIFY(other.waitForFinished(5000));
}

void TestIdentityStore::releasesTheLock()
{
    InstanceLock first;
    InstanceLock second;
    first.setFolder(m_folder->path());
    second.setFolder(m_folder->path());
    QVERIFY(first.take(1, QStringLiteral("s"), QStringLiteral("system")));
    first.release();
    QVERIFY(second.take(1, QStringLiteral("s"), QStringLiteral("system")));
}

QTEST_GUILESS_MAIN(TestIdentityStore)
#include "tst_identitystore.moc"
