// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/venus/outsider.h"
#include "tests/venus/privatebus.h"
#include "tests/venus/publishedbattery.h"

#include <QDBusPendingCallWatcher>
#include <QDBusReply>
#include <QDBusServiceWatcher>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QTest>
#include <cmath>

using namespace sb;
using namespace sbtest;

namespace {

const QString service = QStringLiteral("com.victronenergy.battery.ttyUSB0");
const QString busService = QStringLiteral("org.freedesktop.DBus");
const QString busPath = QStringLiteral("/org/freedesktop/DBus");

QString path(const char *text) { return QString::fromLatin1(text); }

} // namespace

/// The checklist of Venus OS batteries, asked by a process that knows nothing of our code.
class TestBusConformance : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void BUS_01_ownsAName();
    void BUS_02_eachServiceHasAConnectionOfItsOwn();
    void BUS_03_nobodyCanTakeTheName();
    void BUS_03_aTakenNameIsRefusedAndFreeLater();
    void registersPathsBeforeTheName();
    void ITEM_01_02_getsAllItems();
    void ITEM_03_valueEqualsItems();
    void ITEM_04_textOfALeaf();
    void ITEM_05_06_valuesOfFolders();
    void ITEM_07_textsOfAFolder();
    void ITEM_08_09_invalidItems();
    void ITEM_10_11_12_errors();
    void ITEM_13_14_introspection();
    void ITEM_15_16_types();
    void PATH_01_to_07_identity();
    void PATH_08_to_19_values();
    void descriptionsAreEmpty();
    void noItemIsBothLeafAndFolder();
    void SIG_01_to_05_oneSignalPerPoll();
    void SIG_03_nothingWhenNothingChanged();
    void sendsPropertiesChangedOnWish();
    void SET_01_to_07_readOnly_data();
    void SET_01_to_07_readOnly();
    void SET_10_11_17_customName();
    void SET_10_refusedNameStaysAsItWas();
    void SET_12_13_16_socTarget();
    void SET_14_appliesTheSocTarget();
    void SET_14_refusedByTheBms();
    void SET_15_clearsHistory_data();
    void SET_15_clearsHistory();
    void SET_switchesTheBms();
    void SET_modeSwitchesBothFets();
    void SET_modeNeedsBothFets();
    void SET_silentBmsIsARefusalAfterFiveSeconds();
    void PATH_09_10_limitsAreNumbers();
    void PATH_22_25_historyAndCapabilities();
    void LOST_05_givenUpShowsNoLimits();
    void LOST_08_neverAVoltageWithoutCurrents();
    void monitorOnlyIsNoBms();
    void instanceChangesWithTheName();
    void LOST_09_answersWhileTheBmsHangs();
    void answersLateWithoutBlocking();
    void lateAnswersToADeadServiceGoNowhere();
    void ownInterface();
    void ownInterfaceWithoutCommands();
    void survivesTextsOfAnyKind();
    void losingTheBusIsToldWithinASecond();
    void losingTheNameIsTold();
    void stoppingReleasesTheName();

private:
    GVariant items()
    {
        const auto answer = m_outsider->item(service, path("/"), path("GetItems"));
        return answer.value;
    }

    /// SetValue from outside; the reply code, -1 for an error.
    int set(const char *leaf, const QString &value)
    {
        const auto answer = m_outsider->item(service, path(leaf), path("SetValue"), {value});
        return answer.ok ? answer.value.scalar.toInt() : -1;
    }
    GVariant get(const char *leaf)
    {
        return m_outsider->item(service, path(leaf), path("GetValue")).value.inner();
    }
    /// The battery again, after \a change of its identity or commands.
    void restartWith(const std::function<void(PublishedBattery &)> &change)
    {
        m_battery.reset();
        m_battery = std::make_unique<PublishedBattery>();
        change(*m_battery);
        m_battery->poll(PublishedBattery::reading());
        QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    }

    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<Outsider> m_outsider;
    std::unique_ptr<PublishedBattery> m_battery;
};

void TestBusConformance::init()
{
    m_battery.reset();
    m_bus = std::make_unique<PrivateBus>();
    QVERIFY(m_bus->start());
    m_outsider = std::make_unique<Outsider>(m_bus->address());
    m_battery = std::make_unique<PublishedBattery>();
    m_battery->poll(PublishedBattery::reading());
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
}

void TestBusConformance::BUS_01_ownsAName()
{
    const auto answer = m_outsider->call(busService, busPath, path("org.freedesktop.DBus.ListNames"));
    QVERIFY2(answer.ok, qPrintable(answer.error));
    QStringList batteries;
    for (const GVariant &name : answer.value.children) {
        if (name.scalar.toString().startsWith(QLatin1String("com.victronenergy.battery.")))
            batteries.append(name.scalar.toString());
    }
    QCOMPARE(batteries, QStringList{service});
}

void TestBusConformance::BUS_02_eachServiceHasAConnectionOfItsOwn()
{
    PublishedBattery second(QStringLiteral("ttyUSB1"));
    second.poll(PublishedBattery::reading());
    QVERIFY2(second.start(m_bus->address()), qPrintable(second.error));
    QSet<QString> owners;
    for (const QString &name : {service, second.identity.serviceName}) {
        const auto answer =
            m_outsider->call(busService, busPath, path("org.freedesktop.DBus.GetNameOwner"), {name});
        QVERIFY2(answer.ok, qPrintable(answer.error));
        owners.insert(answer.value.scalar.toString());
    }
    QCOMPARE(owners.size(), 2);
    // And each answers for itself.
    BatteryState other = PublishedBattery::reading();
    other.soc = 20;
    second.poll(other);
    QCOMPARE(m_outsider->item(service, path("/Soc"), path("GetText")).value.scalar.toString(), path("64.8"));
    QCOMPARE(
        m_outsider->item(second.identity.serviceName, path("/Soc"), path("GetText")).value.scalar.toString(),
        path("20.0"));
}

void TestBusConformance::BUS_03_nobodyCanTakeTheName()
{
    // Replace the owner, do not queue.
    const auto answer = m_outsider->call(busService, busPath, path("org.freedesktop.DBus.RequestName"),
                                         {service, QStringLiteral("6")});
    QVERIFY2(answer.ok, qPrintable(answer.error));
    QCOMPARE(answer.value.scalar.toInt(), 3);
}

void TestBusConformance::BUS_03_aTakenNameIsRefusedAndFreeLater()
{
    const QString taken = QStringLiteral("com.victronenergy.battery.ttyUSB7");
    const QString foreign = QStringLiteral("foreign");
    QDBusConnection owner = QDBusConnection::connectToBus(m_bus->address(), foreign);
    QVERIFY(owner.registerService(taken));
    PublishedBattery second(QStringLiteral("ttyUSB7"));
    second.poll(PublishedBattery::reading());
    QVERIFY(!second.start(m_bus->address()));
    QVERIFY2(second.error.contains(taken) && !second.error.contains(QLatin1Char('\n')),
             qPrintable(second.error));
    second.poll(PublishedBattery::reading()); // goes nowhere, harms nothing
    owner.unregisterService(taken);
    owner = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(foreign);
    QVERIFY2(second.start(m_bus->address()), qPrintable(second.error));
    QCOMPARE(m_outsider->item(taken, path("/Connected"), path("GetText")).value.scalar.toString(), path("1"));
}

