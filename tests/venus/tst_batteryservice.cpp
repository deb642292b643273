// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/venus/publishedbattery.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <cmath>

using namespace sb;
using sbtest::PublishedBattery;

namespace {

QVariant value(const PublishedBattery &battery, const char *path)
{
    const int item = battery.service->items().find(QLatin1String(path));
    return item < 0 ? QVariant(QStringLiteral("no such path")) : battery.service->items().value(item);
}

QString text(const PublishedBattery &battery, const char *path)
{
    const int item = battery.service->items().find(QLatin1String(path));
    return item < 0 ? QStringLiteral("no such path") : battery.service->items().text(item);
}

bool isInvalid(const PublishedBattery &battery, const char *path)
{
    return value(battery, path) == invalidItem();
}

void prepare(PublishedBattery &battery, const BatteryState &state) { battery.prepare(state); }

} // namespace

/// What a model becomes on the bus, without a bus.
class TestBatteryService : public QObject
{
    Q_OBJECT
private slots:
    void TXT_formats_data();
    void TXT_formats();
    void publishesValues_data();
    void publishesValues();
    void PATH_15_sumAndDifferenceMatchTheCells();
    void PATH_16_namesTheFirstOfEqualCells();
    void PATH_17_publishesBalancersPerCell();
    void cellDataFormats_data();
    void cellDataFormats();
    void hidesACellThatIsNone();
    void sumNeedsEveryCell();
    void usesTheExtremesOfABmsWithoutCells();
    void takesTheMeanOfTheSensors();
    void clampsBrokenSensors();
    void namesSensorsAsConfigured();
    void PATH_20_21_consumedIsNeverPositive();
    void PATH_26_clampsPercent();
    void stateFollowsTheFets_data();
    void stateFollowsTheFets();
    void deviceStateHasAnOrder_data();
    void deviceStateHasAnOrder();
    void hidesNoiseAgainstAnOpenFet();
    void meanCurrentForgetsOldPolls();
    void PATH_13_publishesAlarms();
    void PATH_09_limitsStayInvalidWithoutChargeControl();
    void ITEM_16_noValueIsEverInfinite();
    void publishesControlValues_data();
    void publishesControlValues();
    void sinceFullChargeMovesInMinutes();
    void jsonHoldsEverythingButSettings();
    void configValuesHaveTheirTypes();
    void marksAnInsecureConnection();
    void staleWithdrawsNothing();
    void LOST_01_withdrawsMeasurements();
    void keepsFetsWhilePausedValuesExpire();
    void LOST_04_raisesTheCableAlarm();
    void LOST_05_raisesItFurtherWhenGivenUp();
    void LOST_06_comesBackAtOnce();
};

void TestBatteryService::TXT_formats_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *id, const char *path, const char *expected) {
        QTest::newRow(id) << QByteArray(path) << QString::fromUtf8(expected);
    };
    row("TXT-01 voltage", "/Dc/0/Voltage", "52.92V");
    row("TXT-02 current", "/Dc/0/Current", "-12.34A");
    row("TXT-03 power", "/Dc/0/Power", "-653W");
    row("TXT-07 capacity", "/Capacity", "181.44Ah");
    row("TXT-08 installed capacity", "/InstalledCapacity", "280Ah");
    row("TXT-09 consumed", "/ConsumedAmphours", "-99Ah");
    row("TXT-10 lowest cell", "/System/MinCellVoltage", "3.305V");
    row("TXT-11 highest cell", "/System/MaxCellVoltage", "3.320V");
    row("TXT-12 cell", "/Voltages/Cell1", "3.305V");
    row("TXT-13 sum", "/Voltages/Sum", "53.00V");
    row("TXT-14 difference", "/Voltages/Diff", "0.015V");
    row("TXT-15 mean current", "/CurrentAvg", "-12.34A");
    row("soc", "/Soc", "64.8");
    row("soh", "/Soh", "99.0");
    row("temperature", "/Dc/0/Temperature", "21.8");
    row("product id", "/ProductId", "0xBA77");
    row("connected", "/Connected", "1");
    row("unknown", "/Alarms/StateOfHealth", "---");
}

void TestBatteryService::TXT_formats()
{
    QFETCH(QByteArray, path);
    QFETCH(QString, expected);
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    QCOMPARE(text(battery, path.constData()), expected);
}

