// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "servicefixture.h"

#include <QJsonArray>
#include <csignal>

/// What configuration files do to the service, seen from the bus.
class TestServiceConfig : public ServiceFixture
{
    Q_OBJECT
private slots:
    void init() { setUp(); }
    void cleanup() { tearDown(); }
    void theUsersLimitsArePublished();
    void aFaultyFileStartsWithSafeValuesAndShowsIt();
    void monitorOnlyPublishesNoLimits();
    void LOST_02_blocksAtTheMomentOfLoss();
    void LOST_03_keepsTheCurrentsInsideTheWindow();
    void unitsOfAMeterAndItsModulesComeFromTheConfiguration();
    void portsMayComeFromTheOptions();
    void excludedPortsAreLeftAlone();
    void aReloadTouchesOnlyWhatChanged();
    void anOfferedPortIsTakenAndGivenBack();
    void anOfferStartsAService();
    void historyAndStateSurviveAKill();
    void checkNamesLineAndKey();
    void theDocumentationIsTheTable();
    void scenariosThatAreNoneAreOneLine();

private:
    QString write(const char *name, const QByteArray &text)
    {
        const QString path = m_folder->filePath(QLatin1String(name));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("can't write %s", name);
        return path;
    }
    void startWith(const QString &config, const QStringList &more = {})
    {
        startService(QStringList{QStringLiteral("--port"), port(), QStringLiteral("--config"), config} +
                     more);
    }
    bool isUp()
    {
        return waitFor(QStringLiteral("/Connected"), getValue, QStringLiteral("<1>"))
            .contains(QLatin1String("<1>"));
    }
    QString askBus(const char *method, const QString &name)
    {
        QProcess gdbus;
        gdbus.start(QStringLiteral("gdbus"),
                    {QStringLiteral("call"), QStringLiteral("--address"), m_bus->address(),
                     QStringLiteral("-d"), QStringLiteral("org.freedesktop.DBus"), QStringLiteral("-o"),
                     QStringLiteral("/org/freedesktop/DBus"), QStringLiteral("-m"),
                     QStringLiteral("org.freedesktop.DBus.") + QLatin1String(method), name});
        gdbus.waitForFinished(patienceMs);
        return QString::fromUtf8(gdbus.readAllStandardOutput()).trimmed();
    }
    QString owner(const QString &name) { return askBus("GetNameOwner", name); }
};

void TestServiceConfig::theUsersLimitsArePublished()
{
    startWith(write("config.ini", "[DEFAULT]\nMAX_BATTERY_CHARGE_CURRENT = 33\nMAX_CELL_VOLTAGE = 3.5\n"
                                  "CELL_VOLTAGES_WHILE_CHARGING = 3.55, 3.50, 3.45, 3.43, 3.42\n"));
    QVERIFY(isUp());
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeCurrent"), getText), QStringLiteral("('33.00A',)"));
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeVoltage"), getText), QStringLiteral("('56.00V',)"));
    const QJsonObject limits = status().value(QLatin1String("limits")).toObject();
    QCOMPARE(limits.value(QLatin1String("chargeCurrent")).toDouble(), 33.0);
    const QJsonArray rules =
        limits.value(QLatin1String("explain")).toObject().value(QLatin1String("charge")).toArray();
    QVERIFY(rules.size() >= 3);
    QCOMPARE(rules.first().toObject().value(QLatin1String("wins")).toBool(), true);
}

void TestServiceConfig::aFaultyFileStartsWithSafeValuesAndShowsIt()
{
    startWith(write("config.ini", "[DEFAULT]\nMAX_BATTERY_CHARGE_CURRENT = plenty\n"));
    QVERIFY(isUp());
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeCurrent"), getText), QStringLiteral("('50.00A',)"));
    QCOMPARE(call(QStringLiteral("/State"), getValue), QStringLiteral("(<10>,)"));
    QCOMPARE(call(QStringLiteral("/ErrorCode"), getValue), QStringLiteral("(<119>,)"));
    m_service->process().terminate();
    QVERIFY(m_service->process().waitForFinished(patienceMs));
    const QByteArray log = m_service->process().readAllStandardError();
    QVERIFY2(log.contains("config.ini:2: error: MAX_BATTERY_CHARGE_CURRENT"), log.constData());
}

