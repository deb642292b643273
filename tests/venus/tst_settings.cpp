// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/venus/outsider.h"
#include "tests/venus/privatebus.h"
#include "tests/venus/settingsprocess.h"
#include "venus/busitem.h"
#include "venus/devicestores.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>
#include <csignal>
#include <sys/resource.h>

using namespace sb;
using namespace sbtest;

namespace {

const QString settings = QStringLiteral("com.victronenergy.settings");
const QString devices = QStringLiteral("/Settings/Devices");
const QString entry = QStringLiteral("/Settings/Devices/serialbattery_JBD_0042");

/// One process of the service, as far as it concerns what is stored. Its end without flush() is a kill -9.
struct Owner
{
    explicit Owner(const QString &bus, DeviceStores::Options options)
        : client(bus)
        , stores(&client, std::move(options))
    {}
    /// Asks for a battery; store() has it when it is open.
    void ask(const QString &id = QStringLiteral("jbd_0042"), const QString &name = {})
    {
        const size_t at = opened.size();
        opened.resize(at + 1);
        stores.open(id, name, &context,
                    [this, at](std::unique_ptr<DeviceStore> store) { opened[at] = std::move(store); });
    }
    [[nodiscard]] DeviceStore *store(size_t at = 0) const { return opened.at(at).get(); }

    BusClient client;
    DeviceStores stores;
    QObject context;
    std::vector<std::unique_ptr<DeviceStore>> opened;
};

ChargeMemory charging(double soc)
{
    ChargeMemory charge;
    charge.allowMaxVoltage = false;
    charge.maxVoltageStart = 1700000000;
    charge.countedSoc = soc;
    charge.lastReset = 1690000000;
    charge.history = {{QStringLiteral("deepest_discharge"), 91.5}, {QStringLiteral("charge_cycles"), 12.25}};
    return charge;
}

/// Files of this process can't grow over \a bytes while it lives: a full disk.
class FullDisk
{
public:
    explicit FullDisk(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit small = m_before;
        small.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }
    FullDisk(const FullDisk &) = delete;
    FullDisk &operator=(const FullDisk &) = delete;

private:
    rlimit m_before{};
};

} // namespace

/// What is kept of batteries, against a stand-in of the settings service of Venus OS and without one.
class TestSettings : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void fakeAnswersAsRecorded_data();
    void fakeAnswersAsRecorded();
    void fakeKeepsInstancesApart();
    void LOC_01_to_05_makesOneEntry();
    void LOC_06_followsNameAndInstance();
    void storesANameOnlyWhereItIsAccepted();
    void batteriesGetInstancesInTheirOrder();
    void survivesARestart();
    void survivesAKillWithoutAWrite();
    void anOlderFileInRamLoses();
    void writesRarely();
    void survivesARestartOfTheSettingsService_data();
    void survivesARestartOfTheSettingsService();
    void waitsForTheSettingsService();
    void neverBlocksOnASilentSettingsService();
    void settingsServiceWithAFullDisk();
    void keepsTheTypeOfAnExistingSetting();
    void takesOverAnEntryOfAnOlderVersion();
    void cleansUpOnlyWhatIsOurs();
    void keepsTheOthersAfterALongSleep();
    void renewsARemovedEntry();
    void ignoresValuesOfNoUse();
    void choosesTheFileWithoutASettingsService();
    void fileSurvivesARestartAndAKill();
    void fileSurvivesAFullDisk();
    void fileIsSharedBetweenProcesses();
    void brokenFileInRamIsIgnored_data();
    void brokenFileInRamIsIgnored();

