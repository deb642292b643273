// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/privatebus.h"
#include "program.h"
#include "tests/venus/outsider.h"
#include "tests/venus/settingsprocess.h"

#include <QDateTime>
#include <QElapsedTimer>

using namespace sbtest;

/// The service as a GX device sees it: beside a settings service and a system calculator, each a process of
/// its own; a simulated board behind it, and gdbus asking.
class TestVenus : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void LOC_01_to_05_entryInTheSettings();
    void LOC_06_nameFromTheSettings();
    void SET_10_nameGoesToTheSettings();
    void instanceFromTheSettings();
    void waitsForTheSettings();
    void goesOnWithoutTheSettings();
    void SYS_01_to_13_systemShowsTheBattery();
    void LOST_07_killedServiceComesBackTheSame();
    void LOST_08_09_hangingBmsLeavesLimitsAndAnswers();
    void SET_14_socReachesTheBms();
    void SET_15_clearsHistory();
    void SET_switchesReachTheBms();

private:
    [[nodiscard]] QString port() const { return m_folder->filePath(QStringLiteral("bms0")); }
    void startSettings()
    {
        QVERIFY(m_settings->start(m_bus->address(), m_folder->filePath(QStringLiteral("settings.json"))));
    }
    void startService()
    {
        m_service = std::make_unique<Program>(*m_folder);
        m_service->start({QStringLiteral("run"), QStringLiteral("--bus"), m_bus->address(),
                          QStringLiteral("--settings"), QStringLiteral("dbus"), QStringLiteral("--port"),
                          port()});
    }
    void startAll()
    {
        startService();
        QVERIFY(becomes(m_name, "/Connected", 1));
    }
    GVariant get(const QString &service, const char *path)
    {
        return m_outsider->item(service, QLatin1String(path), QStringLiteral("GetValue")).value.inner();
    }
    GVariant setting(const char *name)
    {
        return get(QStringLiteral("com.victronenergy.settings"), QByteArray(m_entry + name).constData());
    }
    /// SetValue; the reply code, -1 for an error.
    int set(const QString &service, const QByteArray &path, const char *value)
    {
        const auto answer = m_outsider->item(service, QString::fromLatin1(path), QStringLiteral("SetValue"),
                                             {QString::fromUtf8(value)});
        return answer.ok ? answer.value.scalar.toInt() : -1;
    }
    [[nodiscard]] bool becomes(const QString &service, const char *path, const QVariant &value,
                               int ms = 15000)
    {
        return QTest::qWaitFor([&] { return get(service, path).scalar == value; }, ms);
    }
    /// Where the battery is stored; known when it is published.
    void findEntry()
    {
        m_entry = "/Settings/Devices/serialbattery_" +
                  get(m_name, "/Serial").scalar.toString().toUpper().toLatin1() + "/";
    }

    QString m_name = QStringLiteral("com.victronenergy.battery.bms0");
    QString m_system = QStringLiteral("com.victronenergy.system");
    QByteArray m_entry;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<sb::PrivateBus> m_bus;
    std::unique_ptr<Outsider> m_outsider;
    std::unique_ptr<SettingsProcess> m_settings;
    std::unique_ptr<QProcess> m_calculator;
    std::unique_ptr<Program> m_simulator;
    std::unique_ptr<Program> m_service;
};

void TestVenus::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_bus = std::make_unique<sb::PrivateBus>(m_folder->path());
    QString error;
    QVERIFY2(m_bus->start(&error), qPrintable(error));
    m_outsider = std::make_unique<Outsider>(m_bus->address());
    m_settings = std::make_unique<SettingsProcess>(QStringLiteral(SB_FAKE_SETTINGS));
    startSettings();
    m_calculator = std::make_unique<QProcess>();
    m_calculator->start(QStringLiteral(SB_SYSTEM_CALCULATOR), {m_bus->address()});
    QVERIFY(m_calculator->waitForReadyRead(10000));
    m_simulator = std::make_unique<Program>(*m_folder);
    m_simulator->start({QStringLiteral("simulate"), QStringLiteral("--link"), port()});
    QVERIFY(m_simulator->waitForLine("bms0"));
}

void TestVenus::cleanup()
{
    m_service.reset();
    m_simulator.reset();
    m_calculator->kill();
    m_calculator->waitForFinished();
    m_settings.reset();
    m_bus.reset();
    m_folder.reset();
}