void TestBusConformance::registersPathsBeforeTheName()
{
    // Whoever sees the name appear finds everything there, with values.
    m_battery->service->stop();
    const QString watcher = QStringLiteral("watcher");
    QDBusConnection bus = QDBusConnection::connectToBus(m_bus->address(), watcher);
    QDBusServiceWatcher appearance(service, bus, QDBusServiceWatcher::WatchForRegistration);
    std::optional<QDBusMessage> first;
    connect(&appearance, &QDBusServiceWatcher::serviceRegistered, this, [&] {
        const QDBusMessage call = QDBusMessage::createMethodCall(
            service, path("/"), path("com.victronenergy.BusItem"), path("GetItems"));
        auto *pending = new QDBusPendingCallWatcher(bus.asyncCall(call), &appearance);
        connect(pending, &QDBusPendingCallWatcher::finished, this,
                [&first, pending] { first = pending->reply(); });
    });
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    QTRY_VERIFY(first);
    registerReaderTypes();
    const QDBusReply<ItemsMap> reply = *first;
    QVERIFY2(reply.isValid(), qPrintable(reply.error().message()));
    QCOMPARE(reply.value().size(), m_battery->service->items().count());
    QCOMPARE(reply.value().value(path("/Dc/0/Voltage")).value(path("Value")), QVariant(52.92));
    bus = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(watcher);
}

void TestBusConformance::ITEM_01_02_getsAllItems()
{
    const GVariant all = items();
    QCOMPARE(all.type, path("{}"));
    QCOMPARE(all.entries.size(), m_battery->service->items().count());
    for (auto it = all.entries.begin(); it != all.entries.end(); ++it) {
        QVERIFY2(it.key().startsWith(QLatin1Char('/')), qPrintable(it.key()));
        QCOMPARE(it->entries.keys(), (QStringList{path("Text"), path("Value")}));
        for (const GVariant &property : it->entries)
            QCOMPARE(property.type, path("v"));
        QCOMPARE((*it)["Text"].type, path("s"));
    }
}

void TestBusConformance::ITEM_03_valueEqualsItems()
{
    const GVariant all = items();
    for (const char *leaf :
         {"/ProductId", "/DeviceInstance", "/Connected", "/Mgmt/Connection", "/ProductName",
          "/Info/MaxChargeVoltage", "/Dc/0/Voltage", "/Alarms/LowVoltage"}) {
        const auto answer = m_outsider->item(service, path(leaf), path("GetValue"));
        QVERIFY2(answer.ok, qPrintable(answer.error));
        QCOMPARE(answer.value.type, path("v"));
        QCOMPARE(answer.value.inner(), all[leaf]["Value"]);
    }
}

void TestBusConformance::ITEM_04_textOfALeaf()
{
    const auto answer = m_outsider->item(service, path("/Connected"), path("GetText"));
    QCOMPARE(answer.value.type, path("s"));
    QCOMPARE(answer.value.scalar.toString(), path("1"));
}

void TestBusConformance::ITEM_05_06_valuesOfFolders()
{
    const GVariant all = items();
    const auto root = m_outsider->item(service, path("/"), path("GetValue"));
    QCOMPARE(root.value.type, path("v"));
    QCOMPARE(root.value.inner().entries.size(), all.entries.size());
    const GVariant tree = root.value.inner();
    for (auto it = tree.entries.begin(); it != tree.entries.end(); ++it) {
        const QByteArray absolute = '/' + it.key().toUtf8();
        QCOMPARE(it->type, path("v"));
        QCOMPARE(it->inner(), all[absolute.constData()]["Value"]);
    }
    QCOMPARE(tree["Dc/0/Voltage"].scalar, QVariant(52.92));
    const auto folder = m_outsider->item(service, path("/Dc"), path("GetValue"));
    QCOMPARE(folder.value["0/Voltage"].scalar, QVariant(52.92));
    const auto inner = m_outsider->item(service, path("/Dc/0"), path("GetValue"));
    QCOMPARE(inner.value.inner().entries.keys(),
             (QStringList{path("Current"), path("MidVoltage"), path("MidVoltageDeviation"), path("Power"),
                          path("Temperature"), path("Voltage")}));
    QCOMPARE(inner.value["Voltage"].type, path("d"));
}

void TestBusConformance::ITEM_07_textsOfAFolder()
{
    const auto answer = m_outsider->item(service, path("/Dc/0"), path("GetText"));
    QCOMPARE(answer.value.type, path("v"));
    QCOMPARE(answer.value["Voltage"].type, path("s"));
    QCOMPARE(answer.value["Voltage"].scalar.toString(), path("52.92V"));
    const GVariant entries = answer.value.inner();
    QCOMPARE(entries.entries.value(path("Power")).type, path("s")); // strings, not variants
    const auto root = m_outsider->item(service, path("/"), path("GetText"));
    QCOMPARE(root.value["Alarms/StateOfHealth"].scalar.toString(), path("---"));
}

void TestBusConformance::ITEM_08_09_invalidItems()
{
    const GVariant all = items();
    int invalid = 0;
    for (const GVariant &entry : all.entries) {
        const GVariant value = entry["Value"];
        const bool unknown = entry["Text"].scalar.toString() == path("---");
        QCOMPARE(value.isInvalidItem(), unknown);
        invalid += unknown ? 1 : 0;
    }
    QVERIFY(invalid > 5);
    const auto answer = m_outsider->item(service, path("/Alarms/StateOfHealth"), path("GetValue"));
    QCOMPARE(answer.output, path("(<@ai []>,)"));
    QCOMPARE(
        m_outsider->item(service, path("/Alarms/StateOfHealth"), path("GetText")).value.scalar.toString(),
        path("---"));
}

void TestBusConformance::ITEM_10_11_12_errors()
{
    const QString unknownMethod = path("org.freedesktop.DBus.Error.UnknownMethod");
    QCOMPARE(m_outsider->item(service, path("/Does/Not/Exist"), path("GetValue")).error,
             path("org.freedesktop.DBus.Error.UnknownObject"));
    QCOMPARE(m_outsider->item(service, path("/Soc"), path("GetItems")).error, unknownMethod);
    QCOMPARE(m_outsider->item(service, path("/Soc"), path("GetMin")).error, unknownMethod);
    QCOMPARE(m_outsider->item(service, path("/Dc/0"), path("SetValue"), {path("<1>")}).error, unknownMethod);
    QCOMPARE(m_outsider->item(service, path("/"), path("SetValue"), {path("<1>")}).error, unknownMethod);
    QCOMPARE(m_outsider->item(service, path("/"), path("SetValues"), {path("<1>")}).error, unknownMethod);
}