private:
    [[nodiscard]] DeviceStores::Options options(DeviceStores::Where where = DeviceStores::Where::Bus) const
    {
        return {where, m_folder->filePath(QStringLiteral("batteries.json")),
                m_folder->filePath(QStringLiteral("run")), StoreRhythm::everyMs};
    }
    [[nodiscard]] bool startSettings(const QStringList &more = {})
    {
        return m_settings->start(m_bus->address(), m_folder->filePath(QStringLiteral("settings.json")), more);
    }
    GVariant get(const QString &path)
    {
        return m_outsider->item(settings, path, QStringLiteral("GetValue")).value.inner();
    }
    int set(const QString &path, const QString &value)
    {
        const auto answer = m_outsider->item(settings, path, QStringLiteral("SetValue"), {value});
        return answer.ok ? answer.value.scalar.toInt() : -99;
    }
    /// A setting as somebody else made it. \a value in the notation of gdbus.
    void given(const QString &path, const QString &value)
    {
        const auto answer = m_outsider->call(
            settings, QStringLiteral("/"), QStringLiteral("com.victronenergy.Settings.AddSettings"),
            {QStringLiteral("[{'path': <'%1'>, 'default': <%2>}]").arg(path, value)});
        QVERIFY2(answer.ok && answer.output.contains(QLatin1String("'error': <0>")),
                 qPrintable(answer.output));
    }
    [[nodiscard]] std::unique_ptr<Owner> open(DeviceStores::Where where = DeviceStores::Where::Bus)
    {
        auto owner = std::make_unique<Owner>(m_bus->address(), options(where));
        owner->ask();
        (void)QTest::qWaitFor([&] { return owner->store() != nullptr; });
        return owner;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<SettingsProcess> m_settings;
    std::unique_ptr<Outsider> m_outsider;
};

void TestSettings::init()
{
    m_settings.reset();
    m_bus.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    m_bus = std::make_unique<PrivateBus>();
    QVERIFY(m_bus->start());
    m_outsider = std::make_unique<Outsider>(m_bus->address());
    m_settings = std::make_unique<SettingsProcess>(QStringLiteral(SB_FAKE_SETTINGS));
    QVERIFY(startSettings());
}

void TestSettings::fakeAnswersAsRecorded_data()
{
    QTest::addColumn<QString>("added");
    QTest::addColumn<int>("error");
    const auto row = [](const char *name, const char *added, int error) {
        QTest::newRow(name) << QString::fromLatin1(added) << error;
    };
    row("fine", "{'path': <'/Settings/A/B'>, 'default': <1>}", 0);
    row("underscore", "{'path': <'/Settings/_A/B'>, 'default': <1>}", -2);
    row("boolean", "{'path': <'/Settings/A/B'>, 'default': <true>}", -3);
    row("no path", "{'default': <1>}", -4);
    row("other type", "{'path': <'/Settings/There/Float'>, 'default': <1>}", -5);
    row("no instance", "{'path': <'/Settings/Devices/x/ClassAndVrmInstance'>, 'default': <'battery'>}", -6);
    row("out of range", "{'path': <'/Settings/A/B'>, 'default': <5>, 'min': <1>, 'max': <4>}", -7);
    row("a group", "{'path': <'/Settings/There'>, 'default': <1>}", -8);
    row("elsewhere", "{'path': <'/Other/A'>, 'default': <1>}", -9);
}

void TestSettings::fakeAnswersAsRecorded()
{
    QFETCH(QString, added);
    QFETCH(int, error);
    const QString add = QStringLiteral("com.victronenergy.Settings.AddSettings");
    QVERIFY(
        m_outsider
            ->call(settings, QStringLiteral("/"), add,
                   {QStringLiteral("[{'path': <'/Settings/There/Float'>, 'default': <50.0>, 'min': <0.0>, "
                                   "'max': <100.0>}]")})
            .ok);
    const auto answer =
        m_outsider->call(settings, QStringLiteral("/"), add, {QStringLiteral("[%1]").arg(added)});
    QVERIFY2(answer.ok, qPrintable(answer.error));
    QVERIFY2(answer.output.contains(QStringLiteral("'error': <%1>").arg(error)), qPrintable(answer.output));
    QCOMPARE(answer.output.contains(QLatin1String("'value'")), error == 0);
    const QString path = QStringLiteral("/Settings/There/Float");
    QCOMPARE(set(path, QStringLiteral("<101.0>")), -1);
    QCOMPARE(set(path, QStringLiteral("<60>")), 0);
    QCOMPARE(get(path).type, QStringLiteral("d"));
    QCOMPARE(set(path, QStringLiteral("<'70.5'>")), 0);
    QCOMPARE(get(path).scalar, QVariant(70.5));
    QCOMPARE(set(path, QStringLiteral("<'x'>")), -1);
    QCOMPARE(get(QStringLiteral("/Settings/There"))["Float"].scalar, QVariant(70.5));
}