void TestVenus::LOC_01_to_05_entryInTheSettings()
{
    startAll();
    findEntry();
    const QString instance = QStringLiteral("battery:%1").arg(get(m_name, "/DeviceInstance").scalar.toInt());
    const GVariant tree = get(QStringLiteral("com.victronenergy.settings"), "/Settings/Devices");
    int entries = 0;
    for (auto it = tree.entries.begin(); it != tree.entries.end(); ++it) {
        QVERIFY2(QByteArray("/Settings/Devices/" + it.key().toLatin1()).startsWith(m_entry),
                 qPrintable(it.key())); // LOC-02
        entries += it->inner().scalar.toString() == instance ? 1 : 0;
    }
    QCOMPARE(entries, 1);
    QCOMPARE(setting("UniqueIdentifier").scalar, get(m_name, "/Serial").scalar);
    QVERIFY(std::abs(setting("LastSeen").scalar.toLongLong() - QDateTime::currentSecsSinceEpoch()) < 86400);
    QCOMPARE(setting("CustomName").scalar, get(m_name, "/CustomName").scalar);
}

void TestVenus::LOC_06_nameFromTheSettings()
{
    startAll();
    findEntry();
    QCOMPARE(set(QStringLiteral("com.victronenergy.settings"), m_entry + "CustomName", "<'Barn'>"), 0);
    QVERIFY(becomes(m_name, "/CustomName", QStringLiteral("Barn")));
}

void TestVenus::SET_10_nameGoesToTheSettings()
{
    startAll();
    findEntry();
    QCOMPARE(set(m_name, "/CustomName", "<'\xce\xa9 Test'>"), 0);
    QCOMPARE(setting("CustomName").scalar.toString(), QStringLiteral(u"\u03A9 Test"));
    QCOMPARE(get(m_name, "/CustomName").scalar.toString(), QStringLiteral(u"\u03A9 Test"));
    QCOMPARE(set(m_name, "/CustomName", "<''>"), 0);
    QCOMPARE(setting("CustomName").scalar.toString(), QString());
}

void TestVenus::instanceFromTheSettings()
{
    startAll();
    findEntry();
    QCOMPARE(
        set(QStringLiteral("com.victronenergy.settings"), m_entry + "ClassAndVrmInstance", "<'battery:9'>"),
        0);
    QVERIFY(becomes(m_name, "/DeviceInstance", 9));
    // Who looks at the instance only when the name appears has seen it.
    QVERIFY(becomes(m_system, "/ActiveBatteryService", QStringLiteral("com.victronenergy.battery/9")));
}

void TestVenus::waitsForTheSettings()
{
    m_settings->end();
    startService();
    QTest::qWait(3000);
    QVERIFY(get(m_name, "/Connected").type.isEmpty());
    startSettings();
    QVERIFY(becomes(m_name, "/Connected", 1));
}

void TestVenus::goesOnWithoutTheSettings()
{
    startAll();
    findEntry();
    m_settings->kill();
    QTest::qWait(1500);
    QCOMPARE(get(m_name, "/Connected").scalar, QVariant(1));
    QCOMPARE(set(m_name, "/CustomName", "<'Lost'>"), 2);
    QVERIFY(get(m_name, "/CustomName").scalar.toString() != QLatin1String("Lost"));
    startSettings();
    QVERIFY(QTest::qWaitFor([&] { return set(m_name, "/CustomName", "<'Found'>") == 0; }, 15000));
    QCOMPARE(setting("CustomName").scalar.toString(), QStringLiteral("Found"));
}

void TestVenus::SYS_01_to_13_systemShowsTheBattery()
{
    startAll();
    QVERIFY(becomes(m_system, "/Dc/Battery/BatteryService", m_name));
    QVERIFY(becomes(m_system, "/ActiveBmsService", m_name));
    const std::pair<const char *, const char *> pairs[] = {
        {"/Dc/Battery/Voltage", "/Dc/0/Voltage"},
        {"/Dc/Battery/Current", "/Dc/0/Current"},
        {"/Dc/Battery/Power", "/Dc/0/Power"},
        {"/Dc/Battery/Soc", "/Soc"},
        {"/Dc/Battery/TimeToGo", "/TimeToGo"},
        {"/Dc/Battery/Temperature", "/Dc/0/Temperature"},
        {"/Dc/Battery/Capacity", "/InstalledCapacity"},
        {"/Dc/Battery/ConsumedAmphours", "/ConsumedAmphours"},
        {"/Dc/Battery/ProductId", "/ProductId"},
        {"/Dc/Battery/ChargeVoltage", "/Info/MaxChargeVoltage"}};
    for (const auto &[system, battery] : pairs) {
        // Both move while they are read.
        const auto equal = [&, system = system, battery = battery] {
            const GVariant shown = get(m_system, system);
            const GVariant own = get(m_name, battery);
            return own.type == shown.type && own.scalar == shown.scalar;
        };
        QVERIFY2(QTest::qWaitFor(equal, 10000), system);
    }
    QVERIFY(get(m_system, "/Batteries").scalar.toString().contains(m_name));
}