void TestServiceConfig::monitorOnlyPublishesNoLimits()
{
    write("serialbattery.ini", "[general]\nmonitor_only = True\n");
    startWith(write("config.ini", "[DEFAULT]\n"));
    QVERIFY(isUp());
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeVoltage"), getValue), QStringLiteral("(<@ai []>,)"));
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeCurrent"), getValue), QStringLiteral("(<@ai []>,)"));
    QVERIFY(call(QStringLiteral("/Dc/0/Voltage"), getText).contains(QLatin1Char('V')));
}

void TestServiceConfig::LOST_02_blocksAtTheMomentOfLoss()
{
    startWith(write("config.ini", "[DEFAULT]\nBLOCK_ON_DISCONNECT = True\n"));
    QVERIFY(isUp());
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeCurrent"), getText), QStringLiteral("('50.00A',)"));
    m_simulator.reset();
    QVERIFY(waitFor(QStringLiteral("/System/NrOfModulesOffline"), getValue, QStringLiteral("<1>"), 20000)
                .contains(QLatin1String("<1>")));
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeCurrent"), getText), QStringLiteral("('0.00A',)"));
    QCOMPARE(call(QStringLiteral("/Info/MaxDischargeCurrent"), getText), QStringLiteral("('0.00A',)"));
    QCOMPARE(call(QStringLiteral("/Io/AllowToCharge"), getValue), QStringLiteral("(<0>,)"));
    QCOMPARE(call(QStringLiteral("/Io/AllowToDischarge"), getValue), QStringLiteral("(<0>,)"));
}

void TestServiceConfig::LOST_03_keepsTheCurrentsInsideTheWindow()
{
    startWith(write("config.ini", "[DEFAULT]\n"));
    QVERIFY(isUp());
    m_simulator.reset();
    QVERIFY(waitFor(QStringLiteral("/System/NrOfModulesOffline"), getValue, QStringLiteral("<1>"), 20000)
                .contains(QLatin1String("<1>")));
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeVoltage"), getText), QStringLiteral("('54.00V',)"));
    QCOMPARE(call(QStringLiteral("/Info/MaxChargeCurrent"), getText), QStringLiteral("('50.00A',)"));
    QCOMPARE(call(QStringLiteral("/Info/MaxDischargeCurrent"), getText), QStringLiteral("('60.00A',)"));
    QVERIFY(call(QStringLiteral("/Dc/0/Voltage"), getValue).contains(QLatin1String("@ai []")));
}

void TestServiceConfig::unitsOfAMeterAndItsModulesComeFromTheConfiguration()
{
    m_simulator.reset();
    // The meter at unit 5, fifteen modules behind it, of which the configuration names four.
    startSimulator(
        {QStringLiteral("--bms"), QStringLiteral("ecs"), QStringLiteral("--address"), QStringLiteral("5")});
    startWith(write("config.ini", "[DEFAULT]\nBMS_TYPE = Ecs\nGREENMETER_ADDRESS = 5\n"
                                  "LIPRO_START_ADDRESS = 6\nLIPRO_END_ADDRESS = 9\nLIPRO_CELL_COUNT = 14\n"));
    QVERIFY(isUp());
    QCOMPARE(call(QStringLiteral("/HardwareVersion"), getText), QStringLiteral("('Greenmeter-500A 14S',)"));
    QCOMPARE(call(QStringLiteral("/System/NrOfCellsPerBattery"), getValue), QStringLiteral("(<14>,)"));
    QVERIFY(
        waitFor(QStringLiteral("/Voltages/Cell4"), getText, QStringLiteral("V")).contains(QLatin1Char('V')));
    QVERIFY(!call(QStringLiteral("/Voltages/Cell5"), getText).contains(QLatin1Char('V')));
}