void TestSettings::fakeKeepsInstancesApart()
{
    const QString a = QStringLiteral("/Settings/Devices/a/ClassAndVrmInstance");
    const QString b = QStringLiteral("/Settings/Devices/b/ClassAndVrmInstance");
    given(a, QStringLiteral("'battery:1'"));
    given(b, QStringLiteral("'battery:1'"));
    QCOMPARE(get(b).scalar.toString(), QStringLiteral("battery:2"));
    QCOMPARE(set(a, QStringLiteral("<'battery:2'>")), 0);
    QCOMPARE(get(a).scalar.toString(), QStringLiteral("battery:3"));
    QCOMPARE(set(a, QStringLiteral("<'battery:x'>")), -1);
    QCOMPARE(set(a, QStringLiteral("<'dcload:2'>")), 0);
}

void TestSettings::LOC_01_to_05_makesOneEntry()
{
    Owner owner(m_bus->address(), options());
    owner.ask(QStringLiteral("jbd_0042"), QStringLiteral("SerialBattery(JBD) 0042"));
    QTRY_VERIFY(owner.store());
    QCOMPARE(owner.store()->stored().instance, 1);
    QCOMPARE(owner.store()->stored().customName, QStringLiteral("SerialBattery(JBD) 0042"));
    QVERIFY(!owner.store()->stored().charge.countedSoc);
    const GVariant tree = get(devices);
    QStringList instances;
    for (auto it = tree.entries.begin(); it != tree.entries.end(); ++it) {
        QVERIFY2(it.key().startsWith(QLatin1String("serialbattery_JBD_0042/")), qPrintable(it.key()));
        if (it->inner().scalar.toString().startsWith(QLatin1String("battery:")))
            instances.append(it->inner().scalar.toString());
    }
    QCOMPARE(instances, QStringList{QStringLiteral("battery:1")});
    QCOMPARE(get(entry + QStringLiteral("/UniqueIdentifier")).scalar.toString(), QStringLiteral("jbd_0042"));
    const qint64 seen = get(entry + QStringLiteral("/LastSeen")).scalar.toLongLong();
    QVERIFY(std::abs(seen - QDateTime::currentSecsSinceEpoch()) < 60);
    QCOMPARE(get(entry + QStringLiteral("/CustomName")).scalar.toString(),
             QStringLiteral("SerialBattery(JBD) 0042"));
    QCOMPARE(get(entry + QStringLiteral("/AllowMaxVoltage")).type, QStringLiteral("i"));
    QCOMPARE(get(entry + QStringLiteral("/MaxVoltageStartTime")).type, QStringLiteral("s"));
    QCOMPARE(get(entry + QStringLiteral("/SocResetLastReached")).scalar, QVariant(0));
    QCOMPARE(get(entry + QStringLiteral("/HistoryValues")).scalar.toString(), QString());
    // There is no value for "unknown".
    QVERIFY(!m_outsider->item(settings, entry + QStringLiteral("/SocCalc"), QStringLiteral("GetValue")).ok);
    owner.store()->offer(charging(55.5));
    owner.store()->flush();
    QTRY_COMPARE(get(entry + QStringLiteral("/SocCalc")).type, QStringLiteral("d"));
    QCOMPARE(set(entry + QStringLiteral("/SocCalc"), QStringLiteral("<101.0>")), -1);
}

void TestSettings::LOC_06_followsNameAndInstance()
{
    const auto owner = open();
    QSignalSpy names(owner->store(), &DeviceStore::customNameChanged);
    QSignalSpy instances(owner->store(), &DeviceStore::instanceChanged);
    QCOMPARE(set(entry + QStringLiteral("/CustomName"), QStringLiteral("<'Barn'>")), 0);
    QTRY_COMPARE(names.size(), 1);
    QCOMPARE(names.at(0).at(0).toString(), QStringLiteral("Barn"));
    QCOMPARE(set(entry + QStringLiteral("/ClassAndVrmInstance"), QStringLiteral("<'battery:12'>")), 0);
    QTRY_COMPARE(instances.size(), 1);
    QCOMPARE(instances.at(0).at(0).toInt(), 12);
    // A service can't become something else.
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("dcload:12 is no battery")));
    QCOMPARE(set(entry + QStringLiteral("/ClassAndVrmInstance"), QStringLiteral("<'dcload:12'>")), 0);
    QTest::qWait(100);
    QCOMPARE(instances.size(), 1);
    QCOMPARE(owner->store()->stored().instance, 12);
}