void TestBusConformance::ITEM_13_14_introspection()
{
    const QString root = m_outsider->introspect(service, path("/"));
    for (const char *child : {"Dc", "Alarms", "Soc", "Mgmt", "System"})
        QVERIFY2(root.contains(QStringLiteral("<node name=\"%1\"").arg(QLatin1String(child))), child);
    QVERIFY(root.contains(QLatin1String("\"GetItems\"")));
    QVERIFY(root.contains(QLatin1String("a{sa{sv}}")));
    QVERIFY(root.contains(QLatin1String("\"org.serialbattery.Battery\"")));
    const QString folder = m_outsider->introspect(service, path("/Dc/0"));
    QVERIFY(folder.contains(QLatin1String("<node name=\"Voltage\"")));
    QVERIFY(folder.contains(QLatin1String("\"GetText\"")));
    QVERIFY(!folder.contains(QLatin1String("\"SetValue\"")));
    const QString leaf = m_outsider->introspect(service, path("/Soc"));
    QVERIFY(leaf.contains(QLatin1String("<interface name=\"com.victronenergy.BusItem\">")));
    for (const char *method : {"GetValue", "GetText", "SetValue"})
        QCOMPARE(leaf.count(QStringLiteral("<method name=\"%1\">").arg(QLatin1String(method))), 1);
}

void TestBusConformance::ITEM_15_16_types()
{
    static const QSet<QString> allowed = {path("i"), path("u"), path("x"), path("t"), path("y"),
                                          path("b"), path("d"), path("s"), path("ai")};
    const GVariant all = items();
    for (auto it = all.entries.begin(); it != all.entries.end(); ++it) {
        const GVariant value = (*it)["Value"];
        QVERIFY2(allowed.contains(value.type), qPrintable(it.key() + QLatin1Char(' ') + value.type));
        QVERIFY2(value.type != path("b"), qPrintable(it.key()));
        if (value.type == path("d"))
            QVERIFY2(std::isfinite(value.scalar.toDouble()), qPrintable(it.key()));
    }
}

void TestBusConformance::PATH_01_to_07_identity()
{
    const GVariant all = items();
    for (const char *leaf :
         {"/Mgmt/ProcessName", "/Mgmt/ProcessVersion", "/Mgmt/Connection", "/DeviceInstance", "/ProductId",
          "/ProductName", "/FirmwareVersion", "/HardwareVersion", "/Connected", "/CustomName", "/Serial"})
        QVERIFY2(all.entries.contains(path(leaf)), leaf);
    QCOMPARE(all["/DeviceInstance"]["Value"].type, path("i"));
    QVERIFY(all["/DeviceInstance"]["Value"].scalar.toInt() >= 0);
    QCOMPARE(all["/ProductId"]["Value"].scalar, QVariant(47735));
    QCOMPARE(all["/ProductId"]["Text"].scalar.toString(), path("0xBA77"));
    QVERIFY(all["/ProductName"]["Value"].scalar.toString().contains(QLatin1String("SerialBattery")));
    QCOMPARE(all["/Connected"]["Value"].scalar, QVariant(1));
    for (const char *leaf : {"/Mgmt/ProcessName", "/Mgmt/ProcessVersion", "/Mgmt/Connection", "/ProductName"})
        QVERIFY2(!all[leaf]["Value"].scalar.toString().isEmpty(), leaf);
    QCOMPARE(all["/CustomName"]["Value"].type, path("s"));
}

void TestBusConformance::PATH_08_to_19_values()
{
    const GVariant all = items();
    const auto type = [&](const char *leaf) { return all[leaf]["Value"].type; };
    const auto number = [&](const char *leaf) { return all[leaf]["Value"].scalar.toDouble(); };
    for (const char *leaf : {"/Dc/0/Voltage", "/Dc/0/Current", "/Dc/0/Power", "/Dc/0/Temperature", "/Soc",
                             "/Soh", "/Capacity", "/InstalledCapacity", "/ConsumedAmphours"})
        QVERIFY2(type(leaf) == path("d") || type(leaf) == path("ai"), leaf);
    for (const char *leaf : {"/System/NrOfModulesOnline", "/System/NrOfModulesOffline",
                             "/System/NrOfModulesBlockingCharge", "/System/NrOfModulesBlockingDischarge"})
        QCOMPARE(type(leaf), path("i"));
    for (const char *leaf : {"/Io/AllowToCharge", "/Io/AllowToDischarge"})
        QVERIFY2(type(leaf) == path("i") && (number(leaf) == 0 || number(leaf) == 1), leaf);
    int alarms = 0;
    for (auto it = all.entries.begin(); it != all.entries.end(); ++it) {
        if (!it.key().startsWith(QLatin1String("/Alarms/")))
            continue;
        ++alarms;
        const GVariant value = (*it)["Value"];
        QVERIFY2(value.isInvalidItem() || (value.type == path("i") && value.scalar.toInt() <= 2),
                 qPrintable(it.key()));
    }
    QCOMPARE(alarms, 17);
    const int cells = all["/System/NrOfCellsPerBattery"]["Value"].scalar.toInt();
    QCOMPARE(cells, 16);
    for (int cell = 1; cell <= cells; ++cell) {
        QVERIFY(all.entries.contains(QStringLiteral("/Voltages/Cell%1").arg(cell)));
        QVERIFY(all.entries.contains(QStringLiteral("/Balances/Cell%1").arg(cell)));
    }
    QVERIFY(!all.entries.contains(QStringLiteral("/Voltages/Cell%1").arg(cells + 1)));
    static const QRegularExpression cellId(path("^C[0-9]+$"));
    QVERIFY(cellId.match(all["/System/MinVoltageCellId"]["Value"].scalar.toString()).hasMatch());
    QVERIFY((QList<int>{0, 9, 10, 14}).contains(all["/State"]["Value"].scalar.toInt()));
    QVERIFY(type("/ErrorCode") == path("ai"));
    QVERIFY(number("/ConsumedAmphours") <= 0);
    QVERIFY(number("/Dc/0/Power") * number("/Dc/0/Current") >= 0);
}

void TestBusConformance::descriptionsAreEmpty()
{
    const auto answer =
        m_outsider->item(service, path("/Soc"), path("GetDescription"), {path("'en'"), path("100")});
    QVERIFY2(answer.ok, qPrintable(answer.error));
    QCOMPARE(answer.value.type, path("s"));
    QCOMPARE(answer.value.scalar.toString(), QString());
}

void TestBusConformance::noItemIsBothLeafAndFolder()
{
    const QStringList paths = m_battery->service->items().paths();
    for (const QString &leaf : paths) {
        for (const QString &other : paths)
            QVERIFY2(!other.startsWith(QString(leaf + QLatin1Char('/'))), qPrintable(leaf));
    }
    QCOMPARE(QSet<QString>(paths.begin(), paths.end()).size(), paths.size());
}

