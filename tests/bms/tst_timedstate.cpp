// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/timedstate.h"

#include <QTest>

using namespace sb;

namespace {

FieldSet fields(std::initializer_list<Field> list)
{
    FieldSet set;
    for (const Field field : list)
        set.set(static_cast<size_t>(field));
    return set;
}

using Age = std::optional<qint64>;

} // namespace

class tst_timedstate : public QObject
{
    Q_OBJECT

private slots:
    void knowsNoAgeAtFirst();
    void tellsTheAgeOfEachField();
    void countsTimeZeroAsATime();
    void keepsValuesThatAnUpdateDoesNotMention();
    void reportsOnlyWhatChanged();
    void replacesListsAsAWhole();
    void addsUpPartialAlarmsAndCounters();
    void clearsNoticesByALaterCleanReply();
    void keepsNoticesWhenTheReplyHadNoAlarms();
    void derivesAcrossMessages();
    void datesADerivedValueByItsOlderSource();
    void prefersWhatTheBmsSays();
    void expiresOldMeasurementsOnly();
    void expiresByFieldNotByMessage();
    void forgetsTheAgeOfADerivedValueWithItsSource();
    void forgetsEverything();
};

void tst_timedstate::knowsNoAgeAtFirst()
{
    const TimedState state;
    QVERIFY(state.values() == BatteryState());
    for (int i = 0; i < fieldCount; ++i) {
        QVERIFY(!state.readAt(static_cast<Field>(i)));
        QVERIFY(!state.age(static_cast<Field>(i), 1000));
    }
}

void tst_timedstate::tellsTheAgeOfEachField()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    update.soc = 60;
    state.merge(update, 1000);
    update.clear();
    update.voltage = 51;
    state.merge(update, 3000);
    QCOMPARE(state.age(Field::voltage, 5000), Age(2000));
    QCOMPARE(state.age(Field::soc, 5000), Age(4000));
    QCOMPARE(state.readAt(Field::soc), Age(1000));
    QVERIFY(!state.age(Field::current, 5000));
}

void tst_timedstate::countsTimeZeroAsATime()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    state.merge(update, 0);
    QCOMPARE(state.age(Field::voltage, 7), Age(7));
}

void tst_timedstate::keepsValuesThatAnUpdateDoesNotMention()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    update.serialNumber = QStringLiteral("A1");
    state.merge(update, 1);
    state.merge(BatteryState(), 2);
    QCOMPARE(state.values().voltage, Number(50));
    QCOMPARE(state.values().serialNumber, Text(QStringLiteral("A1")));
    QCOMPARE(state.readAt(Field::voltage), Age(1));
}

void tst_timedstate::reportsOnlyWhatChanged()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    update.current = 2;
    QCOMPARE(state.merge(update, 1), fields({Field::voltage, Field::current, Field::power}));
    QVERIFY(state.merge(update, 2).none());
    QCOMPARE(state.readAt(Field::voltage), Age(2)); // read again, although equal
    update.current = 3;
    QCOMPARE(state.merge(update, 3), fields({Field::current, Field::power}));
}

void tst_timedstate::replacesListsAsAWhole()
{
    TimedState state;
    BatteryState update;
    update.cellVoltages = {3.3, 3.4, 3.5};
    state.merge(update, 1);
    update.cellVoltages = {3.1, std::nullopt};
    state.merge(update, 2);
    QCOMPARE(state.values().cellVoltages, (Numbers{3.1, std::nullopt}));
    QCOMPARE(state.values().cellCount, Count(2));
}

void tst_timedstate::addsUpPartialAlarmsAndCounters()
{
    TimedState state;
    BatteryState first;
    first.alarms.raise(AlarmName::LowSoc, AlarmLevel::Alarm);
    first.history[0] = 3;
    state.merge(first, 1);
    BatteryState second;
    second.alarms.raise(AlarmName::BmsCable, AlarmLevel::Warning);
    second.history[1] = 4;
    state.merge(second, 2);
    QCOMPARE(state.values().alarms.level(AlarmName::LowSoc), std::optional(AlarmLevel::Alarm));
    QCOMPARE(state.values().alarms.level(AlarmName::BmsCable), std::optional(AlarmLevel::Warning));
    QCOMPARE(state.values().history[0], std::optional<int>(3));
    QCOMPARE(state.values().history[1], std::optional<int>(4));
    first.alarms.set(AlarmName::LowSoc, AlarmLevel::Ok);
    QCOMPARE(state.merge(first, 3), fields({Field::alarms}));
    QCOMPARE(state.values().alarms.level(AlarmName::LowSoc), std::optional(AlarmLevel::Ok));
}

void tst_timedstate::clearsNoticesByALaterCleanReply()
{
    TimedState state;
    BatteryState update;
    update.alarms.support(AlarmName::LowSoc);
    update.notices.set(static_cast<size_t>(Notice::LockedByCommand));
    state.merge(update, 1);
    QVERIFY(state.values().notices.test(static_cast<size_t>(Notice::LockedByCommand)));
    update.notices.reset();
    QCOMPARE(state.merge(update, 2), fields({Field::notices}));
    QVERIFY(state.values().notices.none());
    QCOMPARE(state.readAt(Field::notices), Age(2));
}

