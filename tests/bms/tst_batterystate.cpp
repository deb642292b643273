// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/batterystate.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>
#include <limits>

using namespace sb;

namespace {

QJsonObject jsonOf(const BatteryState &state)
{
    QJsonObject object;
    writeJson(state, object);
    return object;
}

/// Every field of the list with some value.
BatteryState fullState()
{
    BatteryState state;
    visitFields(
        [](Field, auto &value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, Text>)
                value = QStringLiteral("x");
            else if constexpr (std::is_same_v<T, Number> || std::is_same_v<T, Count>)
                value = 7;
            else if constexpr (std::is_same_v<T, Flag>)
                value = true;
            else if constexpr (std::is_same_v<T, Date>)
                value = QDate(2018, 4, 17);
            else if constexpr (std::is_same_v<T, Numbers>)
                value = {1.0, 2.0};
            else if constexpr (std::is_same_v<T, Flags>)
                value = {true, false};
            else if constexpr (std::is_same_v<T, QStringList>)
                value = QStringList{QStringLiteral("a")};
            else if constexpr (std::is_same_v<T, AlarmSet>)
                value.raise(AlarmName::LowSoc, AlarmLevel::Warning);
            else if constexpr (std::is_same_v<T, EventCounters>)
                value[0] = 1;
            else
                value.set(0);
        },
        state);
    return state;
}

} // namespace

class tst_batterystate : public QObject
{
    Q_OBJECT

private slots:
    void knowsNothingAtFirst();
    void hasEveryFieldOfTheJsonList();
    void describesEachFieldOnce();
    void visitsEachFieldInOrderAcrossStates();
    void forgetsAllButKeepsMemory();
    void writesOnlyWhatIsKnown();
    void writesEveryKnownField();
    void roundsToWhatTheUnitCanMean_data();
    void roundsToWhatTheUnitCanMean();
    void printsEqualReadingsAsEqualText();
    void writesMissingElementsAsNull();
    void writesNoNumberThatIsNone_data();
    void writesNoNumberThatIsNone();
    void writesRaisedAlarmsOnly();
    void writesCountersAndNotices();
    void derivesWhatFollows();
    void neverOverridesWhatTheBmsSaid();
    void derivesNothingFromHalf();
    void derivesTwiceWhatItDerivedOnce();
    void findsTheExtremeCells();
    void findsNoExtremesWithoutCells();
    void namesAlarmsAsVenusDoes();
    void raisesAlarmsNeverDown();
    void mergesPartialAlarms();
};

void tst_batterystate::knowsNothingAtFirst()
{
    const BatteryState state;
    QVERIFY(knownFields(state).none());
    QVERIFY(jsonOf(state).isEmpty());
    QVERIFY(state == BatteryState());
}

void tst_batterystate::hasEveryFieldOfTheJsonList()
{
    // The part of the JSON contract that is the battery's own; the rest belongs to link, limits and service.
    const char *keys[] = {
        "productName",
        "manufacturer",
        "uniqueId",
        "serialNumber",
        "hardwareVersion",
        "firmwareVersion",
        "productionDate",
        "voltage",
        "current",
        "power",
        "soc",
        "soh",
        "capacityAh",
        "remainingAh",
        "cycles",
        "cellCount",
        "cellVoltages",
        "cellBalancing",
        "cellResistances",
        "minCellVoltage",
        "maxCellVoltage",
        "temperatures",
        "temperatureNames",
        "mosfetTemperature",
        "minCellTemperature",
        "maxCellTemperature",
        "chargeAllowed",
        "dischargeAllowed",
        "balancing",
        "balanceCurrent",
        "heating",
        "maxChargeCurrent",
        "maxDischargeCurrent",
        "maxVoltage",
        "minVoltage",
        "problemCode",
        "alarms",
    };
    const QJsonObject object = jsonOf(fullState());
    for (const char *key : keys)
        QVERIFY2(object.contains(QLatin1String(key)), key);
}

void tst_batterystate::describesEachFieldOnce()
{
    QSet<QString> keys;
    for (int i = 0; i < fieldCount; ++i) {
        const FieldInfo &info = fieldInfo(static_cast<Field>(i));
        QVERIFY(info.key.size() > 0);
        QVERIFY2(info.meaning.size() > 0, info.key.data());
        keys.insert(info.key);
    }
    QCOMPARE(keys.size(), fieldCount);
    QCOMPARE(fieldInfo(Field::voltage).key, QLatin1String("voltage"));
    QCOMPARE(fieldInfo(Field::voltage).unit, QLatin1String("V"));
    QCOMPARE(fieldInfo(Field::notices).key, QLatin1String("notices"));
    QVERIFY(fieldInfo(Field::voltage).kind == FieldKind::Measurement);
    QVERIFY(fieldInfo(Field::soc).kind == FieldKind::Slow);
    QVERIFY(fieldInfo(Field::serialNumber).kind == FieldKind::Identity);
    // Permission to charge must never outlive the link.
    QVERIFY(fieldInfo(Field::chargeAllowed).kind == FieldKind::Measurement);
    QVERIFY(fieldInfo(Field::dischargeAllowed).kind == FieldKind::Measurement);
    QVERIFY(fieldInfo(Field::alarms).kind == FieldKind::Measurement);
}

