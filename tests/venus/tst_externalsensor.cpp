// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/venus/outsider.h"
#include "tests/venus/privatebus.h"
#include "tests/venus/publishedbattery.h"
#include "tests/venus/settingsprocess.h"
#include "venus/esssettings.h"
#include "venus/externalsensor.h"

#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

using namespace sb;
using namespace sbtest;

/// Values of others that we read; the sensor is one of our own services on a connection of its own.
class TestExternalSensor : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void readsASensorThatIsThere();
    void waitsForASensor();
    void followsChanges_data();
    void followsChanges();
    void fallsBackWhenItGoes();
    void invalidIsNothing();
    void unknownPathsAreNothing();
    void steadyValuesStayAndHungOnesGo();
    void readsTheEnergySystem();
    void energySystemMayBeMissing();

private:
    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<BusClient> m_client;
    std::unique_ptr<PublishedBattery> m_sensor;

    void startSensor(bool changesPerItem = false)
    {
        m_sensor = std::make_unique<PublishedBattery>(QStringLiteral("ttyS6"));
        m_sensor->identity.changesPerItem = changesPerItem;
        m_sensor->poll(PublishedBattery::reading());
        QVERIFY2(m_sensor->start(m_bus->address()), qPrintable(m_sensor->error));
    }
    std::unique_ptr<ExternalSensor> follow(const char *current = "/Dc/0/Current", const char *soc = "/Soc")
    {
        return std::make_unique<ExternalSensor>(*m_client, QStringLiteral("com.victronenergy.battery.ttyS6"),
                                                QLatin1String(current), QLatin1String(soc));
    }
};

void TestExternalSensor::init()
{
    m_sensor.reset();
    m_client.reset();
    m_bus = std::make_unique<PrivateBus>();
    QVERIFY(m_bus->start());
    m_client = std::make_unique<BusClient>(m_bus->address());
}

void TestExternalSensor::readsASensorThatIsThere()
{
    startSensor();
    const auto sensor = follow();
    QVERIFY(!sensor->current()); // nobody waits for it
    QTRY_COMPARE(sensor->current(), Number(-12.34));
    QTRY_COMPARE(sensor->soc(), Number(64.8));
    QVERIFY(sensor->isThere());
}

void TestExternalSensor::waitsForASensor()
{
    const auto sensor = follow("/Dc/0/Current", "");
    QSignalSpy presence(sensor.get(), &ExternalSensor::presenceChanged);
    QTest::qWait(100);
    QVERIFY(!sensor->isThere() && !sensor->current());
    startSensor();
    QTRY_COMPARE(sensor->current(), Number(-12.34));
    QVERIFY(!sensor->soc()); // not wanted
    QCOMPARE(presence.size(), 1);
}

void TestExternalSensor::followsChanges_data()
{
    QTest::addColumn<bool>("perItem");
    QTest::newRow("ItemsChanged") << false;
    QTest::newRow("PropertiesChanged") << true;
}

void TestExternalSensor::followsChanges()
{
    QFETCH(bool, perItem);
    startSensor(perItem);
    const auto sensor = follow();
    QTRY_VERIFY(sensor->current() && sensor->soc());
    BatteryState state = PublishedBattery::reading();
    state.current = 7.5;
    m_sensor->poll(state);
    QTRY_COMPARE(sensor->current(), Number(7.5));
    QCOMPARE(sensor->soc(), Number(64.8));
}

void TestExternalSensor::fallsBackWhenItGoes()
{
    startSensor();
    const auto sensor = follow();
    QTRY_VERIFY(sensor->current());
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("ttyS6 is gone")));
    m_sensor.reset();
    QTRY_VERIFY(!sensor->isThere());
    QVERIFY(!sensor->current() && !sensor->soc());
    startSensor();
    QTRY_COMPARE(sensor->current(), Number(-12.34));
}

