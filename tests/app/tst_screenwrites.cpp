// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/privatebus.h"
#include "app/publisher.h"
#include "app/source.h"
#include "drivers/alldrivers.h"
#include "drivers/jbd/jbdsimulator.h"
#include "patience.h"
#include "simulator/simulatorport.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace sb;

/// What the GX screen writes, all the way into the simulated board and back; the writer is gdbus.
class TestScreenWrites : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void forbidsCharging();
    void aBoardThatRefusesIsReported();
    void aBoardThatIgnoresIsReported();
    void setsTheStateOfCharge();
    void clearsTheHistory();
    void wrongValuesAreRefused();

private:
    QString call(const char *object, const char *method, const QString &argument = {});
    QString value(const char *object) { return call(object, "GetValue"); }
    QString write(const char *object, const char *argument)
    {
        return call(object, "SetValue", QString::fromLatin1(argument));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<PrivateBus> m_bus;
    Environment m_environment;
    SystemClock m_clock;
    std::unique_ptr<Pack> m_pack;
    std::unique_ptr<jbd::JbdSimulator> m_board;
    std::unique_ptr<SimulatorPort> m_port;
    std::unique_ptr<Publisher> m_publisher;
    std::unique_ptr<Line> m_line;
    QString m_service;
};

void TestScreenWrites::init()
{
    if (m_environment.drivers.all().empty())
        addAllDrivers(m_environment.drivers);
    m_folder = std::make_unique<QTemporaryDir>();
    m_bus = std::make_unique<PrivateBus>(m_folder->path());
    QString error;
    QVERIFY2(m_bus->start(&error), qPrintable(error));
    m_pack = std::make_unique<Pack>(PackConfig(), Profile::constant(0));
    m_board = std::make_unique<jbd::JbdSimulator>(*m_pack, jbd::SimulatorOptions());
    const QString link = m_folder->filePath(QStringLiteral("bms"));
    m_port = std::make_unique<SimulatorPort>(*m_board,
                                             SimulatorPort::Settings{link, 0.2, true, false, 3000, 500, 7});
    QVERIFY2(m_port->open(&error), qPrintable(error));
    m_publisher = std::make_unique<Publisher>(
        Publisher::Settings{m_bus->address(),
                            false,
                            {DeviceStores::Where::File, m_folder->filePath(QStringLiteral("b.json")), {}}});
    LineConfig config;
    config.port = link;
    m_line = makeLine(config, m_environment, m_clock, nullptr);
    m_publisher->add(*m_line);
    m_service.clear();
    connect(m_publisher.get(), &Publisher::published, this,
            [this](const QString &service) { m_service = service; });
    m_line->start();
    QTRY_VERIFY_WITH_TIMEOUT(!m_service.isEmpty(), patienceMs);
}

void TestScreenWrites::cleanup()
{
    m_line.reset();
    m_publisher.reset();
    m_port.reset();
    m_board.reset();
    m_pack.reset();
    m_bus.reset();
    m_folder.reset();
}

QString TestScreenWrites::call(const char *object, const char *method, const QString &argument)
{
    QProcess gdbus;
    gdbus.setProcessChannelMode(QProcess::MergedChannels);
    QStringList arguments{QStringLiteral("call"),
                          QStringLiteral("--address"),
                          m_bus->address(),
                          QStringLiteral("-d"),
                          m_service,
                          QStringLiteral("-o"),
                          QString::fromLatin1(object),
                          QStringLiteral("-m"),
                          QStringLiteral("com.victronenergy.BusItem.") + QLatin1String(method)};
    if (!argument.isEmpty())
        arguments.append(argument);
    gdbus.start(QStringLiteral("gdbus"), arguments);
    // The service runs in this thread: it has to go on while its caller waits.
    if (!QTest::qWaitFor([&gdbus] { return gdbus.state() == QProcess::NotRunning; }, 10000))
        gdbus.kill();
    return QString::fromUtf8(gdbus.readAll()).trimmed();
}