void tst_batterystate::visitsEachFieldInOrderAcrossStates()
{
    BatteryState one = fullState();
    const BatteryState two;
    int next = 0;
    visitFields(
        [&](Field field, auto &a, const auto &b) {
            QCOMPARE(static_cast<int>(field), next++);
            QVERIFY(isKnown(a));
            QVERIFY(!isKnown(b));
            a = b;
        },
        one, two);
    QCOMPARE(next, fieldCount);
    QVERIFY(one == two);
}

void tst_batterystate::forgetsAllButKeepsMemory()
{
    BatteryState state = fullState();
    QCOMPARE(knownFields(state).count(), size_t(fieldCount));
    state.cellVoltages.assign(32, 3.3);
    const auto capacity = state.cellVoltages.capacity();
    state.clear();
    QVERIFY(state == BatteryState());
    QVERIFY(knownFields(state).none());
    QCOMPARE(state.cellVoltages.capacity(), capacity);
}

void tst_batterystate::writesOnlyWhatIsKnown()
{
    BatteryState state;
    state.current = 0;
    state.cycles = 0;
    state.chargeAllowed = false;
    const QJsonObject object = jsonOf(state);
    // Zero and "no" are answers.
    QCOMPARE(object.keys(), (QStringList{QStringLiteral("chargeAllowed"), QStringLiteral("current"),
                                         QStringLiteral("cycles")}));
    QCOMPARE(object.value(QLatin1String("current")), QJsonValue(0.0));
    QCOMPARE(object.value(QLatin1String("chargeAllowed")), QJsonValue(false));
}

void tst_batterystate::writesEveryKnownField()
{
    const QJsonObject object = jsonOf(fullState());
    QCOMPARE(object.size(), fieldCount);
    for (int i = 0; i < fieldCount; ++i)
        QVERIFY2(object.contains(fieldInfo(static_cast<Field>(i)).key),
                 fieldInfo(static_cast<Field>(i)).key.data());
    QCOMPARE(object.value(QLatin1String("productionDate")), QJsonValue(QStringLiteral("2018-04-17")));
    QCOMPARE(object.value(QLatin1String("cellBalancing")), QJsonValue(QJsonArray{true, false}));
    QCOMPARE(object.value(QLatin1String("cycles")), QJsonValue(7));
}

void tst_batterystate::roundsToWhatTheUnitCanMean_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<QByteArray>("number");
    QTest::addColumn<QByteArray>("temperature");
    QTest::addColumn<QByteArray>("resistance");
    QTest::newRow("sum of binary fractions")
        << 0.1 + 0.2 << QByteArray("0.3") << QByteArray("0.3") << QByteArray("0.3");
    QTest::newRow("a float's tail") << double(3.2650001f) << QByteArray("3.265") << QByteArray("3.3")
                                    << QByteArray("3.265");
    QTest::newRow("half away from zero")
        << 0.0625 << QByteArray("0.063") << QByteArray("0.1") << QByteArray("0.0625");
    QTest::newRow("no negative zero") << -0.00000001 << QByteArray("0") << QByteArray("0") << QByteArray("0");
    QTest::newRow("negative") << -20.1234 << QByteArray("-20.123") << QByteArray("-20.1")
                              << QByteArray("-20.1234");
    QTest::newRow("whole") << 53.0 << QByteArray("53") << QByteArray("53") << QByteArray("53");
}

void tst_batterystate::roundsToWhatTheUnitCanMean()
{
    QFETCH(double, value);
    QFETCH(QByteArray, number);
    QFETCH(QByteArray, temperature);
    QFETCH(QByteArray, resistance);
    const auto text = [](const BatteryState &state) {
        return QJsonDocument(jsonOf(state)).toJson(QJsonDocument::Compact);
    };
    BatteryState state;
    state.voltage = value;
    QCOMPARE(text(state), "{\"voltage\":" + number + "}");
    state.clear();
    state.mosfetTemperature = value;
    QCOMPARE(text(state), "{\"mosfetTemperature\":" + temperature + "}");
    state.clear();
    state.temperatures = {value};
    QCOMPARE(text(state), "{\"temperatures\":[" + temperature + "]}");
    state.clear();
    state.cellResistances = {value};
    QCOMPARE(text(state), "{\"cellResistances\":[" + resistance + "]}");
}