void TestBusConformance::SIG_01_to_05_oneSignalPerPoll()
{
    Listener listener;
    QVERIFY(listener.start(m_bus->address(), service));
    BatteryState state = PublishedBattery::reading();
    state.voltage = 53.1;
    state.soc = 65;
    state.cellVoltages[0] = 3.2;
    m_battery->poll(state);
    QCOMPARE(listener.heardAtLeast(1).size(), 1);
    state.soc = 66;
    m_battery->poll(state);
    const auto heard = listener.heardAtLeast(2);
    QCOMPARE(listener.heard().size(), 2);
    for (const auto &one : heard) {
        QCOMPARE(one.path, path("/"));
        QCOMPARE(one.member, path("ItemsChanged"));
        for (const GVariant &change : one.content.entries)
            QCOMPARE(change.entries.keys(), (QStringList{path("Text"), path("Value")}));
    }
    QCOMPARE(heard.at(0).content["/Dc/0/Voltage"]["Value"].scalar, QVariant(53.1));
    QCOMPARE(heard.at(0).content["/Dc/0/Voltage"]["Text"].scalar.toString(), path("53.10V"));
    QCOMPARE(heard.at(0).content["/System/MinVoltageCellId"]["Value"].scalar, QVariant()); // was C1 before
    QVERIFY(heard.at(0).content.entries.contains(path("/Voltages/Cell1")));
    QVERIFY(!heard.at(0).content.entries.contains(path("/Voltages/Cell2")));
    // Only what changed, and what is announced is what GetValue says.
    QCOMPARE(heard.at(1).content.entries.keys(), QStringList{path("/Soc")});
    QCOMPARE(m_outsider->item(service, path("/Soc"), path("GetValue")).value.inner(),
             heard.at(1).content["/Soc"]["Value"]);
}

void TestBusConformance::SIG_03_nothingWhenNothingChanged()
{
    Listener listener;
    QVERIFY(listener.start(m_bus->address(), service));
    BatteryState state = PublishedBattery::reading();
    for (int i = 0; i < 5; ++i)
        m_battery->poll(state);
    state.soc = 64.8004; // below what is shown
    state.cellVoltages[0] = 3.3051;
    m_battery->poll(state);
    QVERIFY(listener.heard().isEmpty());
    m_battery->poll(state);
    QVERIFY(listener.heard(100).isEmpty());
}

void TestBusConformance::sendsPropertiesChangedOnWish()
{
    m_battery.reset();
    m_battery = std::make_unique<PublishedBattery>();
    m_battery->identity.changesPerItem = true;
    m_battery->poll(PublishedBattery::reading());
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    Listener listener;
    QVERIFY(listener.start(m_bus->address(), service));
    BatteryState state = PublishedBattery::reading();
    state.soc = 65;
    state.alarms.raise(AlarmName::LowSoc, AlarmLevel::Warning);
    m_battery->poll(state);
    (void)listener.heardAtLeast(2);
    const auto heard = listener.heard();
    QCOMPARE(heard.size(), 2);
    QSet<QString> leaves;
    for (const auto &one : heard) {
        QCOMPARE(one.member, path("PropertiesChanged"));
        QCOMPARE(one.content.entries.keys(), (QStringList{path("Text"), path("Value")}));
        leaves.insert(one.path);
    }
    QCOMPARE(leaves, (QSet<QString>{path("/Soc"), path("/Alarms/LowSoc")}));
}

void TestBusConformance::SET_01_to_07_readOnly_data()
{
    QTest::addColumn<QByteArray>("leaf");
    QTest::addColumn<QString>("value");
    QTest::newRow("SET-01 Connected") << QByteArray("/Connected") << path("<0>");
    QTest::newRow("SET-02 DeviceInstance") << QByteArray("/DeviceInstance") << path("<5>");
    QTest::newRow("SET-03 ProductId") << QByteArray("/ProductId") << path("<1>");
    QTest::newRow("SET-04 Connection") << QByteArray("/Mgmt/Connection") << path("<'x'>");
    QTest::newRow("SET-05 ProductName") << QByteArray("/ProductName") << path("<'x'>");
    QTest::newRow("SET-06 Soc") << QByteArray("/Soc") << path("<12.5>");
    QTest::newRow("SET-07 MaxChargeCurrent") << QByteArray("/Info/MaxChargeCurrent") << path("<12.5>");
    QTest::newRow("DeviceState") << QByteArray("/DeviceState") << path("<4>");
    QTest::newRow("text on Soc") << QByteArray("/Soc") << path("<'abc'>");
    QTest::newRow("invalid on Soc") << QByteArray("/Soc") << path("<@ai []>");
}

void TestBusConformance::SET_01_to_07_readOnly()
{
    QFETCH(QByteArray, leaf);
    QFETCH(QString, value);
    const GVariant before = items();
    const auto answer = m_outsider->item(service, QString::fromLatin1(leaf), path("SetValue"), {value});
    QVERIFY2(answer.ok, qPrintable(answer.error));
    QCOMPARE(answer.value.type, path("i"));
    QCOMPARE(answer.value.scalar.toInt(), 1);
    QCOMPARE(items(), before);
}

void TestBusConformance::SET_10_11_17_customName()
{
    Listener listener;
    QVERIFY(listener.start(m_bus->address(), service));
    const auto set = [&](const QString &value) {
        const auto answer = m_outsider->item(service, path("/CustomName"), path("SetValue"), {value});
        return answer.ok ? answer.value.scalar.toInt() : -1;
    };
    const auto name = [&] {
        return m_outsider->item(service, path("/CustomName"), path("GetValue")).value.inner().scalar;
    };
    const QString omega = QStringLiteral(u"\u03A9 Test");
    QCOMPARE(set(QStringLiteral("<'%1'>").arg(omega)), 0);
    QCOMPARE(name(), QVariant(omega));
    QCOMPARE(m_battery->storedNames, QStringList{omega});
    auto heard = listener.heardAtLeast(1);
    QCOMPARE(heard.size(), 1);
    QCOMPARE(heard.at(0).content["/CustomName"]["Value"].scalar.toString(), omega);
    // The present value: accepted, nothing happens.
    QCOMPARE(set(QStringLiteral("<'%1'>").arg(omega)), 0);
    QCOMPARE(m_battery->storedNames.size(), 1);
    QCOMPARE(listener.heard().size(), 1);
    QCOMPARE(set(path("<''>")), 0);
    QCOMPARE(name(), QVariant(QString()));
    // Without a variant around it.
    const auto bare = m_outsider->setBare(service, path("/CustomName"), {path("string:Barn")});
    QVERIFY2(bare.ok, qPrintable(bare.error));
    QCOMPARE(bare.value.scalar.toInt(), 0);
    QCOMPARE(name(), QVariant(path("Barn")));
    // gui-v2 sends "invalid" as an empty array, with a variant and without.
    QCOMPARE(set(path("<@ai []>")), 0);
    QCOMPARE(name(), QVariant(QString()));
    QCOMPARE(set(path("<'x'>")), 0);
    QDBusMessage call = QDBusMessage::createMethodCall(service, path("/CustomName"),
                                                       path("com.victronenergy.BusItem"), path("SetValue"));
    call << QVariant::fromValue(QList<int>());
    const QString client = path("bare-array");
    QDBusConnection bus = QDBusConnection::connectToBus(m_bus->address(), client);
    QDBusPendingCallWatcher watcher(bus.asyncCall(call));
    QTRY_VERIFY(watcher.isFinished());
    QCOMPARE(watcher.reply().arguments().value(0), QVariant(0));
    QCOMPARE(name(), QVariant(QString()));
    bus = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(client);
    // What is no text is refused, and so are two values.
    QCOMPARE(set(path("<5>")), 1);
    QCOMPARE(set(path("<[1, 2]>")), 1);
    QCOMPARE(m_outsider->setBare(service, path("/CustomName"), {path("int32:5")}).value.scalar.toInt(), 1);
    QVERIFY(!m_outsider->setBare(service, path("/CustomName"), {path("string:a"), path("string:b")}).ok);
    QCOMPARE(name(), QVariant(QString()));
}