void TestBatteryService::publishesValues_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QVariant>("expected");
    const auto row = [](const char *path, const QVariant &expected) {
        QTest::newRow(path) << QByteArray(path) << expected;
    };
    row("/Mgmt/ProcessName", QStringLiteral("serialbattery"));
    row("/Mgmt/ProcessVersion", QStringLiteral("0.1.0"));
    row("/Mgmt/Connection", QStringLiteral("Serial /dev/ttyUSB0"));
    row("/DeviceInstance", 3);
    row("/ProductId", 47735);
    row("/ProductName", QStringLiteral("SerialBattery JBD_0042 @ ttyUSB0 (LLT/JBD)"));
    row("/CustomName", QStringLiteral("Shed"));
    row("/Serial", QStringLiteral("JBD_0042"));
    row("/Manufacturer", QStringLiteral("LLT/JBD"));
    row("/Family", QStringLiteral("JBD-SP16S020"));
    row("/FirmwareVersion", QStringLiteral("0.1.0"));
    row("/HardwareVersion", QStringLiteral("JBD-SP16S020"));
    row("/DeviceName", invalidItem());
    row("/Connected", 1);
    row("/ConnectionInformation", QStringLiteral("Connected"));
    row("/State", 9);
    row("/Mode", 3);
    row("/DeviceState", 0x100);
    row("/ErrorCode", invalidItem());
    row("/Dc/0/Voltage", 52.92);
    row("/Dc/0/Current", -12.34);
    row("/Dc/0/Power", -653.03);
    row("/Soc", 64.8);
    row("/Capacity", 181.44);
    row("/InstalledCapacity", 280.0);
    row("/ConsumedAmphours", -98.56);
    row("/CurrentAvg", -12.34);
    row("/Io/AllowToCharge", 1);
    row("/Io/AllowToDischarge", 1);
    row("/Io/AllowToBalance", 1);
    row("/Io/AllowToHeat", invalidItem());
    row("/Balancing", 1);
    row("/Heating", invalidItem());
    row("/Info/HeatingCurrent", invalidItem());
    row("/System/NrOfCellsPerBattery", 16);
    row("/System/NrOfModulesOnline", 1);
    row("/System/NrOfModulesOffline", 0);
    row("/System/NrOfModulesBlockingCharge", 0);
    row("/System/NrOfModulesBlockingDischarge", 0);
    row("/System/MinVoltageCellId", QStringLiteral("C1"));
    row("/System/MaxVoltageCellId", QStringLiteral("C10"));
    row("/System/MinCellTemperature", 21.5);
    row("/System/MaxCellTemperature", 22.1);
    row("/System/MinTemperatureCellId", QStringLiteral("Temp 1"));
    row("/System/MaxTemperatureCellId", QStringLiteral("Temp 2"));
    row("/System/MOSTemperature", 25.3);
    row("/System/Temperature1", 21.5);
    row("/System/Temperature3", invalidItem());
    row("/System/Temperature4", invalidItem());
    row("/System/Temperature4Name", QStringLiteral("Temp 4"));
    row("/Settings/HasTemperature", 1);
}

void TestBatteryService::publishesValues()
{
    QFETCH(QByteArray, path);
    QFETCH(QVariant, expected);
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    QCOMPARE(value(battery, path.constData()), expected);
    QCOMPARE(value(battery, path.constData()).metaType(), expected.metaType());
}

void TestBatteryService::PATH_15_sumAndDifferenceMatchTheCells()
{
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    double sum = 0;
    double lowest = 10;
    double highest = 0;
    for (int cell = 1; cell <= 16; ++cell) {
        const double volts =
            value(battery, qPrintable(QStringLiteral("/Voltages/Cell%1").arg(cell))).toDouble();
        QVERIFY(volts > 3);
        sum += volts;
        lowest = std::min(lowest, volts);
        highest = std::max(highest, volts);
    }
    QVERIFY(std::abs(value(battery, "/Voltages/Sum").toDouble() - sum) < 0.02);
    QVERIFY(std::abs(value(battery, "/Voltages/Diff").toDouble() - (highest - lowest)) < 0.002);
    QCOMPARE(value(battery, "/Voltages/Cell17"), QVariant(QStringLiteral("no such path")));
}

void TestBatteryService::PATH_16_namesTheFirstOfEqualCells()
{
    BatteryState state = PublishedBattery::reading();
    state.cellVoltages = {3.31, 3.30, 3.33, 3.30, 3.33};
    state.cellBalancing.assign(5, false);
    PublishedBattery battery;
    prepare(battery, state);
    QCOMPARE(text(battery, "/System/MinVoltageCellId"), QStringLiteral("C2"));
    QCOMPARE(text(battery, "/System/MaxVoltageCellId"), QStringLiteral("C3"));
}