void TestScreenWrites::forbidsCharging()
{
    QCOMPARE(value("/Io/AllowToCharge"), QStringLiteral("(<1>,)"));
    QCOMPARE(write("/Settings/ForceChargingOff", "<1>"), QStringLiteral("(0,)"));
    QVERIFY(!m_pack->chargeFet());
    QCOMPARE(value("/Settings/ForceChargingOff"), QStringLiteral("(<1>,)"));
    QCOMPARE(value("/Io/AllowToCharge"), QStringLiteral("(<0>,)"));
    QCOMPARE(value("/Info/MaxChargeCurrent"), QStringLiteral("(<0.0>,)"));
    QCOMPARE(value("/Io/AllowToDischarge"), QStringLiteral("(<1>,)"));
    QCOMPARE(write("/Settings/ForceChargingOff", "<0>"), QStringLiteral("(0,)"));
    QVERIFY(m_pack->chargeFet());
    QCOMPARE(value("/Settings/ForceChargingOff"), QStringLiteral("(<0>,)"));
}

void TestScreenWrites::aBoardThatRefusesIsReported()
{
    m_board->options().refusesWrites = {0xE1, 0xFB};
    QCOMPARE(write("/Settings/ForceChargingOff", "<1>"), QStringLiteral("(2,)"));
    QCOMPARE(value("/Settings/ForceChargingOff"), QStringLiteral("(<0>,)"));
    QCOMPARE(value("/Io/AllowToCharge"), QStringLiteral("(<1>,)"));
    QVERIFY(m_pack->chargeFet());
}

void TestScreenWrites::aBoardThatIgnoresIsReported()
{
    m_board->options().ignoresWrites = {0xE1, 0xFB};
    QCOMPARE(write("/Settings/ForceChargingOff", "<1>"), QStringLiteral("(2,)"));
    QCOMPARE(value("/Settings/ForceChargingOff"), QStringLiteral("(<0>,)"));
    QVERIFY(m_pack->chargeFet());
}

void TestScreenWrites::setsTheStateOfCharge()
{
    QCOMPARE(write("/Settings/ResetSocTo", "<44>"), QStringLiteral("(0,)"));
    QVERIFY(!value("/Soc").contains(QLatin1String("<44.0>")));
    QCOMPARE(write("/Settings/ResetSocToApply", "<1>"), QStringLiteral("(0,)"));
    QTRY_COMPARE_WITH_TIMEOUT(value("/Soc"), QStringLiteral("(<44.0>,)"), patienceMs);
    QVERIFY(std::abs(m_pack->soc() - 44) < 0.6);
    QTRY_COMPARE_WITH_TIMEOUT(value("/Settings/ResetSocToApply"), QStringLiteral("(<0>,)"), patienceMs);
}

void TestScreenWrites::clearsTheHistory()
{
    QTRY_VERIFY_WITH_TIMEOUT(value("/History/MaximumVoltage").contains(QLatin1Char('.')), patienceMs);
    QCOMPARE(write("/History/Clear", "<1>"), QStringLiteral("(0,)"));
    QTRY_COMPARE_WITH_TIMEOUT(value("/History/Clear"), QStringLiteral("(<0>,)"), patienceMs);
    QCOMPARE(write("/History/Clear", "<9>"), QStringLiteral("(2,)"));
}

void TestScreenWrites::wrongValuesAreRefused()
{
    QVERIFY(write("/Settings/ForceChargingOff", "<'yes'>") != QStringLiteral("(0,)"));
    QVERIFY(write("/Settings/ForceChargingOff", "<7>") != QStringLiteral("(0,)"));
    QVERIFY(write("/Settings/ResetSocTo", "<140>") != QStringLiteral("(0,)"));
    QVERIFY(m_pack->chargeFet());
    QCOMPARE(value("/Settings/ForceChargingOff"), QStringLiteral("(<0>,)"));
}

QTEST_GUILESS_MAIN(TestScreenWrites)
#include "tst_screenwrites.moc"
