// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/venus/outsider.h"
#include "tests/venus/privatebus.h"
#include "tests/venus/publishedbattery.h"
#include "tests/venus/settingsprocess.h"
#include "venus/devicestores.h"

#include <QCoreApplication>
#include <QTest>
#include <cstdio>

using namespace sb;
using namespace sbtest;

namespace {

const QString service = QStringLiteral("com.victronenergy.battery.ttyUSB0");
const QString systemName = QStringLiteral("com.victronenergy.system");

/// This program again, as the process of a service: one battery with limits, stored in the settings service.
int serve(const QString &address)
{
    PublishedBattery battery;
    battery.control = PublishedBattery::healthyLimits;
    battery.poll(PublishedBattery::reading());
    BusClient client(address);
    DeviceStores stores(&client, {DeviceStores::Where::Bus, {}, {}});
    std::unique_ptr<DeviceStore> kept;
    stores.open(battery.identity.uniqueId, {}, &client, [&](std::unique_ptr<DeviceStore> store) {
        kept = std::move(store);
        battery.identity.deviceInstance = kept->stored().instance;
        battery.identity.customName = kept->stored().customName;
        battery.commands.setCustomName = [&](const QString &name, const ItemTree::Reply &reply) {
            kept->setCustomName(name, reply);
        };
        if (!battery.start(address))
            QCoreApplication::exit(1);
        std::puts("ready");
        std::fflush(stdout);
    });
    return QCoreApplication::exec();
}

} // namespace

/// What the system makes of our batteries: selection, copied values, and the loss of a service.
class TestSystem : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void SYS_01_02_selectsMonitorAndBms();
    void SYS_03_to_12_copiesValues_data();
    void SYS_03_to_12_copiesValues();
    void SYS_13_listsBatteries();
    void followsEveryKindOfSignal_data();
    void followsEveryKindOfSignal();
    void followsTwoServicesOfOneProcess();
    void monitorOnlyIsNeverTheBms();
    void unknownInstanceIsNotThere();
    void insecureConnectionIsNoVoltageSense();
    void LOST_01_limitsStayWhenMeasurementsGo();
    void LOST_05_leavingWithdrawsTheBms();
    void LOST_07_killedServiceIsWithdrawnAndComesBackTheSame();
    void instanceChangeIsSeen();

private:
    GVariant get(const char *path)
    {
        return m_outsider->item(systemName, QLatin1String(path), QStringLiteral("GetValue")).value.inner();
    }
    [[nodiscard]] bool becomes(const char *path, const QVariant &value)
    {
        return QTest::qWaitFor([&] { return get(path).scalar == value; }, 15000);
    }
    void publish(const std::function<void(PublishedBattery &)> &change = {})
    {
        m_battery = std::make_unique<PublishedBattery>();
        m_battery->control = PublishedBattery::healthyLimits;
        if (change)
            change(*m_battery);
        m_battery->poll(PublishedBattery::reading());
        QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    }

    std::unique_ptr<PrivateBus> m_bus;
    std::unique_ptr<Outsider> m_outsider;
    std::unique_ptr<QProcess> m_calculator;
    std::unique_ptr<PublishedBattery> m_battery;
};

void TestSystem::init()
{
    m_bus = std::make_unique<PrivateBus>();
    QVERIFY(m_bus->start());
    m_outsider = std::make_unique<Outsider>(m_bus->address());
    m_calculator = std::make_unique<QProcess>();
    m_calculator->start(QStringLiteral(SB_SYSTEM_CALCULATOR), {m_bus->address()});
    QVERIFY(m_calculator->waitForReadyRead(10000));
}

void TestSystem::cleanup()
{
    m_battery.reset();
    m_calculator->kill();
    m_calculator->waitForFinished();
    m_bus.reset();
}

void TestSystem::SYS_01_02_selectsMonitorAndBms()
{
    QVERIFY(get("/ActiveBmsService").isInvalidItem());
    publish();
    QVERIFY(becomes("/Dc/Battery/BatteryService", service));
    QCOMPARE(get("/ActiveBmsService").scalar.toString(), service);
    QCOMPARE(get("/ActiveBatteryService").scalar.toString(), QStringLiteral("com.victronenergy.battery/3"));
}