void TestBatteryService::PATH_17_publishesBalancersPerCell()
{
    BatteryState state = PublishedBattery::reading();
    PublishedBattery battery;
    prepare(battery, state);
    QCOMPARE(value(battery, "/Balances/Cell4"), QVariant(0));
    QCOMPARE(value(battery, "/Balances/Cell5"), QVariant(1));
    state.cellBalancing.clear();
    PublishedBattery silent;
    prepare(silent, state);
    QVERIFY(isInvalid(silent, "/Balances/Cell5"));
}

void TestBatteryService::cellDataFormats_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<QByteArrayList>("there");
    QTest::addColumn<QByteArrayList>("absent");
    QTest::newRow("0") << 0 << QByteArrayList{"/System/MinCellVoltage"}
                       << QByteArrayList{"/Voltages/Cell1", "/Voltages/Sum", "/Balances/Cell1",
                                         "/Cell/1/Volts", "/Cell/Sum"};
    QTest::newRow("1") << 1
                       << QByteArrayList{"/Voltages/Cell16", "/Voltages/Sum", "/Voltages/Diff",
                                         "/Balances/Cell16"}
                       << QByteArrayList{"/Cell/1/Volts", "/Cell/Sum"};
    QTest::newRow("2") << 2 << QByteArrayList{"/Cell/16/Volts", "/Cell/Sum", "/Cell/Diff"}
                       << QByteArrayList{"/Voltages/Cell1", "/Voltages/Sum", "/Balances/Cell1"};
    QTest::newRow("3") << 3 << QByteArrayList{"/Cell/16/Volts", "/Cell/Sum", "/Balances/Cell16"}
                       << QByteArrayList{"/Voltages/Cell1", "/Voltages/Sum"};
}

void TestBatteryService::cellDataFormats()
{
    QFETCH(int, format);
    QFETCH(QByteArrayList, there);
    QFETCH(QByteArrayList, absent);
    PublishedBattery battery;
    battery.identity.cellDataFormat = format;
    prepare(battery, PublishedBattery::reading());
    for (const QByteArray &path : there)
        QVERIFY2(!isInvalid(battery, path.constData()) &&
                     battery.service->items().find(QLatin1String(path)) >= 0,
                 path.constData());
    for (const QByteArray &path : absent)
        QVERIFY2(battery.service->items().find(QLatin1String(path)) < 0, path.constData());
}

void TestBatteryService::hidesACellThatIsNone()
{
    BatteryState state = PublishedBattery::reading();
    state.cellVoltages[6] = 6.95; // twice 3.45 V is the limit
    PublishedBattery battery;
    prepare(battery, state);
    QVERIFY(isInvalid(battery, "/Voltages/Cell7"));
    QVERIFY(value(battery, "/System/MaxCellVoltage").toDouble() < 3.4);
    QVERIFY(isInvalid(battery, "/Voltages/Sum"));
}

void TestBatteryService::sumNeedsEveryCell()
{
    BatteryState state = PublishedBattery::reading();
    state.cellVoltages[6].reset();
    PublishedBattery battery;
    prepare(battery, state);
    QVERIFY(isInvalid(battery, "/Voltages/Cell7"));
    QVERIFY(isInvalid(battery, "/Voltages/Sum"));
    QVERIFY(!isInvalid(battery, "/System/MinCellVoltage"));
}

void TestBatteryService::usesTheExtremesOfABmsWithoutCells()
{
    BatteryState state = PublishedBattery::reading();
    state.cellVoltages.clear();
    state.cellBalancing.clear();
    state.minCellVoltage = 3.301;
    state.maxCellVoltage = 3.333;
    PublishedBattery battery;
    prepare(battery, state);
    QCOMPARE(text(battery, "/System/MinCellVoltage"), QStringLiteral("3.301V"));
    QCOMPARE(text(battery, "/System/MaxCellVoltage"), QStringLiteral("3.333V"));
    QVERIFY(isInvalid(battery, "/System/MinVoltageCellId"));
    QVERIFY(isInvalid(battery, "/Voltages/Sum"));
}