void tst_timedstate::keepsNoticesWhenTheReplyHadNoAlarms()
{
    TimedState state;
    BatteryState update;
    update.notices.set(static_cast<size_t>(Notice::ChargeTimeout));
    state.merge(update, 1);
    BatteryState cells;
    cells.cellVoltages = {3.3};
    state.merge(cells, 2);
    QVERIFY(state.values().notices.test(static_cast<size_t>(Notice::ChargeTimeout)));
    QCOMPARE(state.readAt(Field::notices), Age(1));
}

void tst_timedstate::derivesAcrossMessages()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    QCOMPARE(state.merge(update, 1), fields({Field::voltage}));
    update.clear();
    update.current = -2;
    QCOMPARE(state.merge(update, 2), fields({Field::current, Field::power}));
    QCOMPARE(state.values().power, Number(-100));
}

void tst_timedstate::datesADerivedValueByItsOlderSource()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    state.merge(update, 1000);
    update.clear();
    update.current = 2;
    state.merge(update, 2000);
    QCOMPARE(state.readAt(Field::power), Age(1000));
    // Readings of something else make it no younger.
    update.clear();
    update.temperatures = {20, 21};
    state.merge(update, 3000);
    QCOMPARE(state.readAt(Field::power), Age(1000));
    QCOMPARE(state.readAt(Field::minCellTemperature), Age(3000));
    update.clear();
    update.voltage = 50;
    update.current = 2;
    state.merge(update, 4000);
    QCOMPARE(state.readAt(Field::power), Age(4000));
    QCOMPARE(state.readAt(Field::maxCellTemperature), Age(3000));
}

void tst_timedstate::prefersWhatTheBmsSays()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    update.current = 2;
    state.merge(update, 1);
    BatteryState own;
    own.power = 99;
    state.merge(own, 2);
    QCOMPARE(state.values().power, Number(99));
    QCOMPARE(state.readAt(Field::power), Age(2));
    state.merge(update, 3);
    QCOMPARE(state.values().power, Number(99));
    QCOMPARE(state.readAt(Field::power), Age(2));
}

void tst_timedstate::expiresOldMeasurementsOnly()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    update.current = 2;
    update.soc = 60;
    update.serialNumber = QStringLiteral("A1");
    update.alarms.raise(AlarmName::LowSoc, AlarmLevel::Alarm);
    update.chargeAllowed = true;
    state.merge(update, 1000);
    QVERIFY(state.expire(FieldKind::Measurement, 1000).none()); // not before 1000
    QCOMPARE(state.expire(FieldKind::Measurement, 1001),
             fields({Field::voltage, Field::current, Field::power, Field::alarms, Field::chargeAllowed}));
    QVERIFY(!state.values().voltage);
    QVERIFY(!state.values().power);
    QVERIFY(!state.values().chargeAllowed);
    QVERIFY(state.values().alarms.isEmpty());
    QCOMPARE(state.values().soc, Number(60));
    QCOMPARE(state.values().serialNumber, Text(QStringLiteral("A1")));
    QCOMPARE(state.age(Field::soc, 5000), Age(4000));
    QVERIFY(!state.age(Field::voltage, 5000));
    QVERIFY(state.expire(FieldKind::Measurement, 9000).none());
    QCOMPARE(state.expire(FieldKind::Slow, 9000), fields({Field::soc}));
}

void tst_timedstate::expiresByFieldNotByMessage()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    state.merge(update, 1000);
    update.clear();
    update.cellVoltages = {3.3};
    state.merge(update, 5000);
    QCOMPARE(state.expire(FieldKind::Measurement, 3000), fields({Field::voltage}));
    QCOMPARE(state.values().cellVoltages, (Numbers{3.3}));
}

void tst_timedstate::forgetsTheAgeOfADerivedValueWithItsSource()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    update.current = 2;
    state.merge(update, 1000);
    update.clear();
    update.current = 3;
    state.merge(update, 5000);
    QCOMPARE(state.expire(FieldKind::Measurement, 3000), fields({Field::voltage, Field::power}));
    QVERIFY(!state.readAt(Field::power));
    QVERIFY(!state.age(Field::power, 6000));
    QCOMPARE(state.age(Field::current, 6000), Age(1000));
}

void tst_timedstate::forgetsEverything()
{
    TimedState state;
    BatteryState update;
    update.voltage = 50;
    update.current = 2;
    update.productName = QStringLiteral("p");
    state.merge(update, 1);
    state.clear();
    QVERIFY(state.values() == BatteryState());
    for (int i = 0; i < fieldCount; ++i)
        QVERIFY(!state.readAt(static_cast<Field>(i)));
    QCOMPARE(state.merge(update, 2).count(), size_t(4));
}

QTEST_APPLESS_MAIN(tst_timedstate)
#include "tst_timedstate.moc"