void TestSystem::SYS_03_to_12_copiesValues_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QVariant>("value");
    const auto row = [](const char *id, const char *path, const QVariant &value) {
        QTest::newRow(id) << QByteArray(path) << value;
    };
    row("SYS-03 voltage", "/Dc/Battery/Voltage", 52.92);
    row("SYS-04 current", "/Dc/Battery/Current", -12.34);
    row("SYS-05 power", "/Dc/Battery/Power", -653.03);
    row("SYS-06 state of charge", "/Dc/Battery/Soc", 64.8);
    row("SYS-07 time to go", "/Dc/Battery/TimeToGo", 14400);
    row("SYS-08 temperature", "/Dc/Battery/Temperature", 21.8);
    row("SYS-09 capacity", "/Dc/Battery/Capacity", 280.0);
    row("SYS-10 consumed", "/Dc/Battery/ConsumedAmphours", -98.56);
    row("SYS-11 product", "/Dc/Battery/ProductId", 47735);
    row("SYS-12 charge voltage", "/Dc/Battery/ChargeVoltage", 55.2);
    row("charge current", "/Dvcc/ChargeCurrent", 50.0);
    row("discharge current", "/Dvcc/DischargeCurrent", 60.0);
    row("low voltage", "/Dvcc/BatteryLowVoltage", 46.4);
}

void TestSystem::SYS_03_to_12_copiesValues()
{
    QFETCH(QByteArray, path);
    QFETCH(QVariant, value);
    publish([](PublishedBattery &battery) {
        battery.control = [](BatteryValues &values) {
            PublishedBattery::healthyLimits(values);
            values.timeToGo = 14400;
        };
    });
    QVERIFY2(becomes(path.constData(), value), qPrintable(get(path.constData()).scalar.toString()));
}

void TestSystem::SYS_13_listsBatteries()
{
    publish();
    QVERIFY(becomes("/Dc/Battery/BatteryService", service));
    const QString list = get("/Batteries").scalar.toString();
    QVERIFY2(list.contains(service) && list.contains(QLatin1String("\"Shed\"")), qPrintable(list));
}

void TestSystem::followsEveryKindOfSignal_data()
{
    QTest::addColumn<bool>("perItem");
    QTest::newRow("ItemsChanged") << false;
    QTest::newRow("PropertiesChanged") << true;
}

void TestSystem::followsEveryKindOfSignal()
{
    QFETCH(bool, perItem);
    publish([&](PublishedBattery &battery) { battery.identity.changesPerItem = perItem; });
    QVERIFY(becomes("/Dc/Battery/Soc", 64.8));
    BatteryState state = PublishedBattery::reading();
    state.soc = 77;
    m_battery->poll(state);
    QVERIFY(becomes("/Dc/Battery/Soc", 77.0));
    m_battery->control = [](BatteryValues &values) {
        PublishedBattery::healthyLimits(values);
        values.chargeVoltage = 53.6;
    };
    m_battery->poll(state);
    QVERIFY(becomes("/Dc/Battery/ChargeVoltage", 53.6));
}

void TestSystem::followsTwoServicesOfOneProcess()
{
    publish();
    PublishedBattery second(QStringLiteral("ttyUSB1"));
    second.identity.deviceInstance = 2; // lower: this one is selected
    second.control = PublishedBattery::healthyLimits;
    second.poll(PublishedBattery::reading());
    QVERIFY2(second.start(m_bus->address()), qPrintable(second.error));
    QVERIFY(becomes("/ActiveBmsService", second.identity.serviceName));
    QCOMPARE(get("/Dvcc/Alarms/MultipleBatteries").scalar, QVariant(1));
    BatteryState state = PublishedBattery::reading();
    state.soc = 30;
    second.poll(state);
    QVERIFY(becomes("/Dc/Battery/Soc", 30.0));
    second.service->stop();
    QVERIFY(becomes("/ActiveBmsService", service));
    QVERIFY(becomes("/Dc/Battery/Soc", 64.8));
}

void TestSystem::monitorOnlyIsNeverTheBms()
{
    publish([](PublishedBattery &battery) { battery.identity.monitorOnly = true; });
    QVERIFY(becomes("/Dc/Battery/BatteryService", service));
    QVERIFY(get("/ActiveBmsService").isInvalidItem());
    QVERIFY(get("/Dc/Battery/ChargeVoltage").isInvalidItem());
    QCOMPARE(get("/Dc/Battery/Soc").scalar, QVariant(64.8));
    // Beside it a battery with limits, of a higher instance: that one rules.
    PublishedBattery bank(QStringLiteral("bank_house"));
    bank.identity.deviceInstance = 9;
    bank.control = PublishedBattery::healthyLimits;
    bank.poll(PublishedBattery::reading());
    QVERIFY2(bank.start(m_bus->address()), qPrintable(bank.error));
    QVERIFY(becomes("/ActiveBmsService", bank.identity.serviceName));
    QCOMPARE(get("/Dc/Battery/BatteryService").scalar.toString(), bank.identity.serviceName);
    QCOMPARE(get("/Dvcc/Alarms/MultipleBatteries").scalar, QVariant(0));
}