void TestBatteryService::takesTheMeanOfTheSensors()
{
    BatteryState state = PublishedBattery::reading();
    state.temperatures = {20.0, std::nullopt, 21.0, 25.0, 60.0}; // the fifth has no path
    PublishedBattery battery;
    prepare(battery, state);
    QCOMPARE(value(battery, "/Dc/0/Temperature"), QVariant(22.0));
    QCOMPARE(value(battery, "/System/MaxCellTemperature"), QVariant(25.0));
    QCOMPARE(text(battery, "/System/MaxTemperatureCellId"), QStringLiteral("Temp 4"));
    state.temperatures = {20.0, 20.0};
    PublishedBattery equal;
    prepare(equal, state);
    QCOMPARE(text(equal, "/System/MinTemperatureCellId"), QStringLiteral("Temp 1"));
    QCOMPARE(text(equal, "/System/MaxTemperatureCellId"), QStringLiteral("Temp 2"));
}

void TestBatteryService::clampsBrokenSensors()
{
    BatteryState state = PublishedBattery::reading();
    state.temperatures = {-40.0, 120.0};
    state.mosfetTemperature = 130;
    PublishedBattery battery;
    prepare(battery, state);
    QCOMPARE(value(battery, "/System/Temperature1"), QVariant(-20.0));
    QCOMPARE(value(battery, "/System/Temperature2"), QVariant(100.0));
    QCOMPARE(value(battery, "/System/MOSTemperature"), QVariant(100.0));
    QCOMPARE(value(battery, "/Dc/0/Temperature"), QVariant(40.0));
}

void TestBatteryService::namesSensorsAsConfigured()
{
    PublishedBattery battery;
    battery.identity.sensorNames = {QStringLiteral("Left"), QString(), QStringLiteral("Right")};
    prepare(battery, PublishedBattery::reading());
    QCOMPARE(text(battery, "/System/Temperature1Name"), QStringLiteral("Left"));
    QCOMPARE(text(battery, "/System/Temperature2Name"), QStringLiteral("Temp 2"));
    QCOMPARE(text(battery, "/System/Temperature3Name"), QStringLiteral("Right"));
    QCOMPARE(text(battery, "/System/MinTemperatureCellId"), QStringLiteral("Left"));
}

void TestBatteryService::PATH_20_21_consumedIsNeverPositive()
{
    BatteryState state = PublishedBattery::reading();
    state.remainingAh = 281.5; // more than it can hold: some boards count so
    PublishedBattery battery;
    prepare(battery, state);
    QCOMPARE(value(battery, "/ConsumedAmphours"), QVariant(-1.5));
    state.remainingAh.reset();
    PublishedBattery counting;
    prepare(counting, state);
    QCOMPARE(value(counting, "/Capacity"), QVariant(181.44));
}

void TestBatteryService::PATH_26_clampsPercent()
{
    BatteryState state = PublishedBattery::reading();
    state.soc = 100.4;
    state.soh = -1;
    PublishedBattery battery;
    prepare(battery, state);
    QCOMPARE(value(battery, "/Soc"), QVariant(100.0));
    QCOMPARE(value(battery, "/Soh"), QVariant(0.0));
}

void TestBatteryService::stateFollowsTheFets_data()
{
    QTest::addColumn<int>("charge"); // -1: the BMS does not say
    QTest::addColumn<int>("discharge");
    QTest::addColumn<int>("state");
    QTest::addColumn<int>("mode");
    QTest::addColumn<int>("deviceState");
    QTest::newRow("both") << 1 << 1 << 9 << 3 << 0x100;
    QTest::newRow("charge only") << 1 << 0 << 9 << 3 << 0x100;
    QTest::newRow("discharge only") << 0 << 1 << 9 << 3 << 0x100;
    QTest::newRow("neither") << 0 << 0 << 14 << 4 << 0x104;
    QTest::newRow("unknown does not block") << -1 << -1 << 9 << 3 << 0x100;
}

void TestBatteryService::stateFollowsTheFets()
{
    QFETCH(int, charge);
    QFETCH(int, discharge);
    QFETCH(int, state);
    QFETCH(int, mode);
    QFETCH(int, deviceState);
    BatteryState reading = PublishedBattery::reading();
    reading.chargeAllowed = charge < 0 ? Flag() : Flag(charge == 1);
    reading.dischargeAllowed = discharge < 0 ? Flag() : Flag(discharge == 1);
    PublishedBattery battery;
    prepare(battery, reading);
    QCOMPARE(value(battery, "/State"), QVariant(state));
    QCOMPARE(value(battery, "/Mode"), QVariant(mode));
    QCOMPARE(value(battery, "/DeviceState"), QVariant(deviceState));
    QCOMPARE(value(battery, "/Io/AllowToCharge"), QVariant(charge == 0 ? 0 : 1));
    QCOMPARE(value(battery, "/Io/AllowToDischarge"), QVariant(discharge == 0 ? 0 : 1));
    QCOMPARE(value(battery, "/System/NrOfModulesBlockingCharge"), QVariant(charge == 0 ? 1 : 0));
    QCOMPARE(value(battery, "/System/NrOfModulesBlockingDischarge"), QVariant(discharge == 0 ? 1 : 0));
}