void TestSettings::storesANameOnlyWhereItIsAccepted()
{
    const auto owner = open();
    std::optional<int> reply;
    owner->store()->setCustomName(QStringLiteral(u"\u03A9 Test"), [&](int code) { reply = code; });
    QVERIFY(!reply);
    QTRY_VERIFY(reply);
    QCOMPARE(*reply, 0);
    QCOMPARE(owner->store()->stored().customName, QStringLiteral(u"\u03A9 Test"));
    QCOMPARE(get(entry + QStringLiteral("/CustomName")).scalar.toString(), QStringLiteral(u"\u03A9 Test"));
    m_settings->kill();
    reply.reset();
    QTRY_VERIFY(!owner->stores.settings()->isThere());
    owner->store()->setCustomName(QStringLiteral("Lost"), [&](int code) { reply = code; });
    QTRY_VERIFY(reply);
    QCOMPARE(*reply, 2);
    QCOMPARE(owner->store()->stored().customName, QStringLiteral(u"\u03A9 Test"));
}

void TestSettings::batteriesGetInstancesInTheirOrder()
{
    Owner owner(m_bus->address(), options());
    owner.ask(QStringLiteral("a"));
    QTRY_VERIFY(owner.store(0));
    owner.ask(QStringLiteral("b"));
    owner.ask(QStringLiteral("c"));
    QTRY_VERIFY(owner.store(1) && owner.store(2));
    QCOMPARE(owner.store(0)->stored().instance, 1);
    QCOMPARE((QSet<int>{owner.store(1)->stored().instance, owner.store(2)->stored().instance}),
             (QSet<int>{2, 3}));
}

void TestSettings::survivesARestart()
{
    {
        const auto owner = open();
        owner->store()->offer(charging(61.25));
        owner->store()->setCustomName(QStringLiteral("Barn"), [](int) {});
        QCOMPARE(set(entry + QStringLiteral("/ClassAndVrmInstance"), QStringLiteral("<'battery:7'>")), 0);
        QTRY_COMPARE(owner->store()->stored().instance, 7);
        owner->stores.flush();
        // Nothing waits for the answers: what was sent is safe.
    }
    QVERIFY(QDir(m_folder->filePath(QStringLiteral("run"))).removeRecursively()); // a reboot
    m_settings->end();
    QVERIFY(startSettings());
    const auto owner = open();
    QCOMPARE(owner->store()->stored().instance, 7);
    QCOMPARE(owner->store()->stored().customName, QStringLiteral("Barn"));
    QCOMPARE(owner->store()->stored().charge, charging(61.25));
}

void TestSettings::survivesAKillWithoutAWrite()
{
    {
        const auto owner = open();
        owner->store()->offer(charging(61.2));
        owner->store()->offer(charging(61.7)); // nobody writes that yet
    }
    QTest::qWait(200);
    QCOMPARE(m_settings->kept(entry + QStringLiteral("/SocCalc")).toDouble(), 61.2);
    {
        const auto owner = open();
        QCOMPARE(owner->store()->stored().charge, charging(61.7)); // from RAM
        QTRY_COMPARE(m_settings->kept(entry + QStringLiteral("/SocCalc")).toDouble(), 61.7);
    }
    QVERIFY(QDir(m_folder->filePath(QStringLiteral("run"))).removeRecursively());
    const auto owner = open();
    QCOMPARE(owner->store()->stored().charge, charging(61.7));
}

void TestSettings::anOlderFileInRamLoses()
{
    {
        const auto owner = open();
        owner->store()->offer(charging(61.2));
        QTRY_COMPARE(m_settings->kept(entry + QStringLiteral("/SocCalc")).toDouble(), 61.2);
    }
    // The other driver ran in between.
    QCOMPARE(set(entry + QStringLiteral("/LastSeen"),
                 QStringLiteral("<%1>").arg(QDateTime::currentSecsSinceEpoch() + 100)),
             0);
    QCOMPARE(set(entry + QStringLiteral("/SocCalc"), QStringLiteral("<40.0>")), 0);
    const auto owner = open();
    QCOMPARE(owner->store()->stored().charge, charging(40));
}