void TestServiceConfig::portsMayComeFromTheOptions()
{
    write("serialbattery.ini", "[device " + port().toUtf8() + "]\nbms = jbd\npoll_interval = 2\n");
    startService({QStringLiteral("--config"), write("config.ini", "[DEFAULT]\n")});
    QVERIFY(isUp());
}

void TestServiceConfig::excludedPortsAreLeftAlone()
{
    startWith(write("config.ini", "[DEFAULT]\nEXCLUDED_DEVICES = /dev/ttyX, " + port().toUtf8() + "\n"));
    QVERIFY(m_service->process().waitForFinished(patienceMs));
    QCOMPARE(m_service->process().exitCode(), 0);
}

void TestServiceConfig::aReloadTouchesOnlyWhatChanged()
{
    m_simulator.reset();
    startSimulator(
        {QStringLiteral("--count"), QStringLiteral("2"), QStringLiteral("--seed"), QStringLiteral("5")});
    const QString config = write("config.ini", "[DEFAULT]\n");
    QStringList ports;
    const auto findPorts = [&] {
        ports = QDir(m_folder->path()).entryList({QStringLiteral("bms0*")}, QDir::System | QDir::Files);
        return ports.size();
    };
    QTRY_COMPARE_WITH_TIMEOUT(findPorts(), 2, patienceMs);
    for (QString &file : ports)
        file = m_folder->filePath(file);
    startService({QStringLiteral("--config"), config, QStringLiteral("--port"), ports.at(0),
                  QStringLiteral("--port"), ports.at(1)});
    const auto nameOf = [](const QString &path) -> QString {
        QString name = QStringLiteral("com.victronenergy.battery.");
        for (const QChar c : QFileInfo(path).fileName())
            name += c.isLetterOrNumber() ? c : QLatin1Char('_');
        return name;
    };
    const QString first = nameOf(ports.at(0));
    const QString second = nameOf(ports.at(1));
    QTRY_VERIFY_WITH_TIMEOUT(!owner(first).isEmpty() && !owner(second).isEmpty(), patienceMs);
    const QString ownerOfFirst = owner(first);
    const QString ownerOfSecond = owner(second);
    write("serialbattery.ini", "[device " + ports.at(1).toUtf8() + "]\npoll_interval = 2\n");
    QCOMPARE(::kill(static_cast<pid_t>(m_service->process().processId()), SIGHUP), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!owner(second).isEmpty() && owner(second) != ownerOfSecond, patienceMs);
    QCOMPARE(owner(first), ownerOfFirst);
    QCOMPARE(m_service->process().state(), QProcess::Running);
}

void TestServiceConfig::anOfferedPortIsTakenAndGivenBack()
{
    startService({QStringLiteral("--config"), write("config.ini", "[DEFAULT]\n")});
    QTRY_VERIFY_WITH_TIMEOUT(!owner(QStringLiteral("org.serialbattery.Service")).isEmpty(), patienceMs);
    Program offer(*m_folder);
    offer.start({QStringLiteral("offer"), port(), QStringLiteral("--bus"), m_bus->address()});
    QVERIFY(isUp());
    // Whose port it is gets it back when the offer ends.
    offer.process().terminate();
    QTRY_VERIFY_WITH_TIMEOUT(owner(m_name).isEmpty(), patienceMs);
    QCOMPARE(m_service->process().state(), QProcess::Running);
    // And the other way round: a battery that is gone for good ends the offer.
    Program again(*m_folder);
    again.start({QStringLiteral("offer"), port(), QStringLiteral("--bus"), m_bus->address()});
    QVERIFY(isUp());
    m_service->process().terminate();
    QVERIFY(again.process().waitForFinished(patienceMs));
}

void TestServiceConfig::anOfferStartsAService()
{
    Program offer(*m_folder);
    offer.start({QStringLiteral("offer"), port(), QStringLiteral("--bus"), m_bus->address()});
    QVERIFY(isUp());
    const QString answer = askBus("GetConnectionUnixProcessID", QStringLiteral("org.serialbattery.Service"));
    const int pid = answer.section(QLatin1Char(' '), 1).section(QLatin1Char(','), 0, 0).toInt();
    QVERIFY2(pid > 1, qPrintable(answer));
    QCOMPARE(::kill(pid, SIGTERM), 0);
    QVERIFY(offer.process().waitForFinished(patienceMs));
}