void tst_batterystate::printsEqualReadingsAsEqualText()
{
    // 3.784 V by way of a division, a multiplication and a float.
    for (const double value : {3784 / 1000.0, 3784 * 0.001, double(3.784f)}) {
        BatteryState state;
        state.cellVoltages = {value};
        QCOMPARE(QJsonDocument(jsonOf(state)).toJson(QJsonDocument::Compact),
                 QByteArray("{\"cellVoltages\":[3.784]}"));
    }
}

void tst_batterystate::writesMissingElementsAsNull()
{
    BatteryState state;
    state.temperatures = {21.5, std::nullopt, 22.5};
    QCOMPARE(jsonOf(state).value(QLatin1String("temperatures")),
             QJsonValue(QJsonArray{21.5, QJsonValue(), 22.5}));
}

void tst_batterystate::writesNoNumberThatIsNone_data()
{
    QTest::addColumn<double>("value");
    QTest::newRow("NaN") << std::numeric_limits<double>::quiet_NaN();
    QTest::newRow("infinity") << std::numeric_limits<double>::infinity();
    QTest::newRow("negative infinity") << -std::numeric_limits<double>::infinity();
    QTest::newRow("too large to round") << std::numeric_limits<double>::max();
}

void tst_batterystate::writesNoNumberThatIsNone()
{
    QFETCH(double, value);
    BatteryState state;
    state.voltage = value;
    state.cellVoltages = {3.3, value};
    const QByteArray text = QJsonDocument(jsonOf(state)).toJson(QJsonDocument::Compact);
    QJsonParseError error{};
    const QJsonObject read = QJsonDocument::fromJson(text, &error).object();
    QCOMPARE(error.error, QJsonParseError::NoError);
    QVERIFY2(read.value(QLatin1String("voltage")).isNull(), text.constData());
    QCOMPARE(read.value(QLatin1String("cellVoltages")), QJsonValue(QJsonArray{3.3, QJsonValue()}));
}

void tst_batterystate::writesRaisedAlarmsOnly()
{
    BatteryState state;
    state.alarms.support(AlarmName::LowVoltage);
    QCOMPARE(jsonOf(state).value(QLatin1String("alarms")), QJsonValue(QJsonObject()));
    state.alarms.raise(AlarmName::HighCellVoltage, AlarmLevel::Warning);
    state.alarms.raise(AlarmName::InternalFailure, AlarmLevel::Alarm);
    const QJsonObject expected{{QStringLiteral("HighCellVoltage"), 1},
                               {QStringLiteral("InternalFailure"), 2}};
    QCOMPARE(jsonOf(state).value(QLatin1String("alarms")), QJsonValue(expected));
}

void tst_batterystate::writesCountersAndNotices()
{
    BatteryState state;
    state.history[static_cast<size_t>(EventCounter::ShortCircuit)] = 0;
    state.history[static_cast<size_t>(EventCounter::PackUndervoltage)] = 12;
    state.notices.set(static_cast<size_t>(Notice::LockedByCommand));
    const QJsonObject object = jsonOf(state);
    const QJsonObject counters{{QStringLiteral("shortCircuitCount"), 0},
                               {QStringLiteral("packUndervoltageCount"), 12}};
    QCOMPARE(object.value(QLatin1String("history")), QJsonValue(counters));
    QCOMPARE(object.value(QLatin1String("notices")),
             QJsonValue(QJsonArray{QStringLiteral("lockedByCommand")}));

    QSet<QString> keys;
    for (int i = 0; i < eventCounterCount; ++i)
        keys.insert(eventCounterKey(static_cast<EventCounter>(i)));
    QCOMPARE(keys.size(), eventCounterCount);
}

void tst_batterystate::derivesWhatFollows()
{
    BatteryState state;
    state.voltage = 50;
    state.current = -2;
    state.cellVoltages = {3.3, std::nullopt, 3.4};
    state.cellBalancing = {false, true, false};
    state.temperatures = {20.5, std::nullopt, 18.5, 30};
    deriveFields(state);
    QCOMPARE(state.power, Number(-100));
    QCOMPARE(state.cellCount, Count(3));
    QCOMPARE(state.balancing, Flag(true));
    QCOMPARE(state.minCellTemperature, Number(18.5));
    QCOMPARE(state.maxCellTemperature, Number(30));
    // Only where the BMS gives no cell list.
    QVERIFY(!state.minCellVoltage);
    QVERIFY(!state.maxCellVoltage);

    BatteryState quiet;
    quiet.cellBalancing = {false, false};
    deriveFields(quiet);
    QCOMPARE(quiet.balancing, Flag(false));
}