void TestSettings::writesRarely()
{
    Owner owner(m_bus->address(), options());
    owner.ask(QStringLiteral("a"));
    owner.ask(QStringLiteral("b"));
    QTRY_VERIFY(owner.store(0) && owner.store(1));
    ChargeMemory charge = charging(50);
    owner.store(0)->offer(charge);
    owner.store(1)->offer(charge);
    QTest::qWait(300);
    const int before = m_settings->rewrites();
    // An hour of offers: counters grow, the state of charge stays within a percent.
    for (int i = 0; i < 240; ++i) {
        charge.history.insert(QStringLiteral("discharged_energy"), 0.01 * i);
        charge.countedSoc = 50 + 0.004 * i;
        owner.store(0)->offer(charge);
        owner.store(1)->offer(charge);
    }
    QTest::qWait(300);
    QCOMPARE(m_settings->rewrites(), before);
    // One rhythm: one rewrite, for both.
    owner.stores.flush();
    QTest::qWait(300);
    QCOMPARE(m_settings->rewrites(), before + 1);
    owner.stores.flush(); // nothing new
    QTest::qWait(200);
    QCOMPARE(m_settings->rewrites(), before + 1);
    // The next whole percent of one, and what waits of the other goes with it.
    charge.history.insert(QStringLiteral("discharged_energy"), 9.5);
    owner.store(1)->offer(charge);
    charge.countedSoc = 51;
    owner.store(0)->offer(charge);
    QTest::qWait(300);
    QCOMPARE(m_settings->rewrites(), before + 2);
    QVERIFY(m_settings->kept(devices + QStringLiteral("/serialbattery_B/HistoryValues"))
                .toString()
                .contains(QLatin1String("9.5")));
    // What users notice goes at once.
    charge.allowMaxVoltage = true;
    owner.store(0)->offer(charge);
    QTest::qWait(300);
    QCOMPARE(m_settings->rewrites(), before + 3);
}

void TestSettings::survivesARestartOfTheSettingsService_data()
{
    QTest::addColumn<bool>("killed");
    QTest::newRow("ended") << false;
    QTest::newRow("killed") << true;
}

void TestSettings::survivesARestartOfTheSettingsService()
{
    QFETCH(bool, killed);
    const auto owner = open();
    owner->store()->offer(charging(30));
    QTest::qWait(200);
    if (killed)
        m_settings->kill();
    else
        m_settings->end();
    QTRY_VERIFY(!owner->stores.settings()->isThere());
    QSignalSpy instances(owner->store(), &DeviceStore::instanceChanged);
    owner->store()->offer(charging(20)); // waits
    QVERIFY(startSettings());
    QTRY_COMPARE(get(entry + QStringLiteral("/SocCalc")).scalar, QVariant(20.0));
    QCOMPARE(get(entry + QStringLiteral("/ClassAndVrmInstance")).scalar.toString(),
             QStringLiteral("battery:1"));
    QCOMPARE(instances.size(), 0);
    // And it still listens.
    QCOMPARE(set(entry + QStringLiteral("/ClassAndVrmInstance"), QStringLiteral("<'battery:4'>")), 0);
    QTRY_COMPARE(instances.size(), 1);
}

void TestSettings::waitsForTheSettingsService()
{
    m_settings->kill();
    Owner owner(m_bus->address(), options());
    owner.ask();
    QTest::qWait(300);
    QVERIFY(!owner.store());
    QVERIFY(startSettings());
    QTRY_VERIFY(owner.store());
    QCOMPARE(owner.store()->stored().instance, 1);
}

void TestSettings::neverBlocksOnASilentSettingsService()
{
    const auto owner = open();
    m_settings->freeze(true);
    QElapsedTimer timer;
    timer.start();
    std::optional<int> reply;
    owner->store()->setCustomName(QStringLiteral("Barn"), [&](int code) { reply = code; });
    owner->store()->offer(charging(12));
    owner->stores.flush();
    Owner second(m_bus->address(), options());
    second.ask(QStringLiteral("b"));
    QVERIFY2(timer.elapsed() < 500, qPrintable(QString::number(timer.elapsed())));
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("does not answer")));
    QTRY_VERIFY_WITH_TIMEOUT(reply, 8000);
    QCOMPARE(*reply, 2);
    QVERIFY(!second.store());
    m_settings->freeze(false);
    QTRY_VERIFY_WITH_TIMEOUT(second.store(), 12000);
    owner->stores.flush();
    QTRY_COMPARE(get(entry + QStringLiteral("/SocCalc")).scalar, QVariant(12.0));
}

void TestSettings::settingsServiceWithAFullDisk()
{
    m_settings->kill();
    QVERIFY(startSettings({QStringLiteral("--file-limit"), QStringLiteral("100")}));
    const auto owner = open();
    QCOMPARE(owner->store()->stored().instance, 1);
    owner->store()->offer(charging(77));
    QTRY_COMPARE(get(entry + QStringLiteral("/SocCalc")).scalar, QVariant(77.0));
    // It forgets everything; the batteries go on and it gets their values again.
    m_settings->kill();
    QVERIFY(startSettings());
    QTRY_COMPARE(get(entry + QStringLiteral("/SocCalc")).scalar, QVariant(77.0));
    QCOMPARE(get(entry + QStringLiteral("/ClassAndVrmInstance")).scalar.toString(),
             QStringLiteral("battery:1"));
}