void TestBusConformance::SET_10_refusedNameStaysAsItWas()
{
    m_battery->storeWorks = false;
    const auto answer = m_outsider->item(service, path("/CustomName"), path("SetValue"), {path("<'Barn'>")});
    QCOMPARE(answer.value.scalar.toInt(), 2);
    QCOMPARE(m_outsider->item(service, path("/CustomName"), path("GetText")).value.scalar.toString(),
             path("Shed"));
}

void TestBusConformance::SET_12_13_16_socTarget()
{
    restartWith([](PublishedBattery &battery) { battery.identity.countsSoc = true; });
    QCOMPARE(get("/Settings/ResetSocTo").scalar, QVariant(100));
    QCOMPARE(get("/Settings/HasSettings").scalar, QVariant(1));
    QCOMPARE(set("/Settings/ResetSocTo", path("<'abc'>")), 1);
    QCOMPARE(set("/Settings/ResetSocTo", path("<@ai []>")), 1);
    QCOMPARE(set("/Settings/ResetSocTo", path("<12.5>")), 1);
    QCOMPARE(get("/Settings/ResetSocTo").scalar, QVariant(100));
    QCOMPARE(set("/Settings/ResetSocTo", path("<0>")), 0);
    QCOMPARE(get("/Settings/ResetSocTo").scalar, QVariant(0));
    QCOMPARE(set("/Settings/ResetSocTo", path("<100>")), 0);
    QCOMPARE(set("/Settings/ResetSocTo", path("<80>")), 0);
    QCOMPARE(set("/Settings/ResetSocTo", path("<101>")), 2);
    QCOMPARE(set("/Settings/ResetSocTo", path("<-1>")), 2);
    QCOMPARE(get("/Settings/ResetSocTo").scalar, QVariant(80));
    // Other types that hold a number, and decimal text.
    for (const char *given : {"<75.0>", "<int64 76>", "<byte 0x4d>", "<'78'>", "<uint16 79>"})
        QCOMPARE(set("/Settings/ResetSocTo", path(given)), 0);
    QCOMPARE(get("/Settings/ResetSocTo").type, path("i"));
    QCOMPARE(get("/Settings/ResetSocTo").scalar, QVariant(79));
    // Bare, as some clients send it.
    QCOMPARE(m_outsider->setBare(service, path("/Settings/ResetSocTo"), {path("double:50")}).value.scalar,
             QVariant(0));
    QCOMPARE(get("/Settings/ResetSocTo").scalar, QVariant(50));
    QCOMPARE(m_outsider->setBare(service, path("/Settings/ResetSocTo"), {path("boolean:true")}).value.scalar,
             QVariant(0));
    QCOMPARE(get("/Settings/ResetSocTo").scalar, QVariant(1));
}

void TestBusConformance::SET_14_appliesTheSocTarget()
{
    QList<double> applied;
    restartWith([&](PublishedBattery &battery) {
        battery.identity.controls = {Control::StateOfCharge};
        battery.commands.setSoc = [&](double soc, const ItemTree::Reply &reply) {
            applied.append(soc);
            reply(ItemAccepted);
        };
    });
    QCOMPARE(set("/Settings/ResetSocTo", path("<44>")), 0);
    Listener listener;
    QVERIFY(listener.start(m_bus->address(), service));
    for (int press = 1; press <= 2; ++press) {
        QCOMPARE(set("/Settings/ResetSocToApply", path("<1>")), 0);
        QCOMPARE(applied.size(), press);
        const auto heard = listener.heardAtLeast(2 * press);
        QCOMPARE(heard.size(), 2 * press);
        QCOMPARE(heard.at(2 * press - 2).content["/Settings/ResetSocToApply"]["Value"].scalar, QVariant(1));
        QCOMPARE(heard.at(2 * press - 1).content["/Settings/ResetSocToApply"]["Value"].scalar, QVariant(0));
        QCOMPARE(get("/Settings/ResetSocToApply").scalar, QVariant(0));
    }
    QCOMPARE(applied, (QList<double>{44, 44}));
    QCOMPARE(set("/Settings/ResetSocToApply", path("<0>")), 0);
    QCOMPARE(set("/Settings/ResetSocToApply", path("<2>")), 2);
    QCOMPARE(set("/Settings/ResetSocToApply", path("<'yes'>")), 1);
    QCOMPARE(applied.size(), 2);
}

void TestBusConformance::SET_14_refusedByTheBms()
{
    restartWith([](PublishedBattery &battery) {
        battery.identity.controls = {Control::StateOfCharge};
        battery.commands.setSoc = [](double, const ItemTree::Reply &reply) { reply(ItemRefused); };
    });
    Listener listener;
    QVERIFY(listener.start(m_bus->address(), service));
    QCOMPARE(set("/Settings/ResetSocToApply", path("<1>")), 2);
    QCOMPARE(get("/Settings/ResetSocToApply").scalar, QVariant(0));
    QVERIFY(listener.heard().isEmpty());
}

void TestBusConformance::SET_15_clearsHistory_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<int>("part");
    QTest::addColumn<int>("reply");
    for (int part = 1; part <= 7; ++part)
        QTest::addRow("part %d", part) << QStringLiteral("<%1>").arg(part) << part << 0;
    QTest::newRow("nothing pressed") << path("<0>") << 0 << 0;
    QTest::newRow("no such part") << path("<8>") << 0 << 2;
    QTest::newRow("negative") << path("<-1>") << 0 << 2;
    QTest::newRow("text") << path("<'all'>") << 0 << 1;
    QTest::newRow("fraction") << path("<1.5>") << 0 << 1;
}