void tst_batterystate::neverOverridesWhatTheBmsSaid()
{
    BatteryState state = fullState();
    state.voltage = 50;
    state.current = -2;
    state.power = 0;
    state.cellCount = 0;
    state.balancing = false;
    state.minCellTemperature = -1;
    state.maxCellTemperature = 0;
    const BatteryState said = state;
    deriveFields(state);
    QVERIFY(state == said);
}

void tst_batterystate::derivesNothingFromHalf()
{
    BatteryState state;
    deriveFields(state);
    QVERIFY(state == BatteryState());
    state.voltage = 50;
    deriveFields(state);
    QVERIFY(!state.power);
    state.voltage.reset();
    state.current = 1;
    deriveFields(state);
    QVERIFY(!state.power);
    state.temperatures = {std::nullopt, std::nullopt};
    deriveFields(state);
    QVERIFY(!state.minCellTemperature);
    QVERIFY(!state.maxCellTemperature);
}

void tst_batterystate::derivesTwiceWhatItDerivedOnce()
{
    BatteryState state;
    state.voltage = 50;
    state.current = 3;
    state.temperatures = {1, 2};
    deriveFields(state);
    const BatteryState once = state;
    deriveFields(state);
    QVERIFY(state == once);
}

void tst_batterystate::findsTheExtremeCells()
{
    const auto found = cellExtremes({std::nullopt, 3.4, 3.2, 3.4, 3.2});
    QVERIFY(found);
    QCOMPARE(found->lowest, 2);
    QCOMPARE(found->highest, 1);
    QCOMPARE(found->minimum, 3.2);
    QCOMPARE(found->maximum, 3.4);
    const auto single = cellExtremes({std::nullopt, -1.0});
    QVERIFY(single);
    QCOMPARE(single->lowest, 1);
    QCOMPARE(single->highest, 1);
}

void tst_batterystate::findsNoExtremesWithoutCells()
{
    QVERIFY(!cellExtremes({}));
    QVERIFY(!cellExtremes({std::nullopt, std::nullopt}));
}

void tst_batterystate::namesAlarmsAsVenusDoes()
{
    QSet<QString> names;
    for (int i = 0; i < alarmCount; ++i) {
        const auto name = static_cast<AlarmName>(i);
        const QString text = alarmText(name);
        QCOMPARE(alarmFromText(text), std::optional(name));
        names.insert(text);
    }
    QCOMPARE(names.size(), alarmCount);
    QCOMPARE(alarmText(AlarmName::LowCellVoltage), QLatin1String("LowCellVoltage"));
    QCOMPARE(alarmText(AlarmName::FuseBlown), QLatin1String("FuseBlown"));
    QVERIFY(!alarmFromText(u"lowcellvoltage"));
    QVERIFY(!alarmFromText(u""));
}

void tst_batterystate::raisesAlarmsNeverDown()
{
    AlarmSet alarms;
    QVERIFY(alarms.isEmpty());
    alarms.support(AlarmName::LowSoc);
    QVERIFY(!alarms.isEmpty());
    QCOMPARE(alarms.level(AlarmName::LowSoc), std::optional(AlarmLevel::Ok));
    alarms.raise(AlarmName::LowSoc, AlarmLevel::Alarm);
    alarms.raise(AlarmName::LowSoc, AlarmLevel::Warning);
    alarms.support(AlarmName::LowSoc);
    QCOMPARE(alarms.level(AlarmName::LowSoc), std::optional(AlarmLevel::Alarm));
    alarms.set(AlarmName::LowSoc, std::nullopt);
    QVERIFY(alarms.isEmpty());
}

void tst_batterystate::mergesPartialAlarms()
{
    AlarmSet older;
    older.raise(AlarmName::LowSoc, AlarmLevel::Alarm);
    older.raise(AlarmName::BmsCable, AlarmLevel::Warning);
    AlarmSet newer;
    newer.support(AlarmName::LowSoc);
    newer.raise(AlarmName::FuseBlown, AlarmLevel::Alarm);
    older.merge(newer);
    QCOMPARE(older.level(AlarmName::LowSoc), std::optional(AlarmLevel::Ok));
    QCOMPARE(older.level(AlarmName::BmsCable), std::optional(AlarmLevel::Warning));
    QCOMPARE(older.level(AlarmName::FuseBlown), std::optional(AlarmLevel::Alarm));
    QVERIFY(!older.level(AlarmName::LowVoltage));
}

QTEST_APPLESS_MAIN(tst_batterystate)
#include "tst_batterystate.moc"
