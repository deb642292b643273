// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/privatebus.h"
#include "program.h"
#include "venus/portservice.h"

#include <QSignalSpy>

using namespace sb;

/// `serialbattery offer` as a supervisor starts it, against the service side in this process.
class TestOffer : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void livesWhileThePortIsUsed_data();
    void livesWhileThePortIsUsed();
    void answers_data();
    void answers();
    void leavingTakesThePortBack();
    void onePortOnce();
    void endsWithTheService();
    void endsWithTheBus();
    void secondServiceGoesOnWithout();
    void wrongUse();

private:
    void startService()
    {
        QString error;
        m_service = std::make_unique<PortService>(
            *m_client, PortService::Handlers{[this](const QString &port, const ItemTree::Reply &reply) {
                                                 m_offered.append(port);
                                                 m_reply = reply;
                                             },
                                             [this](const QString &port) { m_withdrawn.append(port); }});
        QVERIFY2(m_service->start(&error), qPrintable(error));
    }
    void offer(Program &program, const QString &port = QStringLiteral("ttyUSB7"))
    {
        const auto before = m_offered.size();
        program.start({QStringLiteral("offer"), port, QStringLiteral("--bus"), m_bus->address()});
        QTRY_COMPARE(m_offered.size(), before + 1);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<BusClient> m_client;
    std::unique_ptr<PortService> m_service;
    QStringList m_offered;
    QStringList m_withdrawn;
    ItemTree::Reply m_reply;
};

void TestOffer::init()
{
    m_service.reset();
    m_client.reset();
    m_bus.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    m_bus = std::make_unique<PrivateBus>(m_folder->path());
    QString error;
    QVERIFY2(m_bus->start(&error), qPrintable(error));
    m_client = std::make_unique<BusClient>(m_bus->address());
    m_offered.clear();
    m_withdrawn.clear();
    startService();
}

void TestOffer::livesWhileThePortIsUsed_data()
{
    QTest::addColumn<int>("code");
    QTest::newRow("battery given up") << 0;
    QTest::newRow("none found any more") << 1;
}

void TestOffer::livesWhileThePortIsUsed()
{
    QFETCH(int, code);
    Program program(*m_folder);
    offer(program);
    QCOMPARE(m_offered, QStringList{QStringLiteral("/dev/ttyUSB7")});
    m_reply(OfferTaken);
    QTest::qWait(300);
    QCOMPARE(program.process().state(), QProcess::Running);
    m_service->release(QStringLiteral("/dev/ttyUSB8"), 0); // somebody else's
    m_service->release(m_offered.first(), code);
    QTRY_COMPARE(program.process().state(), QProcess::NotRunning);
    QCOMPARE(program.process().exitCode(), code);
    QTest::qWait(100);
    QVERIFY(m_withdrawn.isEmpty());
}

void TestOffer::answers_data()
{
    QTest::addColumn<int>("answer");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("no BMS") << int(OfferNoBms) << 1;
    QTest::newRow("refused") << int(OfferRefused) << 0;
}

void TestOffer::answers()
{
    QFETCH(int, answer);
    QFETCH(int, exitCode);
    Program program(*m_folder);
    offer(program, QStringLiteral("/dev/serial/by-id/usb-1"));
    QCOMPARE(m_offered, QStringList{QStringLiteral("/dev/serial/by-id/usb-1")});
    m_reply(answer);
    QTRY_COMPARE(program.process().state(), QProcess::NotRunning);
    QCOMPARE(program.process().exitCode(), exitCode);
    QCOMPARE(program.process().readAllStandardError().count('\n'), 1);
    // It may be offered again.
    Program again(*m_folder);
    offer(again, QStringLiteral("/dev/serial/by-id/usb-1"));
    m_reply(answer);
}

void TestOffer::leavingTakesThePortBack()
{
    Program program(*m_folder);
    offer(program);
    m_reply(OfferTaken);
    program.process().terminate();
    QTRY_COMPARE(program.process().state(), QProcess::NotRunning);
    QCOMPARE(program.process().exitCode(), 0);
    QTRY_COMPARE(m_withdrawn, QStringList{QStringLiteral("/dev/ttyUSB7")});
    // Also a caller that is killed, and before it was answered.
    Program killed(*m_folder);
    offer(killed);
    killed.process().kill();
    QTRY_COMPARE(m_withdrawn.size(), 2);
    m_reply(OfferTaken); // too late, harms nobody
}

void TestOffer::onePortOnce()
{
    Program program(*m_folder);
    offer(program);
    m_reply(OfferTaken);
    Program second(*m_folder);
    second.start(
        {QStringLiteral("offer"), QStringLiteral("ttyUSB7"), QStringLiteral("--bus"), m_bus->address()});
    QTRY_COMPARE(second.process().state(), QProcess::NotRunning);
    QCOMPARE(second.process().exitCode(), 0);
    QCOMPARE(m_offered.size(), 1);
    QCOMPARE(program.process().state(), QProcess::Running);
}

void TestOffer::endsWithTheService()
{
    Program program(*m_folder);
    offer(program);
    m_reply(OfferTaken);
    QTest::qWait(100);
    m_service.reset();
    QTRY_COMPARE(program.process().state(), QProcess::NotRunning);
    QCOMPARE(program.process().exitCode(), 1);
}

void TestOffer::endsWithTheBus()
{
    Program program(*m_folder);
    offer(program);
    m_reply(OfferTaken);
    QTest::qWait(100);
    m_bus->kill();
    QTRY_COMPARE(program.process().state(), QProcess::NotRunning);
    QCOMPARE(program.process().exitCode(), 1);
}

void TestOffer::secondServiceGoesOnWithout()
{
    BusClient other(m_bus->address());
    PortService second(other, {});
    QString error;
    QVERIFY(!second.start(&error));
    QVERIFY2(!error.isEmpty() && !error.contains(QLatin1Char('\n')), qPrintable(error));
}

void TestOffer::wrongUse()
{
    Program program(*m_folder);
    QCOMPARE(program.run({QStringLiteral("offer")}), 2);
    QCOMPARE(program.errorLines().size(), 1);
    Program nowhere(*m_folder);
    QCOMPARE(nowhere.run({QStringLiteral("offer"), QStringLiteral("ttyUSB7"), QStringLiteral("--bus"),
                          QStringLiteral("unix:path=/nowhere/bus")}),
             3);
}

QTEST_GUILESS_MAIN(TestOffer)
#include "tst_offer.moc"