void TestBatteryService::deviceStateHasAnOrder_data()
{
    using Raised = QList<QPair<AlarmName, AlarmLevel>>;
    QTest::addColumn<Raised>("raised");
    QTest::addColumn<bool>("open");
    QTest::addColumn<int>("state");
    QTest::newRow("over-temperature")
        << Raised{{AlarmName::HighTemperature, AlarmLevel::Alarm}} << false << 0x101;
    QTest::newRow("over-temperature while charging")
        << Raised{{AlarmName::HighChargeTemperature, AlarmLevel::Alarm}} << false << 0x101;
    QTest::newRow("temperature warning")
        << Raised{{AlarmName::HighTemperature, AlarmLevel::Warning}} << true << 0x102;
    QTest::newRow("fault") << Raised{{AlarmName::InternalFailure, AlarmLevel::Alarm},
                                     {AlarmName::HighTemperature, AlarmLevel::Alarm}}
                           << true << 0x103;
    QTest::newRow("tripped") << Raised{} << true << 0x104;
    QTest::newRow("under-voltage") << Raised{{AlarmName::LowVoltage, AlarmLevel::Alarm}} << true << 0x105;
}

void TestBatteryService::deviceStateHasAnOrder()
{
    using Raised = QList<QPair<AlarmName, AlarmLevel>>;
    QFETCH(Raised, raised);
    QFETCH(bool, open);
    QFETCH(int, state);
    BatteryState reading = PublishedBattery::reading();
    for (const auto &[name, level] : raised)
        reading.alarms.raise(name, level);
    if (open)
        reading.chargeAllowed = reading.dischargeAllowed = false;
    PublishedBattery battery;
    prepare(battery, reading);
    // Precedence 103, 101, 102, 105, 104, 100.
    QCOMPARE(value(battery, "/DeviceState"), QVariant(state));
}

void TestBatteryService::hidesNoiseAgainstAnOpenFet()
{
    BatteryState state = PublishedBattery::reading();
    state.dischargeAllowed = false;
    state.current = -1.2;
    PublishedBattery noise;
    prepare(noise, state);
    QCOMPARE(value(noise, "/Dc/0/Current"), QVariant(0.0));
    QCOMPARE(value(noise, "/Dc/0/Power"), QVariant(0.0));
    // More than noise: a FET that does not open must not stay hidden.
    state.current = -12.34;
    PublishedBattery real;
    prepare(real, state);
    QCOMPARE(value(real, "/Dc/0/Current"), QVariant(-12.34));
    state.dischargeAllowed = true;
    state.chargeAllowed = false;
    state.current = 0.8;
    PublishedBattery charging;
    prepare(charging, state);
    QCOMPARE(value(charging, "/Dc/0/Current"), QVariant(0.0));
}

void TestBatteryService::meanCurrentForgetsOldPolls()
{
    PublishedBattery battery;
    BatteryState state = PublishedBattery::reading();
    state.current = 100;
    prepare(battery, state);
    state.current = 0;
    battery.poll(state);
    QCOMPARE(value(battery, "/CurrentAvg"), QVariant(50.0));
    battery.service->publish(battery.values()); // no new poll, no new sample
    QCOMPARE(value(battery, "/CurrentAvg"), QVariant(50.0));
    for (int i = 0; i < 298; ++i)
        battery.poll(state);
    QCOMPARE(value(battery, "/CurrentAvg"), QVariant(0.33));
    battery.poll(state);
    QCOMPARE(value(battery, "/CurrentAvg"), QVariant(0.0));
}