void TestSettings::keepsTheTypeOfAnExistingSetting()
{
    given(entry + QStringLiteral("/SocCalc"), QStringLiteral("'63.5'"));
    given(entry + QStringLiteral("/MaxVoltageStartTime"), QStringLiteral("1700000005"));
    given(entry + QStringLiteral("/UniqueIdentifier"), QStringLiteral("'jbd_0042'"));
    const auto owner = open();
    QCOMPARE(owner->store()->stored().charge.countedSoc, Number(63.5));
    QCOMPARE(owner->store()->stored().charge.maxVoltageStart, Count(1700000005));
    owner->store()->offer(charging(44.25));
    QTRY_COMPARE(get(entry + QStringLiteral("/SocCalc")).scalar, QVariant(QStringLiteral("44.25")));
    QCOMPARE(get(entry + QStringLiteral("/MaxVoltageStartTime")).scalar, QVariant(1700000000));
    ChargeMemory off = charging(44.25);
    off.maxVoltageStart.reset();
    owner->store()->offer(off);
    QTRY_COMPARE(get(entry + QStringLiteral("/MaxVoltageStartTime")).scalar, QVariant(0));
}

void TestSettings::takesOverAnEntryOfAnOlderVersion()
{
    const QString old = devices + QStringLiteral("/serialbattery_jbd_0042");
    given(old + QStringLiteral("/ClassAndVrmInstance"), QStringLiteral("'battery:5'"));
    given(old + QStringLiteral("/UniqueIdentifier"), QStringLiteral("'jbd_0042'"));
    given(old + QStringLiteral("/CustomName"), QStringLiteral("'Old shed'"));
    given(old + QStringLiteral("/LastSeen"), QStringLiteral("1700000000"));
    given(old + QStringLiteral("/AllowMaxVoltage"), QStringLiteral("0"));
    const auto owner = open();
    QCOMPARE(owner->store()->stored().instance, 5);
    QCOMPARE(owner->store()->stored().customName, QStringLiteral("Old shed"));
    QCOMPARE(owner->store()->stored().charge.allowMaxVoltage, Flag(false));
    QCOMPARE(get(entry + QStringLiteral("/CustomName")).scalar.toString(), QStringLiteral("Old shed"));
    const GVariant tree = get(devices);
    for (auto it = tree.entries.begin(); it != tree.entries.end(); ++it)
        QVERIFY2(it.key().startsWith(QLatin1String("serialbattery_JBD_0042/")), qPrintable(it.key()));
}

void TestSettings::cleansUpOnlyWhatIsOurs()
{
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    const auto battery = [&](const char *group, int instance, qint64 ageDays, const char *id) {
        const QString at = devices + QLatin1Char('/') + QLatin1String(group);
        given(at + QStringLiteral("/ClassAndVrmInstance"), QStringLiteral("'battery:%1'").arg(instance));
        if (id)
            given(at + QStringLiteral("/UniqueIdentifier"), QStringLiteral("'%1'").arg(QLatin1String(id)));
        if (ageDays >= 0)
            given(at + QStringLiteral("/LastSeen"), QString::number(now - ageDays * 86400));
    };
    battery("serialbattery_GONE", 1, 31, "gone");
    battery("serialbattery_ALIVE", 2, 29, "alive");
    battery("serialbattery_UNDATED", 3, -1, "undated");
    battery("serialbattery_ttyUSB0", 4, -1, nullptr);
    battery("serialbattery_ttyUSB1", 5, -1, nullptr);
    battery("ruuvi_1", 6, 400, "ruuvi");
    // Somebody publishes number 5.
    QDBusConnection other = QDBusConnection::connectToBus(m_bus->address(), QStringLiteral("other"));
    registerReaderTypes();
    ItemTree items;
    items.setInteger(items.add(QStringLiteral("/DeviceInstance"), ItemType::Integer), 5);
    QObject leaf;
    new LeafAdaptor(&leaf, items, other);
    other.registerObject(QStringLiteral("/DeviceInstance"), &leaf, QDBusConnection::ExportAdaptors);
    QVERIFY(other.registerService(QStringLiteral("com.victronenergy.battery.other")));

    const auto owner = open();
    other = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(QStringLiteral("other"));
    QSet<QString> groups;
    const GVariant tree = get(devices);
    for (auto it = tree.entries.begin(); it != tree.entries.end(); ++it)
        groups.insert(it.key().section(QLatin1Char('/'), 0, 0));
    const QSet<QString> expected = {QStringLiteral("serialbattery_JBD_0042"),
                                    QStringLiteral("serialbattery_ALIVE"),
                                    QStringLiteral("serialbattery_UNDATED"),
                                    QStringLiteral("serialbattery_ttyUSB1"), QStringLiteral("ruuvi_1")};
    QCOMPARE(groups, expected);
    QCOMPARE(owner->store()->stored().instance, 1); // free again
}