void TestBusConformance::SET_15_clearsHistory()
{
    QFETCH(QString, value);
    QFETCH(int, part);
    QFETCH(int, reply);
    int cleared = 0;
    restartWith([&](PublishedBattery &battery) {
        battery.commands.clearHistory = [&](int given, const ItemTree::Reply &answer) {
            cleared = given;
            answer(ItemAccepted);
        };
    });
    Listener listener;
    QVERIFY(listener.start(m_bus->address(), service));
    QCOMPARE(set("/History/Clear", value), reply);
    QCOMPARE(cleared, part);
    if (part > 0) {
        const auto heard = listener.heardAtLeast(2);
        QCOMPARE(heard.at(0).content["/History/Clear"]["Value"].scalar, QVariant(part));
        QCOMPARE(heard.at(1).content["/History/Clear"]["Value"].scalar, QVariant(0));
    }
    QCOMPARE(get("/History/Clear").scalar, QVariant(0));
}

void TestBusConformance::SET_switchesTheBms()
{
    QStringList sent;
    int answer = ItemAccepted;
    restartWith([&](PublishedBattery &battery) {
        battery.identity.controls = {Control::Charge, Control::Balancing};
        battery.commands.command = [&](const QString &word, const QVariant &value,
                                       const ItemTree::Reply &reply) {
            sent.append(QString(word + QLatin1Char(' ') + value.toString()));
            reply(answer);
        };
    });
    QVERIFY(!items().entries.contains(path("/Settings/ForceDischargingOff")));
    QVERIFY(!items().entries.contains(path("/Settings/ResetSocTo")));
    QCOMPARE(get("/Settings/ForceChargingOff").scalar, QVariant(0));
    QCOMPARE(set("/Settings/ForceChargingOff", path("<1>")), 0);
    QCOMPARE(get("/Settings/ForceChargingOff").scalar, QVariant(1));
    QCOMPARE(set("/Settings/ForceChargingOff", path("<1>")), 0); // the present value: nothing to do
    QCOMPARE(set("/Settings/ForceChargingOff", path("<2>")), 2);
    QCOMPARE(set("/Settings/ForceChargingOff", path("<0>")), 0);
    QCOMPARE(set("/Settings/TurnBalancingOff", path("<1>")), 0);
    QCOMPARE(sent, (QStringList{path("charge off"), path("charge on"), path("balancing off")}));
    // A BMS that refuses: the old value stands.
    answer = ItemRefused;
    QCOMPARE(set("/Settings/ForceChargingOff", path("<1>")), 2);
    QCOMPARE(get("/Settings/ForceChargingOff").scalar, QVariant(0));
    // What the BMS itself says counts.
    m_battery->control = [](BatteryValues &values) { values.forceChargingOff = true; };
    m_battery->poll(PublishedBattery::reading());
    QCOMPARE(get("/Settings/ForceChargingOff").scalar, QVariant(1));
}

void TestBusConformance::SET_modeSwitchesBothFets()
{
    QStringList sent;
    QString refused;
    restartWith([&](PublishedBattery &battery) {
        battery.identity.controls = {Control::Charge, Control::Discharge};
        battery.commands.command = [&](const QString &word, const QVariant &value,
                                       const ItemTree::Reply &reply) {
            sent.append(QString(word + QLatin1Char(' ') + value.toString()));
            reply(word == refused ? ItemRefused : ItemAccepted);
        };
    });
    QCOMPARE(get("/Mode").scalar, QVariant(3));
    QCOMPARE(set("/Mode", path("<4>")), 2);
    QCOMPARE(set("/Mode", path("<252>")), 0);
    QCOMPARE(get("/Mode").scalar, QVariant(252));
    QCOMPARE(get("/Settings/ForceChargingOff").scalar, QVariant(1));
    QCOMPARE(set("/Mode", path("<3>")), 0);
    QCOMPARE(sent, (QStringList{path("charge off"), path("discharge off"), path("charge on"),
                                path("discharge on")}));
    sent.clear();
    refused = path("discharge");
    QCOMPARE(set("/Mode", path("<252>")), 2);
    QCOMPARE(get("/Mode").scalar, QVariant(3));
    // Half of it is taken back.
    QCOMPARE(sent, (QStringList{path("charge off"), path("discharge off"), path("charge on")}));
}

void TestBusConformance::SET_modeNeedsBothFets()
{
    QCOMPARE(set("/Mode", path("<252>")), 2);
    QCOMPARE(set("/Mode", path("<4>")), 2);
    QCOMPARE(set("/Mode", path("<3>")), 0); // it is on
    QCOMPARE(get("/Mode").scalar, QVariant(3));
}