void TestExternalSensor::invalidIsNothing()
{
    startSensor();
    const auto sensor = follow();
    QTRY_VERIFY(sensor->current() && sensor->soc());
    m_sensor->fail(1000);
    m_sensor->fail(10000);
    QTRY_VERIFY(!sensor->current());
    QVERIFY(sensor->isThere());
    QCOMPARE(sensor->soc(), Number(64.8)); // that one stays valid
}

void TestExternalSensor::unknownPathsAreNothing()
{
    startSensor();
    const auto sensor = follow("/Nope", "/ProductName");
    QTRY_VERIFY(sensor->isThere());
    QTest::qWait(200);
    QVERIFY(!sensor->current() && !sensor->soc());
}

void TestExternalSensor::steadyValuesStayAndHungOnesGo()
{
    // Any process with an item will do as a sensor that can be stopped.
    QTemporaryDir folder;
    SettingsProcess process(QStringLiteral(SB_FAKE_SETTINGS));
    QVERIFY(process.start(m_bus->address(), folder.filePath(QStringLiteral("settings.json"))));
    const QString name = QStringLiteral("com.victronenergy.settings");
    QVERIFY(Outsider(m_bus->address())
                .call(name, QStringLiteral("/"), QStringLiteral("com.victronenergy.Settings.AddSettings"),
                      {QStringLiteral("[{'path': <'/Settings/Shunt'>, 'default': <3.5>}]")})
                .ok);
    ExternalSensor sensor(*m_client, name, QStringLiteral("/Settings/Shunt"), {});
    sensor.setTimes(200, 600);
    QTRY_COMPARE(sensor.current(), Number(3.5));
    QTest::qWait(1000); // nothing is announced, but it is confirmed
    QCOMPARE(sensor.current(), Number(3.5));
    process.freeze(true);
    QTRY_VERIFY(!sensor.current());
    QVERIFY(sensor.isThere());
    process.freeze(false);
    QTRY_COMPARE(sensor.current(), Number(3.5));
}

void TestExternalSensor::readsTheEnergySystem()
{
    QTemporaryDir folder;
    SettingsProcess process(QStringLiteral(SB_FAKE_SETTINGS));
    QVERIFY(process.start(m_bus->address(), folder.filePath(QStringLiteral("settings.json"))));
    const Outsider outsider(m_bus->address());
    const QString settings = QStringLiteral("com.victronenergy.settings");
    QVERIFY(outsider
                .call(settings, QStringLiteral("/"), QStringLiteral("com.victronenergy.Settings.AddSettings"),
                      {QStringLiteral("[{'path': <'/Settings/CGwacs/Hub4Mode'>, 'default': <1>}, "
                                      "{'path': <'/Settings/CGwacs/BatteryLife/State'>, 'default': <'10'>}, "
                                      "{'path': <'/Settings/CGwacs/BatteryLife/MinimumSocLimit'>, 'default': "
                                      "<'15.5'>}, {'path': <'/Settings/Services/Bol'>, 'default': <0>}]")})
                .ok);
    SettingsClient client(*m_client);
    const EssSettings ess(client);
    QTRY_COMPARE(ess.hub4Mode(), std::optional<int>(1));
    QTRY_COMPARE(ess.state(), std::optional<int>(10));
    QTRY_COMPARE(ess.minimumSocLimit(), Number(15.5));
    QTRY_COMPARE(ess.dvcc(), std::optional<int>(0));
    QVERIFY(!ess.socLimit());
    QCOMPARE(outsider
                 .item(settings, QStringLiteral("/Settings/CGwacs/BatteryLife/MinimumSocLimit"),
                       QStringLiteral("SetValue"), {QStringLiteral("<'30'>")})
                 .value.scalar,
             QVariant(0));
    QTRY_COMPARE(ess.minimumSocLimit(), Number(30));
}

void TestExternalSensor::energySystemMayBeMissing()
{
    SettingsClient client(*m_client);
    const EssSettings ess(client);
    QTest::qWait(100);
    QVERIFY(!ess.hub4Mode() && !ess.state() && !ess.minimumSocLimit() && !ess.socLimit() && !ess.dvcc());
}

QTEST_GUILESS_MAIN(TestExternalSensor)
#include "tst_externalsensor.moc"