void TestSettings::keepsTheOthersAfterALongSleep()
{
    // A cabin in spring: whoever starts first must not throw the others out.
    const qint64 autumn = QDateTime::currentSecsSinceEpoch() - 150 * 86400;
    for (const char *id : {"JBD_0042", "OTHER"}) {
        const QString at = devices + QStringLiteral("/serialbattery_") + QLatin1String(id);
        given(at + QStringLiteral("/ClassAndVrmInstance"), QStringLiteral("'battery:1'"));
        given(at + QStringLiteral("/UniqueIdentifier"),
              QStringLiteral("'%1'").arg(QString::fromLatin1(id).toLower()));
        given(at + QStringLiteral("/LastSeen"), QString::number(autumn));
    }
    const auto owner = open();
    QCOMPARE(owner->store()->stored().instance, 1);
    QCOMPARE(get(devices + QStringLiteral("/serialbattery_OTHER/ClassAndVrmInstance")).scalar.toString(),
             QStringLiteral("battery:2"));
}

void TestSettings::renewsARemovedEntry()
{
    const auto owner = open();
    owner->store()->setCustomName(QStringLiteral("Barn"), [](int) {});
    QTRY_COMPARE(owner->store()->stored().customName, QStringLiteral("Barn"));
    QVERIFY(
        m_outsider
            ->call(settings, entry, QStringLiteral("com.victronenergy.Settings.RemoveSettings"),
                   {QStringLiteral("['ClassAndVrmInstance', 'UniqueIdentifier', 'CustomName', 'LastSeen', "
                                   "'AllowMaxVoltage', 'MaxVoltageStartTime', 'SocResetLastReached', "
                                   "'HistoryValues']")})
            .ok);
    QTRY_COMPARE(get(entry + QStringLiteral("/CustomName")).scalar.toString(), QStringLiteral("Barn"));
    QCOMPARE(get(entry + QStringLiteral("/ClassAndVrmInstance")).scalar.toString(),
             QStringLiteral("battery:1"));
}

void TestSettings::ignoresValuesOfNoUse()
{
    given(entry + QStringLiteral("/UniqueIdentifier"), QStringLiteral("'jbd_0042'"));
    given(entry + QStringLiteral("/HistoryValues"), QStringLiteral("'{\"charge_cycles\": '"));
    given(entry + QStringLiteral("/SocCalc"), QStringLiteral("'unknown'"));
    given(entry + QStringLiteral("/MaxVoltageStartTime"), QStringLiteral("'soon'"));
    given(entry + QStringLiteral("/AllowMaxVoltage"), QStringLiteral("-3"));
    given(entry + QStringLiteral("/ClassAndVrmInstance"), QStringLiteral("'tank:9'"));
    const auto owner = open();
    const StoredBattery &stored = owner->store()->stored();
    QTRY_COMPARE(stored.instance, 1); // what was there is of a class that this can't be
    QCOMPARE(stored.charge, ChargeMemory{});
}

void TestSettings::choosesTheFileWithoutASettingsService()
{
    {
        const auto owner = open(DeviceStores::Where::Auto);
        QVERIFY(qobject_cast<SettingsStore *>(owner->store()));
    }
    m_settings->kill();
    const auto owner = open(DeviceStores::Where::Auto);
    QVERIFY(qobject_cast<FileStore *>(owner->store()));
    QCOMPARE(owner->store()->stored().instance, 1);
}