void TestServiceConfig::historyAndStateSurviveAKill()
{
    startService();
    QVERIFY(isUp());
    QCOMPARE(call(QStringLiteral("/CustomName"), setValue, {QStringLiteral("<'Cellar'>")}),
             QStringLiteral("(0,)"));
    QVERIFY(
        !waitFor(QStringLiteral("/History/MinimumVoltage"), getText, QStringLiteral("V"), 5000).isEmpty());
    QTest::qWait(1500);
    m_service->process().kill();
    m_service->process().waitForFinished();
    startService();
    QVERIFY(isUp());
    QCOMPARE(call(QStringLiteral("/CustomName"), getValue), QStringLiteral("(<'Cellar'>,)"));
    QCOMPARE(call(QStringLiteral("/DeviceInstance"), getValue), QStringLiteral("(<1>,)"));
}

void TestServiceConfig::checkNamesLineAndKey()
{
    const QString config =
        write("config.ini", "[DEFAULT]\nMAX_VOLTAGE_TIME_SEC = 300\nMAX_CELL_VOLTAGE = 3,45\n");
    Program check(*m_folder);
    QCOMPARE(check.run({QStringLiteral("config"), QStringLiteral("check"), config}), 2);
    QVERIFY2(check.output.contains("config.ini:2: warning: MAX_VOLTAGE_TIME_SEC"), check.output.constData());
    QVERIFY2(check.output.contains("config.ini:3: error: MAX_CELL_VOLTAGE"), check.output.constData());
    Program effective(*m_folder);
    QCOMPARE(effective.run(
                 {QStringLiteral("config"), QStringLiteral("check"), config, QStringLiteral("--effective")}),
             2);
    QVERIFY(effective.output.contains("\nSWITCH_TO_FLOAT_WAIT_FOR_SEC = 300\n"));
    QVERIFY(effective.output.contains("\nMAX_CELL_VOLTAGE = 3.450\n"));
    QCOMPARE(effective.output.mid(effective.output.indexOf("[DEFAULT]")).count(" = "), 121);
    Program none(*m_folder);
    QCOMPARE(none.run({QStringLiteral("config"), QStringLiteral("check"), QStringLiteral("/none.ini")}), 2);
}

void TestServiceConfig::theDocumentationIsTheTable()
{
    Program list(*m_folder);
    QCOMPARE(list.run({QStringLiteral("config"), QStringLiteral("list"), QStringLiteral("--markdown")}), 0);
    QFile committed(QStringLiteral(SB_SOURCE_DIR "/docs/configuration.md"));
    QVERIFY(committed.open(QIODevice::ReadOnly));
    QVERIFY2(list.output == committed.readAll(),
             "docs/configuration.md: make it anew with \"serialbattery config list --markdown\"");
}

void TestServiceConfig::scenariosThatAreNoneAreOneLine()
{
    for (const QByteArray &text :
         {QByteArray(), QByteArray("[]"), QByteArray("{\"type\":\"other\"}"),
          QByteArray("{\"type\":\"scenario\",\"format\":1}\n{\"t\":0,\"polls\":1e12}"),
          QByteArray("{\"type\":\"scenario\",\"format\":1}\n{\"t\":5}\n{\"t\":1}"),
          QByteArray("{\"type\":\"scenario\",\"format\":1}\n{\"t\":0,\"event\":\"x\"}"),
          QByteArray("\x00\xFF junk", 7)}) {
        Program program(*m_folder);
        QCOMPARE(program.run({QStringLiteral("simulate-control"), write("x.jsonl", text)}), 2);
        QCOMPARE(program.errors.count('\n'), 1);
    }
}

QTEST_GUILESS_MAIN(TestServiceConfig)
#include "tst_serviceconfig.moc"