void TestBusConformance::SET_silentBmsIsARefusalAfterFiveSeconds()
{
    ItemTree::Reply later;
    restartWith([&](PublishedBattery &battery) {
        battery.identity.controls = {Control::Charge};
        battery.commands.command = [&](const QString &, const QVariant &, const ItemTree::Reply &reply) {
            later = reply;
        };
    });
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(set("/Settings/ForceChargingOff", path("<1>")), 2);
    QVERIFY2(timer.elapsed() >= 4700 && timer.elapsed() < 7000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(get("/Settings/ForceChargingOff").scalar, QVariant(0));
    // It was done after all: the items tell the truth.
    later(ItemAccepted);
    QTRY_COMPARE(get("/Settings/ForceChargingOff").scalar, QVariant(1));
}

void TestBusConformance::PATH_09_10_limitsAreNumbers()
{
    m_battery->control = PublishedBattery::healthyLimits;
    m_battery->poll(PublishedBattery::reading());
    const GVariant all = items();
    const auto is = [&](const char *leaf, double value, const char *text) {
        QCOMPARE(all[leaf]["Value"].type, path("d"));
        QCOMPARE(all[leaf]["Value"].scalar.toDouble(), value);
        QCOMPARE(all[leaf]["Text"].scalar.toString(), path(text));
    };
    is("/Info/MaxChargeVoltage", 55.2, "55.20V");  // TXT-04
    is("/Info/MaxChargeCurrent", 50, "50.00A");    // TXT-05
    is("/Info/MaxDischargeCurrent", 60, "60.00A"); // TXT-06
    is("/Info/BatteryLowVoltage", 46.4, "46.4");
    is("/Info/MaxChargeCellVoltage", 3.45, "3.45V");
    QCOMPARE(all["/Info/ChargeMode"]["Value"].scalar.toString(), QStringLiteral(u"Bulk \u2502 Linear Mode"));
    QCOMPARE(all["/Info/DischargeLimitation"]["Value"].scalar.toString(), path("Temp, SoC"));
    // Nobody sets them from outside.
    for (const char *leaf : {"/Info/MaxChargeVoltage", "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent"})
        QCOMPARE(set(leaf, path("<1.0>")), 1);
    const auto json = m_outsider->call(service, path("/"), path("org.serialbattery.Battery.GetJson"));
    const QJsonObject limits = QJsonDocument::fromJson(json.value.scalar.toString().toUtf8())
                                   .object()
                                   .value(path("limits"))
                                   .toObject();
    QCOMPARE(limits.value(path("chargeVoltage")).toDouble(), 55.2);
    QCOMPARE(limits.value(path("dischargeLimitReason")).toString(), path("Temp, SoC"));
}

void TestBusConformance::PATH_22_25_historyAndCapabilities()
{
    m_battery->control = [](BatteryValues &values) {
        values.totalAhDrawn = 3360;
        values.deepestDischarge = -91;
        values.chargeCycles = 12.00008;
        values.timeSinceLastFullCharge = 125;
        values.dischargedEnergy = 171.2345;
    };
    m_battery->poll(PublishedBattery::reading());
    const GVariant all = items();
    QCOMPARE(all["/History/CanBeCleared"]["Value"].scalar, QVariant(1));
    QCOMPARE(all["/History/Clear"]["Value"].scalar, QVariant(0));
    QVERIFY(!all.entries.contains(path("/Capabilities/ChargeVoltageControl"))); // PATH-25
    QCOMPARE(all["/Settings/HasTemperature"]["Value"].scalar, QVariant(1));     // PATH-23
    QCOMPARE(all["/History/TotalAhDrawn"]["Value"].scalar, QVariant(-3360.0));  // PATH-21
    QCOMPARE(all["/History/DeepestDischarge"]["Value"].scalar, QVariant(-91.0));
    QCOMPARE(all["/History/ChargeCycles"]["Value"].scalar, QVariant(12));
    QCOMPARE(all["/History/DischargedEnergy"]["Value"].scalar, QVariant(171.23));
    QVERIFY(all["/History/ChargedEnergy"]["Value"].isInvalidItem());
    QCOMPARE(all["/History/TimeSinceLastFullCharge"]["Value"].scalar, QVariant(125));
}

void TestBusConformance::LOST_05_givenUpShowsNoLimits()
{
    m_battery->control = PublishedBattery::healthyLimits;
    BatteryState state = PublishedBattery::reading();
    state.cellVoltages[3] = 3.5; // outside the safe window
    m_battery->poll(state);
    m_battery->fail(1000);
    m_battery->fail(60000);
    const GVariant all = items();
    QCOMPARE(all["/Alarms/BmsCable"]["Value"].scalar, QVariant(2));
    QCOMPARE(all["/Info/MaxChargeCurrent"]["Value"].scalar, QVariant(0.0));
    QCOMPARE(all["/Info/MaxDischargeCurrent"]["Value"].scalar, QVariant(0.0));
    QCOMPARE(all["/Info/MaxChargeVoltage"]["Value"].type, path("d"));
    QCOMPARE(all["/Io/AllowToCharge"]["Value"].scalar, QVariant(0));
    QCOMPARE(all["/Io/AllowToDischarge"]["Value"].scalar, QVariant(0));
    QCOMPARE(all["/System/NrOfModulesBlockingCharge"]["Value"].scalar, QVariant(1));
    QCOMPARE(all["/Connected"]["Value"].scalar, QVariant(1));
}

void TestBusConformance::LOST_08_neverAVoltageWithoutCurrents()
{
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    const QList<Number> values = {std::nullopt, nothing, -5.0,
                                  0.0,          20.0,    std::numeric_limits<double>::infinity()};
    for (const Number &voltage : values) {
        for (const Number &charge : values) {
            m_battery->control = [&](BatteryValues &v) {
                v.chargeVoltage = voltage;
                v.chargeCurrent = charge;
                v.dischargeCurrent = charge;
            };
            m_battery->poll(PublishedBattery::reading());
            const ItemTree &tree = m_battery->service->items();
            const auto number = [&](const char *leaf) {
                const QVariant &value = tree.value(tree.find(path(leaf)));
                return value == invalidItem() ? Number() : Number(value.toDouble());
            };
            const bool bms = number("/Info/MaxChargeVoltage").has_value();
            QCOMPARE(bms, voltage && std::isfinite(*voltage));
            for (const char *leaf : {"/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent"}) {
                QCOMPARE(number(leaf).has_value(), bms);
                QVERIFY(number(leaf).value_or(0) >= 0 && number(leaf).value_or(0) <= 20);
            }
        }
    }
}

void TestBusConformance::monitorOnlyIsNoBms()
{
    restartWith([](PublishedBattery &battery) {
        battery.identity.monitorOnly = true;
        battery.control = PublishedBattery::healthyLimits;
    });
    for (const char *leaf : {"/Info/MaxChargeVoltage", "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent",
                             "/Info/BatteryLowVoltage"})
        QVERIFY2(get(leaf).isInvalidItem(), leaf);
    QCOMPARE(get("/Dc/0/Voltage").scalar, QVariant(52.92));
    QCOMPARE(get("/Io/AllowToCharge").scalar, QVariant(1));
    // Whoever sums packs up needs to know them.
    const auto json = m_outsider->call(service, path("/"), path("org.serialbattery.Battery.GetJson"));
    const QJsonObject object = QJsonDocument::fromJson(json.value.scalar.toString().toUtf8()).object();
    QCOMPARE(object.value(path("limits")).toObject().value(path("chargeCurrent")).toDouble(), 50.0);
}

void TestBusConformance::instanceChangesWithTheName()
{
    Listener listener;
    QVERIFY(listener.start(m_bus->address(), service));
    m_battery->service->stop();
    m_battery->service->setDeviceInstance(7);
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    QCOMPARE(get("/DeviceInstance").scalar, QVariant(7));
    QVERIFY(listener.heard().isEmpty()); // the name tells it, not a signal
    QCOMPARE(m_battery->nameLosses, 0);
    QCOMPARE(m_battery->busLosses, 0);
}

void TestBusConformance::LOST_09_answersWhileTheBmsHangs()
{
    // A read that hangs is a read that does not end: nothing is published, calls are answered from memory.
    QElapsedTimer timer;
    timer.start();
    const auto pending = QDBusMessage::createMethodCall(service, path("/"), path("com.victronenergy.BusItem"),
                                                        path("GetItems"));
    const QString client = path("impatient");
    QDBusConnection bus = QDBusConnection::connectToBus(m_bus->address(), client);
    QDBusPendingCallWatcher watcher(bus.asyncCall(pending));
    QTRY_VERIFY_WITH_TIMEOUT(watcher.isFinished(), 100);
    QCOMPARE(watcher.reply().type(), QDBusMessage::ReplyMessage);
    bus = QDBusConnection(QString());
    QDBusConnection::disconnectFromBus(client);
}

void TestBusConformance::answersLateWithoutBlocking()
{
    ItemTree::Reply later;
    QString word;
    QVariant given;
    m_battery.reset();
    m_battery = std::make_unique<PublishedBattery>();
    m_battery->commands.command = [&](const QString &name, const QVariant &value,
                                      const ItemTree::Reply &reply) {
        word = name;
        given = value;
        later = reply;
    };
    m_battery->poll(PublishedBattery::reading());
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    QProcess slow;
    slow.start(path("gdbus"), {path("call"), path("--address"), m_bus->address(), path("--dest"), service,
                               path("--object-path"), path("/"), path("--method"),
                               path("org.serialbattery.Battery.Command"), path("charge"), path("<'off'>")});
    QTRY_VERIFY_WITH_TIMEOUT(later, 10000);
    QCOMPARE(word, path("charge"));
    QCOMPARE(given, QVariant(path("off")));
    // Others are served meanwhile.
    QVERIFY(m_outsider->item(service, path("/Soc"), path("GetValue")).ok);
    QCOMPARE(slow.state(), QProcess::Running);
    later(ItemRefused);
    later(ItemAccepted); // the first answer counts
    QTRY_COMPARE_WITH_TIMEOUT(slow.state(), QProcess::NotRunning, 10000);
    QCOMPARE(QString::fromUtf8(slow.readAllStandardOutput()).trimmed(), path("(2,)"));
}

void TestBusConformance::lateAnswersToADeadServiceGoNowhere()
{
    ItemTree::Reply later;
    m_battery.reset();
    m_battery = std::make_unique<PublishedBattery>();
    m_battery->commands.command = [&](const QString &, const QVariant &, const ItemTree::Reply &reply) {
        later = reply;
    };
    m_battery->poll(PublishedBattery::reading());
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    QProcess caller;
    caller.start(path("gdbus"), {path("call"), path("--address"), m_bus->address(), path("--dest"), service,
                                 path("--object-path"), path("/"), path("--method"),
                                 path("org.serialbattery.Battery.Command"), path("charge"), path("<'off'>")});
    QTRY_VERIFY_WITH_TIMEOUT(later, 10000);
    m_battery.reset();
    later(ItemAccepted);
    // The caller is told by the daemon that nobody is there.
    QTRY_COMPARE_WITH_TIMEOUT(caller.state(), QProcess::NotRunning, 10000);
    QVERIFY(caller.exitCode() != 0);
}

void TestBusConformance::ownInterface()
{
    int minutes = 0;
    m_battery.reset();
    m_battery = std::make_unique<PublishedBattery>();
    m_battery->commands.pause = [&](int given) { minutes = given; };
    m_battery->poll(PublishedBattery::reading());
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    const auto json = m_outsider->call(service, path("/"), path("org.serialbattery.Battery.GetJson"));
    QVERIFY2(json.ok, qPrintable(json.error));
    const QJsonObject object = QJsonDocument::fromJson(json.value.scalar.toString().toUtf8()).object();
    QCOMPARE(object.value(path("service")).toString(), service);
    QCOMPARE(object.value(path("deviceInstance")).toInt(), 3);
    QCOMPARE(object.value(path("uniqueId")).toString(), path("JBD_0042"));
    QCOMPARE(object.value(path("voltage")).toDouble(), 52.92);
    QVERIFY(!json.value.scalar.toString().contains(QLatin1Char('\n')));
    const QString pause = path("org.serialbattery.Battery.Pause");
    QVERIFY(m_outsider->call(service, path("/"), pause, {path("15")}).ok);
    QCOMPARE(minutes, 15);
    QCOMPARE(m_outsider->call(service, path("/"), pause, {path("0")}).error,
             path("org.freedesktop.DBus.Error.InvalidArgs"));
    QCOMPARE(m_outsider->call(service, path("/"), pause, {path("4294967295")}).error,
             path("org.freedesktop.DBus.Error.InvalidArgs"));
    QCOMPARE(minutes, 15);
}

void TestBusConformance::ownInterfaceWithoutCommands()
{
    const auto answer = m_outsider->call(service, path("/"), path("org.serialbattery.Battery.Command"),
                                         {path("charge"), path("<'off'>")});
    QVERIFY2(answer.ok, qPrintable(answer.error));
    QCOMPARE(answer.value.scalar.toInt(), 2);
    QCOMPARE(m_outsider->call(service, path("/"), path("org.serialbattery.Battery.Pause"), {path("5")}).error,
             path("org.freedesktop.DBus.Error.NotSupported"));
}

void TestBusConformance::survivesTextsOfAnyKind()
{
    BatteryState state = PublishedBattery::reading();
    state.hardwareVersion = QString(QLatin1String("a\0b\x1b", 4)) + QChar(0xD800) + QChar(0xFFFF);
    state.deviceName = QString(5000, QChar(0xDC00));
    m_battery->poll(state);
    const auto answer = m_outsider->item(service, path("/HardwareVersion"), path("GetValue"));
    QCOMPARE(answer.value.inner().scalar.toString(), path("ab"));
    QCOMPARE(m_outsider->item(service, path("/DeviceName"), path("GetValue")).value.inner().scalar.toString(),
             QString());
    QCOMPARE(items().entries.size(), m_battery->service->items().count());
}

void TestBusConformance::losingTheBusIsToldWithinASecond()
{
    QCOMPARE(m_battery->busLosses, 0);
    QElapsedTimer timer;
    timer.start();
    m_bus->kill();
    QTRY_COMPARE_WITH_TIMEOUT(m_battery->busLosses, 1, 1000);
    QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    // What comes later finds no bus and does no harm.
    BatteryState state = PublishedBattery::reading();
    state.soc = 1;
    m_battery->poll(state);
    QVERIFY(!m_battery->start(m_bus->address()));
    QVERIFY(!m_battery->error.isEmpty() && !m_battery->error.contains(QLatin1Char('\n')));
}

void TestBusConformance::losingTheNameIsTold()
{
    QDBusConnection ours(service); // the service's own connection, by its name
    QVERIFY(ours.unregisterService(service));
    QTRY_COMPARE(m_battery->nameLosses, 1);
    QCOMPARE(m_battery->busLosses, 0);
    ours = QDBusConnection(QString());
    // A new start brings it back.
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    QVERIFY(m_outsider->item(service, path("/Soc"), path("GetValue")).ok);
}

void TestBusConformance::stoppingReleasesTheName()
{
    m_battery->service->stop();
    QCOMPARE(m_battery->nameLosses, 0);
    QCOMPARE(m_outsider->call(busService, busPath, path("org.freedesktop.DBus.NameHasOwner"), {service})
                 .value.scalar,
             QVariant(false));
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    QCOMPARE(items().entries.size(), m_battery->service->items().count());
    QCOMPARE(m_battery->nameLosses, 0);
    QCOMPARE(m_battery->busLosses, 0);
}

QTEST_GUILESS_MAIN(TestBusConformance)
#include "tst_busconformance.moc"