void TestBatteryService::PATH_13_publishesAlarms()
{
    BatteryState state = PublishedBattery::reading();
    state.alarms.raise(AlarmName::LowCellVoltage, AlarmLevel::Alarm);
    state.alarms.raise(AlarmName::CellImbalance, AlarmLevel::Warning);
    PublishedBattery battery;
    prepare(battery, state);
    QCOMPARE(value(battery, "/Alarms/LowCellVoltage"), QVariant(2));
    QCOMPARE(value(battery, "/Alarms/CellImbalance"), QVariant(1));
    QCOMPARE(value(battery, "/Alarms/HighVoltage"), QVariant(0));
    QCOMPARE(value(battery, "/Alarms/BmsCable"), QVariant(0));
    QVERIFY(isInvalid(battery, "/Alarms/FuseBlown"));
    int count = 0;
    const QStringList paths = battery.service->items().paths();
    for (const QString &path : paths)
        count += path.startsWith(QLatin1String("/Alarms/")) ? 1 : 0;
    QCOMPARE(count, 17);
}

void TestBatteryService::PATH_09_limitsStayInvalidWithoutChargeControl()
{
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    for (const char *path : {"/Info/MaxChargeVoltage", "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent",
                             "/Info/BatteryLowVoltage"})
        QVERIFY2(isInvalid(battery, path), path);
}

void TestBatteryService::ITEM_16_noValueIsEverInfinite()
{
    constexpr double huge = std::numeric_limits<double>::max();
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {huge, -huge, nothing, std::numeric_limits<double>::infinity()}) {
        BatteryState state = PublishedBattery::reading();
        state.voltage = state.current = state.soc = state.soh = state.capacityAh = state.remainingAh = bad;
        state.mosfetTemperature = bad;
        state.cellVoltages.assign(4, bad);
        state.temperatures.assign(4, bad);
        PublishedBattery battery;
        prepare(battery, state);
        const ItemTree &items = battery.service->items();
        for (int item = 0; item < items.count(); ++item) {
            const QVariant &value = items.value(item);
            QVERIFY(value.isValid());
            if (value.metaType().id() == QMetaType::Double)
                QVERIFY2(std::isfinite(value.toDouble()), qPrintable(items.path(item)));
        }
    }
}

void TestBatteryService::publishesControlValues_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QVariant>("expected");
    QTest::addColumn<QString>("shown");
    const auto row = [](const char *path, const QVariant &expected, const char *shown) {
        QTest::newRow(path) << QByteArray(path) << expected << QString::fromLatin1(shown);
    };
    row("/Dc/0/MidVoltage", 26.46, "26.46V");
    row("/Dc/0/MidVoltageDeviation", 0.13, "0.1%");
    row("/SocBms", 63.5, "63.5");
    row("/CapacityBms", 177.8, "177.80Ah");
    row("/ConsumedAmphoursBms", -102.2, "-102Ah");
    row("/TimeToGo", 14400, "14400");
    row("/TimeToSoC/20", QStringLiteral("3600 [1h]"), "3600 [1h]");
    row("/TimeToSoC/90", invalidItem(), "---");
    row("/ErrorCode", 119, "119");
    row("/State", 10, "10");
    row("/Info/ChargeModeDebug", QString(), "");
    row("/Io/AllowToHeat", 0, "0");
    row("/Info/HeatingPower", 120.5, "120.5");
    row("/History/LastDischarge", -12.5, "-12.5");
    row("/History/AverageDischarge", -280.0, "-280.0");
    row("/History/FullDischarges", 3, "3");
    row("/History/MinimumCellVoltage", 2.987, "2.987");
    row("/History/MaximumTemperature", 41.3, "41.3");
    row("/History/AutomaticSyncs", invalidItem(), "---");
}

void TestBatteryService::publishesControlValues()
{
    QFETCH(QByteArray, path);
    QFETCH(QVariant, expected);
    QFETCH(QString, shown);
    PublishedBattery battery;
    battery.identity.timeToSocPoints = {20, 90};
    prepare(battery, PublishedBattery::reading());
    BatteryValues values = battery.values();
    values.midVoltage = 26.4603;
    values.midDeviation = 0.1253;
    values.socBms = 63.5;
    values.capacityBms = 177.8;
    values.consumedBms = 102.2;
    values.timeToGo = 14400;
    values.timeToSoc = {QStringLiteral("3600 [1h]"), std::nullopt};
    values.errorCode = 119;
    values.state = 10;
    values.chargeModeDebug = QString();
    values.allowToHeat = false;
    values.heatingPower = 120.5;
    values.lastDischarge = 12.5;
    values.averageDischarge = -280;
    values.fullDischarges = 3;
    values.minimumCellVoltage = 2.9871;
    values.maximumTemperature = 41.3;
    battery.service->publish(values);
    QCOMPARE(value(battery, path.constData()), expected);
    QCOMPARE(value(battery, path.constData()).metaType(), expected.metaType());
    QCOMPARE(text(battery, path.constData()), shown);
    values.timeToGo = 0;
    battery.service->publish(values);
    QVERIFY(isInvalid(battery, "/TimeToGo")); // PATH-20
}