void TestSystem::unknownInstanceIsNotThere()
{
    // Our own services always have one; the stand-in is held to the rule all the same.
    publish();
    QVERIFY(becomes("/Dc/Battery/BatteryService", service));
    ItemTree &items = m_battery->service->items();
    items.setInteger(items.find(QStringLiteral("/DeviceInstance")), std::nullopt);
    BatteryState state = PublishedBattery::reading();
    state.soc = 50;
    m_battery->poll(state);
    QTRY_VERIFY(get("/Dc/Battery/BatteryService").isInvalidItem());
}

void TestSystem::insecureConnectionIsNoVoltageSense()
{
    publish();
    QVERIFY(becomes("/Dc/Battery/VoltageService", service));
    publish([](PublishedBattery &battery) { battery.identity.insecureConnection = true; });
    QTRY_VERIFY(get("/Dc/Battery/VoltageService").isInvalidItem());
    QVERIFY(becomes("/ActiveBmsService", service));
}

void TestSystem::LOST_01_limitsStayWhenMeasurementsGo()
{
    publish();
    QVERIFY(becomes("/Dc/Battery/Voltage", 52.92));
    m_battery->fail(1000);
    m_battery->fail(12000);
    QTRY_VERIFY(get("/Dc/Battery/Voltage").isInvalidItem());
    QCOMPARE(get("/ActiveBmsService").scalar.toString(), service);
    QCOMPARE(get("/Dvcc/ChargeCurrent").scalar, QVariant(50.0));
    QCOMPARE(get("/Dc/Battery/Soc").scalar, QVariant(64.8));
}

void TestSystem::LOST_05_leavingWithdrawsTheBms()
{
    publish();
    QVERIFY(becomes("/ActiveBmsService", service));
    BatteryState state = PublishedBattery::reading();
    state.cellVoltages[3] = 3.5; // outside the safe window
    m_battery->poll(state);
    m_battery->fail(1000);
    m_battery->fail(60000);
    // What DVCC sees for the last seconds.
    QVERIFY(becomes("/Dvcc/ChargeCurrent", 0.0));
    QVERIFY(becomes("/Dvcc/DischargeCurrent", 0.0));
    QCOMPARE(get("/ActiveBmsService").scalar.toString(), service);
    m_battery->service->stop();
    QTRY_VERIFY(get("/ActiveBmsService").isInvalidItem());
    QVERIFY(get("/Dvcc/ChargeCurrent").isInvalidItem());
}

void TestSystem::LOST_07_killedServiceIsWithdrawnAndComesBackTheSame()
{
    QTemporaryDir folder;
    SettingsProcess settings(QStringLiteral(SB_FAKE_SETTINGS));
    QVERIFY(settings.start(m_bus->address(), folder.filePath(QStringLiteral("settings.json"))));
    const auto start = [this](QProcess &process) {
        process.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--serve"), m_bus->address()});
        return process.waitForReadyRead(10000) && becomes("/ActiveBmsService", service);
    };
    QProcess first;
    QVERIFY(start(first));
    // Another number and a name, as a user chooses them.
    const QString entry = QStringLiteral("/Settings/Devices/serialbattery_JBD_0042");
    const auto number = m_outsider->item(QStringLiteral("com.victronenergy.settings"),
                                         entry + QStringLiteral("/ClassAndVrmInstance"),
                                         QStringLiteral("SetValue"), {QStringLiteral("<'battery:6'>")});
    QCOMPARE(number.value.scalar, QVariant(0));
    QCOMPARE(m_outsider
                 ->item(service, QStringLiteral("/CustomName"), QStringLiteral("SetValue"),
                        {QStringLiteral("<'Barn'>")})
                 .value.scalar,
             QVariant(0));
    first.kill();
    QVERIFY(first.waitForFinished(5000));
    QTRY_VERIFY(get("/ActiveBmsService").isInvalidItem());
    QVERIFY(get("/Dc/Battery/Soc").isInvalidItem());
    QProcess second;
    QVERIFY(start(second));
    QVERIFY(becomes("/ActiveBatteryService", QStringLiteral("com.victronenergy.battery/6")));
    QVERIFY(get("/Batteries").scalar.toString().contains(QLatin1String("\"Barn\"")));
    second.kill();
    second.waitForFinished(5000);
}

void TestSystem::instanceChangeIsSeen()
{
    publish();
    QVERIFY(becomes("/ActiveBatteryService", QStringLiteral("com.victronenergy.battery/3")));
    m_battery->service->stop();
    m_battery->service->setDeviceInstance(8);
    QVERIFY2(m_battery->start(m_bus->address()), qPrintable(m_battery->error));
    QVERIFY(becomes("/ActiveBatteryService", QStringLiteral("com.victronenergy.battery/8")));
}

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == QLatin1String("--serve"))
        return serve(arguments.value(2));
    TestSystem test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_system.moc"