void TestSettings::fileSurvivesARestartAndAKill()
{
    {
        const auto owner = open(DeviceStores::Where::File);
        owner->store()->offer(charging(61.2));
        owner->store()->setCustomName(QStringLiteral("Barn"), [](int code) { QCOMPARE(code, 0); });
        owner->store()->offer(charging(61.7));
    }
    {
        const auto owner = open(DeviceStores::Where::File);
        QCOMPARE(owner->store()->stored().customName, QStringLiteral("Barn"));
        QCOMPARE(owner->store()->stored().charge, charging(61.7));
        owner->stores.flush();
    }
    QVERIFY(QDir(m_folder->filePath(QStringLiteral("run"))).removeRecursively());
    const auto owner = open(DeviceStores::Where::File);
    QCOMPARE(owner->store()->stored().instance, 1);
    QCOMPARE(owner->store()->stored().charge, charging(61.7));
}

void TestSettings::fileSurvivesAFullDisk()
{
    {
        const auto owner = open(DeviceStores::Where::File);
        owner->store()->offer(charging(50));
        owner->stores.flush();
        {
            const FullDisk disk(10);
            QTest::ignoreMessage(QtWarningMsg,
                                 QRegularExpression(QStringLiteral("batteries.json: can't be written")));
            QTest::ignoreMessage(QtWarningMsg,
                                 QRegularExpression(QStringLiteral("run/.*: can't be written")));
            QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); // one line each, not one per try
            for (int percent = 49; percent > 40; --percent)
                owner->store()->offer(charging(percent));
            std::optional<int> reply;
            owner->store()->setCustomName(QStringLiteral("Barn"), [&](int code) { reply = code; });
            QCOMPARE(reply, std::optional<int>(2));
            owner->ask(QStringLiteral("new"));
            QTRY_VERIFY(owner->store(1));
            QCOMPARE(owner->store(1)->stored().instance, 2);
        }
        QCOMPARE(owner->store()->stored().charge, charging(41));
        // What is there is whole.
        const auto other = open(DeviceStores::Where::File);
        QCOMPARE(other->store()->stored().charge, charging(50));
        owner->store()->offer(charging(40)); // there is room again
    }
    const auto owner = open(DeviceStores::Where::File);
    QCOMPARE(owner->store()->stored().charge, charging(40));
    QCOMPARE(owner->store()->stored().instance, 1);
}

void TestSettings::fileIsSharedBetweenProcesses()
{
    Owner first(m_bus->address(), options(DeviceStores::Where::File));
    Owner second(m_bus->address(), options(DeviceStores::Where::File));
    first.ask(QStringLiteral("a"));
    QTRY_VERIFY(first.store());
    second.ask(QStringLiteral("b"));
    QTRY_VERIFY(second.store());
    QCOMPARE(second.store()->stored().instance, 2);
    first.store()->setCustomName(QStringLiteral("Bow"), [](int) {});
    second.store()->setCustomName(QStringLiteral("Stern"), [](int) {});
    first.store()->offer(charging(10));
    Owner third(m_bus->address(), options(DeviceStores::Where::File));
    third.ask(QStringLiteral("a"));
    third.ask(QStringLiteral("b"));
    QTRY_VERIFY(third.store(0) && third.store(1));
    QCOMPARE(third.store(0)->stored().customName, QStringLiteral("Bow"));
    QCOMPARE(third.store(0)->stored().charge, charging(10));
    QCOMPARE(third.store(1)->stored().customName, QStringLiteral("Stern"));
}

void TestSettings::brokenFileInRamIsIgnored_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("binary") << QByteArray("\0\xff\x7f\0{", 5);
    QTest::newRow("torn") << QByteArray("{\"time\": 99999999, \"countedSoc\"");
    QTest::newRow("no time") << QByteArray("{\"countedSoc\": 5}");
    QTest::newRow("no number") << QByteArray("{\"time\": \"now\", \"countedSoc\": 5}");
    QTest::newRow("list") << QByteArray("[1, 2]");
}

void TestSettings::brokenFileInRamIsIgnored()
{
    QFETCH(QByteArray, content);
    const QString name = VolatileMemory::fileName(m_folder->filePath(QStringLiteral("run")),
                                                  QStringLiteral("jbd_0042"), m_bus->address());
    QVERIFY(QDir().mkpath(m_folder->filePath(QStringLiteral("run"))));
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const auto owner = open();
    QCOMPARE(owner->store()->stored().charge, ChargeMemory{});
}

QTEST_GUILESS_MAIN(TestSettings)
#include "tst_settings.moc"