void TestVenus::LOST_07_killedServiceComesBackTheSame()
{
    startAll();
    findEntry();
    QCOMPARE(
        set(QStringLiteral("com.victronenergy.settings"), m_entry + "ClassAndVrmInstance", "<'battery:4'>"),
        0);
    QVERIFY(becomes(m_name, "/DeviceInstance", 4));
    QCOMPARE(set(m_name, "/CustomName", "<'Barn'>"), 0);
    QVERIFY(becomes(m_system, "/ActiveBmsService", m_name));
    m_service->process().kill();
    QVERIFY(m_service->process().waitForFinished(patienceMs));
    QVERIFY(QTest::qWaitFor([&] { return get(m_system, "/ActiveBmsService").isInvalidItem(); }, 5000));
    startAll();
    QCOMPARE(get(m_name, "/DeviceInstance").scalar, QVariant(4));
    QCOMPARE(get(m_name, "/CustomName").scalar.toString(), QStringLiteral("Barn"));
    QVERIFY(becomes(m_system, "/ActiveBmsService", m_name));
}

void TestVenus::LOST_08_09_hangingBmsLeavesLimitsAndAnswers()
{
    startAll();
    m_simulator.reset(); // the line is silent from here on
    QElapsedTimer timer;
    timer.start();
    qint64 slowest = 0;
    while (timer.elapsed() < 13000) {
        QElapsedTimer answer;
        answer.start();
        const auto items = m_outsider->item(m_name, QStringLiteral("/"), QStringLiteral("GetItems"));
        slowest = std::max(slowest, answer.elapsed());
        QVERIFY2(items.ok, qPrintable(items.error));
        const auto type = [&](const char *path) { return items.value[path]["Value"].type; };
        if (type("/Info/MaxChargeVoltage") == QLatin1String("d")) {
            QCOMPARE(type("/Info/MaxChargeCurrent"), QStringLiteral("d"));
            QCOMPARE(type("/Info/MaxDischargeCurrent"), QStringLiteral("d"));
        }
        QTest::qWait(50);
    }
    // With the start of gdbus in it.
    QVERIFY2(slowest < 300, qPrintable(QString::number(slowest)));
    QVERIFY(get(m_name, "/Dc/0/Voltage").isInvalidItem());
    QCOMPARE(get(m_name, "/Info/MaxChargeVoltage").type, QStringLiteral("d"));
}

void TestVenus::SET_14_socReachesTheBms()
{
    startAll();
    QCOMPARE(set(m_name, "/Settings/ResetSocTo", "<44>"), 0);
    QCOMPARE(set(m_name, "/Settings/ResetSocToApply", "<1>"), 0);
    QVERIFY(becomes(m_name, "/Soc", 44.0));
    QVERIFY(becomes(m_name, "/Settings/ResetSocToApply", 0, 5000));
}

void TestVenus::SET_15_clearsHistory()
{
    startAll();
    QCOMPARE(set(m_name, "/History/Clear", "<8>"), 2);
    QCOMPARE(set(m_name, "/History/Clear", "<1>"), 0);
    QVERIFY(becomes(m_name, "/History/Clear", 0, 5000));
}

void TestVenus::SET_switchesReachTheBms()
{
    startAll();
    QCOMPARE(get(m_name, "/Io/AllowToCharge").scalar, QVariant(1));
    QCOMPARE(set(m_name, "/Settings/ForceChargingOff", "<1>"), 0);
    QCOMPARE(get(m_name, "/Settings/ForceChargingOff").scalar, QVariant(1));
    QVERIFY(becomes(m_name, "/Io/AllowToCharge", 0));
    QVERIFY(becomes(m_name, "/Info/MaxChargeCurrent", 0.0));
    QCOMPARE(get(m_name, "/Io/AllowToDischarge").scalar, QVariant(1));
    // On again; the limit comes back later, as after every block.
    QCOMPARE(set(m_name, "/Settings/ForceChargingOff", "<0>"), 0);
    QCOMPARE(get(m_name, "/Settings/ForceChargingOff").scalar, QVariant(0));
    // Both by one switch.
    QCOMPARE(set(m_name, "/Mode", "<4>"), 2);
    QCOMPARE(set(m_name, "/Mode", "<252>"), 0);
    QVERIFY(becomes(m_name, "/Io/AllowToDischarge", 0));
    QVERIFY(becomes(m_name, "/State", 14));
    QCOMPARE(get(m_name, "/Settings/ForceDischargingOff").scalar, QVariant(1));
    QCOMPARE(set(m_name, "/Mode", "<3>"), 0);
    QVERIFY(becomes(m_name, "/Settings/ForceDischargingOff", 0));
}

QTEST_GUILESS_MAIN(TestVenus)
#include "tst_venus.moc"