void TestBatteryService::sinceFullChargeMovesInMinutes()
{
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    BatteryValues values = battery.values();
    const auto shown = [&](Count seconds) {
        values.timeSinceLastFullCharge = seconds;
        battery.service->publish(values);
        return value(battery, "/History/TimeSinceLastFullCharge");
    };
    QCOMPARE(shown(30), QVariant(30));
    QCOMPARE(shown(89), QVariant(30));
    QCOMPARE(shown(90), QVariant(90));
    QCOMPARE(shown(0), QVariant(0)); // full again
    QCOMPARE(shown(std::nullopt), invalidItem());
}

void TestBatteryService::jsonHoldsEverythingButSettings()
{
    PublishedBattery battery;
    battery.identity.publishJson = true;
    battery.identity.countsSoc = true;
    prepare(battery, PublishedBattery::reading());
    const QJsonObject json =
        QJsonDocument::fromJson(value(battery, "/JsonData").toString().toUtf8()).object();
    const auto dc = json.value(QLatin1String("Dc")).toObject().value(QLatin1String("0")).toObject();
    QCOMPARE(dc.value(QLatin1String("Voltage")).toDouble(), 52.92);
    QVERIFY(dc.value(QLatin1String("MidVoltage")).isNull());
    QCOMPARE(json.value(QLatin1String("Soc")).toDouble(), 64.8);
    QVERIFY(!json.contains(QLatin1String("Settings")) && !json.contains(QLatin1String("JsonData")));
    QCOMPARE(json.value(QLatin1String("Voltages")).toObject().size(), 18);
    PublishedBattery silent;
    prepare(silent, PublishedBattery::reading());
    QVERIFY(isInvalid(silent, "/JsonData"));
}

void TestBatteryService::configValuesHaveTheirTypes()
{
    PublishedBattery battery;
    battery.identity.config = {{QStringLiteral("LINEAR_LIMITATION_ENABLE"), true},
                               {QStringLiteral("MAX_CELL_VOLTAGE"), 3.45},
                               {QStringLiteral("SOC_RESET_AFTER_DAYS"), 30},
                               {QStringLiteral("BMS_TYPE"), QStringLiteral("LltJbd")}};
    prepare(battery, PublishedBattery::reading());
    QCOMPARE(value(battery, "/Info/Config/LINEAR_LIMITATION_ENABLE"), QVariant(1));
    QCOMPARE(value(battery, "/Info/Config/MAX_CELL_VOLTAGE"), QVariant(3.45));
    QCOMPARE(value(battery, "/Info/Config/SOC_RESET_AFTER_DAYS"), QVariant(30));
    QCOMPARE(value(battery, "/Info/Config/BMS_TYPE"), QVariant(QStringLiteral("LltJbd")));
}

void TestBatteryService::marksAnInsecureConnection()
{
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    QVERIFY(battery.service->items().find(QStringLiteral("/Mgmt/InsecureConnection")) < 0);
    PublishedBattery wireless;
    wireless.identity.insecureConnection = true;
    prepare(wireless, PublishedBattery::reading());
    QCOMPARE(value(wireless, "/Mgmt/InsecureConnection"), QVariant(1));
}

void TestBatteryService::staleWithdrawsNothing()
{
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    battery.fail(1000);
    battery.fail(8900);
    QCOMPARE(value(battery, "/Dc/0/Voltage"), QVariant(52.92));
    QCOMPARE(value(battery, "/System/NrOfModulesOnline"), QVariant(1));
    QCOMPARE(text(battery, "/ConnectionInformation"),
             QStringLiteral("Lost for: 8s | Disconnect in: 29m 52s | Threshold: 30m"));
}

void TestBatteryService::LOST_01_withdrawsMeasurements()
{
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    battery.fail(1000);
    battery.fail(10000);
    for (const char *path :
         {"/Dc/0/Voltage", "/Dc/0/Current", "/Dc/0/Power", "/Dc/0/Temperature", "/CurrentAvg",
          "/Voltages/Cell1", "/Voltages/Cell16", "/Voltages/Sum", "/Voltages/Diff", "/Balances/Cell5",
          "/Balancing", "/System/MinCellVoltage", "/System/MaxCellVoltage", "/System/MinVoltageCellId",
          "/System/MaxVoltageCellId", "/System/MinCellTemperature", "/System/MaxTemperatureCellId",
          "/System/Temperature1", "/System/MOSTemperature"})
        QVERIFY2(isInvalid(battery, path), path);
    QCOMPARE(value(battery, "/Soc"), QVariant(64.8));
    QCOMPARE(value(battery, "/Capacity"), QVariant(181.44));
    QCOMPARE(value(battery, "/ConsumedAmphours"), QVariant(-98.56));
    QCOMPARE(value(battery, "/System/NrOfModulesOnline"), QVariant(0));
    QCOMPARE(value(battery, "/System/NrOfModulesOffline"), QVariant(1));
    QCOMPARE(value(battery, "/Connected"), QVariant(1));
    QCOMPARE(value(battery, "/Io/AllowToCharge"), QVariant(1));
    QCOMPARE(value(battery, "/Alarms/LowVoltage"), QVariant(0));
    QCOMPARE(value(battery, "/Alarms/BmsCable"), QVariant(0));
    QCOMPARE(text(battery, "/ConnectionInformation"),
             QStringLiteral("Lost for: 10s | Disconnect in: 29m 50s | Threshold: 30m"));
}

void TestBatteryService::keepsFetsWhilePausedValuesExpire()
{
    PublishedBattery battery;
    BatteryState state = PublishedBattery::reading();
    state.chargeAllowed = false;
    state.alarms.raise(AlarmName::HighVoltage, AlarmLevel::Alarm);
    prepare(battery, state);
    battery.fail(1000);
    battery.fail(30000);
    battery.show(Condition::Paused);
    QVERIFY(isInvalid(battery, "/Dc/0/Voltage"));
    // Not heard is not allowed.
    QCOMPARE(value(battery, "/Io/AllowToCharge"), QVariant(0));
    QCOMPARE(value(battery, "/Alarms/HighVoltage"), QVariant(2));
}

void TestBatteryService::LOST_04_raisesTheCableAlarm()
{
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    battery.fail(1000);
    battery.fail(60000);
    QCOMPARE(value(battery, "/Alarms/BmsCable"), QVariant(0));
    battery.fail(1000);
    QCOMPARE(value(battery, "/Alarms/BmsCable"), QVariant(1));
    QCOMPARE(value(battery, "/Io/AllowToCharge"), QVariant(1));
}

void TestBatteryService::LOST_05_raisesItFurtherWhenGivenUp()
{
    BatteryState state = PublishedBattery::reading();
    state.cellVoltages[3] = 3.5; // outside the safe window
    PublishedBattery battery;
    prepare(battery, state);
    battery.fail(1000);
    battery.fail(60000);
    QCOMPARE(value(battery, "/Alarms/BmsCable"), QVariant(2));
    QCOMPARE(value(battery, "/Io/AllowToCharge"), QVariant(0));
    QCOMPARE(value(battery, "/Io/AllowToDischarge"), QVariant(0));
    QCOMPARE(value(battery, "/State"), QVariant(14));
    QCOMPARE(value(battery, "/Connected"), QVariant(1));
    QVERIFY(!battery.decided->connection().mustWithdraw(battery.now));
    QVERIFY(battery.decided->connection().mustWithdraw(battery.now + 7000));
}

void TestBatteryService::LOST_06_comesBackAtOnce()
{
    PublishedBattery battery;
    prepare(battery, PublishedBattery::reading());
    battery.fail(1000);
    battery.fail(65000);
    QVERIFY(isInvalid(battery, "/Dc/0/Voltage"));
    battery.poll(PublishedBattery::reading());
    QCOMPARE(value(battery, "/Dc/0/Voltage"), QVariant(52.92));
    QCOMPARE(value(battery, "/System/NrOfModulesOnline"), QVariant(1));
    QCOMPARE(value(battery, "/Alarms/BmsCable"), QVariant(1));
    QCOMPARE(text(battery, "/ConnectionInformation"),
             QStringLiteral("Connected (2 errors in the last 1m 6s)"));
    for (int i = 0; i < 61; ++i)
        battery.poll(PublishedBattery::reading());
    QCOMPARE(value(battery, "/Alarms/BmsCable"), QVariant(0));
    QCOMPARE(text(battery, "/ConnectionInformation"), QStringLiteral("Connected"));
}

QTEST_GUILESS_MAIN(TestBatteryService)
#include "tst_batteryservice.moc"
