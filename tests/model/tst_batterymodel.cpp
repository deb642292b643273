// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/batterymodel.h"
#include "model/celllistmodel.h"
#include "model/titles.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>
#include <QMetaProperty>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

using namespace sb;

namespace {

BatteryState reading()
{
    BatteryState state;
    state.productName = QStringLiteral("Overkill Solar 100A");
    state.hardwareVersion = QStringLiteral("JBD-SP04S028");
    state.firmwareVersion = QStringLiteral("2.1");
    state.serialNumber = QStringLiteral("A1B2");
    state.voltage = 13.24;
    state.current = -12.5;
    state.soc = 71;
    state.soh = 99;
    state.capacityAh = 280;
    state.remainingAh = 198.8;
    state.cycles = 42;
    state.cellVoltages = {3.308, 3.31, 3.312, 3.31};
    state.cellBalancing = {false, false, true, false};
    state.temperatures = {21.5, std::nullopt};
    state.temperatureNames = {QStringLiteral("Cell"), QStringLiteral("Busbar")};
    state.mosfetTemperature = 24.0;
    state.chargeAllowed = true;
    state.dischargeAllowed = true;
    state.heating = false;
    state.alarms.support(AlarmName::LowVoltage);
    return state;
}

class Battery
{
public:
    Battery()
        : model(QStringLiteral("jbd"), QStringLiteral("/dev/ttyUSB0 9600"))
    {}
    void poll(const BatteryState &state)
    {
        now += 1000;
        timed.merge(state, now);
        ++link.polls;
        model.update(timed, Condition::Fresh, link, now, now);
        lastGood = now;
    }
    /// A poll that failed so long after the last good one.
    void fail(qint64 afterMs, Condition condition)
    {
        now = lastGood + afterMs;
        model.update(timed, condition, link, lastGood, now);
    }

    TimedState timed;
    LinkStatus link;
    qint64 now = 50000;
    qint64 lastGood = 0;
    BatteryModel model;
};

/// Counts every notify signal of a model by its name.
class Watch : public QObject
{
    Q_OBJECT
public:
    explicit Watch(BatteryModel *model)
        : m_model(model)
    {
        const QMetaMethod counter = staticMetaObject.method(staticMetaObject.indexOfSlot("count()"));
        for (int i = 0; i < model->metaObject()->methodCount(); ++i) {
            const QMetaMethod method = model->metaObject()->method(i);
            if (method.methodType() == QMetaMethod::Signal && method.parameterCount() == 0)
                connect(model, method, this, counter);
        }
    }
    QSet<QString> take() { return std::exchange(m_seen, {}); }

private slots:
    void count()
    {
        m_seen.insert(QString::fromLatin1(m_model->metaObject()->method(senderSignalIndex()).name()));
    }

private:
    BatteryModel *m_model;
    QSet<QString> m_seen;
};

QSet<QString> with(std::initializer_list<const char *> names)
{
    QSet<QString> set{QStringLiteral("updated")};
    for (const char *name : names)
        set.insert(QString::fromLatin1(name));
    return set;
}

} // namespace

class TestBatteryModel : public QObject
{
    Q_OBJECT

private slots:
    void everyPropertyNotifiesOrIsConstant()
    {
        const QMetaObject &meta = BatteryModel::staticMetaObject;
        for (int i = meta.propertyOffset(); i < meta.propertyCount(); ++i)
            QVERIFY2(meta.property(i).hasNotifySignal() || meta.property(i).isConstant(),
                     meta.property(i).name());
    }

    void unknownPropertiesAreInvalid()
    {
        const BatteryModel model(QStringLiteral("jbd"), QStringLiteral("port"));
        const QMetaObject &meta = *model.metaObject();
        int variants = 0;
        for (int i = meta.propertyOffset(); i < meta.propertyCount(); ++i) {
            if (meta.property(i).typeId() != QMetaType::QVariant)
                continue;
            ++variants;
            QVERIFY2(!meta.property(i).read(&model).isValid(), meta.property(i).name());
        }
        QVERIFY(variants >= 15);
        QVERIFY(!model.alarmsKnown());
        QCOMPARE(model.conditionText(), QStringLiteral("connecting"));
    }

    void showsWhatWasRead()
    {
        Battery battery;
        battery.poll(reading());
        const BatteryModel &model = battery.model;
        QCOMPARE(model.voltage(), QVariant(13.24));
        QCOMPARE(model.current(), QVariant(-12.5));
        QCOMPARE(model.power().toDouble(), -165.5);
        QCOMPARE(model.soc(), QVariant(71.0));
        QCOMPARE(model.cycles().toInt(), 42);
        QCOMPARE(model.minCellVoltage(), QVariant(3.308));
        QCOMPARE(model.maxCellVoltage(), QVariant(3.312));
        QCOMPARE(model.cellSpread().toDouble(), 3.312 - 3.308);
        QCOMPARE(model.balancing(), QVariant(true));
        QCOMPARE(model.temperatures(), (QVariantList{21.5, QVariant()}));
        QCOMPARE(model.chargeAllowed(), QVariant(true));
        QCOMPARE(model.heating(), QVariant(false));
        QCOMPARE(model.cells()->count(), 4);
        QCOMPARE(model.age().toInt(), 0);
        QVERIFY(model.alarmsKnown());
        QVERIFY(model.alarms().isEmpty());
    }

    void takesCellExtremesFromTheBmsWhereThereIsNoCellList()
    {
        BatteryState state;
        state.minCellVoltage = 3.2;
        state.maxCellVoltage = 3.25;
        Battery battery;
        battery.poll(state);
        QCOMPARE(battery.model.minCellVoltage(), QVariant(3.2));
        QCOMPARE(battery.model.cellSpread().toDouble(), 3.25 - 3.2);
    }

    void notifiesOnlyWhatChanged_data()
    {
        QTest::addColumn<sb::BatteryState>("next");
        QTest::addColumn<QSet<QString>>("expected");
        const auto row = [](const char *name, auto &&change,
                            std::initializer_list<const char *> signalNames) {
            BatteryState state = reading();
            change(state);
            QTest::newRow(name) << state << with(signalNames);
        };
        row("nothing", [](BatteryState &) {}, {});
        row("voltage, and the power made of it", [](BatteryState &s) { s.voltage = 13.25; },
            {"voltageChanged", "powerChanged"});
        row("soc", [](BatteryState &s) { s.soc = 72; }, {"socChanged"});
        row("health", [](BatteryState &s) { s.soh = 98; }, {"sohChanged"});
        row("charge", [](BatteryState &s) { s.remainingAh = 199; }, {"remainingAhChanged"});
        row("capacity", [](BatteryState &s) { s.capacityAh = 290; }, {"capacityAhChanged"});
        row("cycles", [](BatteryState &s) { s.cycles = 43; }, {"cyclesChanged"});
        row("a cell in the middle", [](BatteryState &s) { s.cellVoltages[1] = 3.311; }, {});
        row("the lowest cell", [](BatteryState &s) { s.cellVoltages[0] = 3.306; },
            {"minCellVoltageChanged", "cellSpreadChanged"});
        row("the highest cell", [](BatteryState &s) { s.cellVoltages[2] = 3.32; },
            {"maxCellVoltageChanged", "cellSpreadChanged"});
        row("another cell balances",
            [](BatteryState &s) {
                s.cellBalancing = {true, false, false, false};
            },
            {});
        row("balancing ends",
            [](BatteryState &s) {
                s.cellBalancing = {false, false, false, false};
            },
            {"balancingChanged"});
        row("temperature", [](BatteryState &s) { s.temperatures[0] = 22; }, {"temperaturesChanged"});
        row("sensor name", [](BatteryState &s) { s.temperatureNames[0] = QStringLiteral("Top"); },
            {"temperatureNamesChanged"});
        row("power stage", [](BatteryState &s) { s.mosfetTemperature = 25; }, {"mosfetTemperatureChanged"});
        row("charge FET", [](BatteryState &s) { s.chargeAllowed = false; }, {"chargeAllowedChanged"});
        row("discharge FET", [](BatteryState &s) { s.dischargeAllowed = false; },
            {"dischargeAllowedChanged"});
        row("heater", [](BatteryState &s) { s.heating = true; }, {"heatingChanged"});
        row("alarm", [](BatteryState &s) { s.alarms.raise(AlarmName::LowVoltage, AlarmLevel::Warning); },
            {"alarmsChanged"});
        row("notice", [](BatteryState &s) { s.notices.set(0); }, {"noticesChanged"});
        row("product", [](BatteryState &s) { s.productName = QStringLiteral("X"); },
            {"productNameChanged", "nameChanged"});
        row("serial number", [](BatteryState &s) { s.serialNumber = QStringLiteral("X"); },
            {"serialNumberChanged"});
        row("firmware", [](BatteryState &s) { s.firmwareVersion = QStringLiteral("3"); },
            {"firmwareVersionChanged"});
        row("hardware", [](BatteryState &s) { s.hardwareVersion = QStringLiteral("3"); },
            {"hardwareVersionChanged"});
    }
    void notifiesOnlyWhatChanged()
    {
        QFETCH(const sb::BatteryState, next);
        Battery battery;
        battery.poll(reading());
        Watch watch(&battery.model);
        battery.poll(next);
        QTEST(watch.take(), "expected");
    }

    void everyFieldThatChangedIsReported()
    {
        Battery battery;
        battery.poll(reading());
        QVERIFY(battery.model.changedFields().test(static_cast<size_t>(Field::voltage)));
        BatteryState next = reading();
        next.soc = 70;
        next.cellVoltages[1] = 3.309;
        battery.poll(next);
        FieldSet expected;
        expected.set(static_cast<size_t>(Field::soc));
        expected.set(static_cast<size_t>(Field::cellVoltages));
        QCOMPARE(battery.model.changedFields(), expected);
        battery.poll(next);
        QVERIFY(battery.model.changedFields().none());
    }

    void aNewReadingIsCompleteBeforeItsFirstSignal()
    {
        Battery battery;
        battery.poll(reading());
        BatteryState next = reading();
        next.voltage = 12;
        next.soc = 1;
        next.cellVoltages = {3, 3, 3, 3};
        int checks = 0;
        connect(&battery.model, &BatteryModel::voltageChanged, &battery.model, [&] {
            QCOMPARE(battery.model.soc(), QVariant(1.0));
            QCOMPARE(battery.model.maxCellVoltage(), QVariant(3.0));
            QCOMPARE(battery.model.cells()->index(0).data(CellListModel::VoltageRole), QVariant(3.0));
            ++checks;
        });
        battery.poll(next);
        QCOMPARE(checks, 1);
    }

    void updatedComesOncePerUpdate()
    {
        Battery battery;
        QSignalSpy updated(&battery.model, &BatteryModel::updated);
        battery.poll(reading());
        battery.poll(reading());
        battery.fail(3000, Condition::Stale);
        QCOMPARE(updated.count(), 3);
    }

    void notifiesHowTheLinkIs()
    {
        Battery battery;
        battery.poll(reading());
        Watch watch(&battery.model);
        battery.link.lastError = QStringLiteral("no reply");
        battery.link.goodShare = 0.99;
        battery.link.errors = 1;
        battery.fail(0, Condition::Stale);
        QCOMPARE(watch.take(), with({"conditionChanged", "lastErrorChanged", "goodShareChanged"}));
    }

    void ageGrowsByItselfOnlyWhileNotFresh()
    {
        Battery battery;
        battery.poll(reading());
        QSignalSpy aged(&battery.model, &BatteryModel::ageChanged);
        QTest::qWait(1200);
        QCOMPARE(aged.count(), 0);
        battery.fail(5000, Condition::Stale);
        QCOMPARE(battery.model.age().toInt(), 5);
        QCOMPARE(aged.count(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(battery.model.age().toInt(), 6, 3000);
        QCOMPARE(aged.count(), 2);
        battery.poll(reading());
        QCOMPARE(battery.model.age().toInt(), 0);
        QCOMPARE(aged.count(), 3);
        QTest::qWait(1200);
        QCOMPARE(aged.count(), 3);
    }

    void hasNoAgeBeforeTheFirstReading()
    {
        Battery battery;
        battery.model.update({}, Condition::Connecting, {}, std::nullopt, 9000);
        QVERIFY(!battery.model.age().isValid());
        QVERIFY(!battery.model.toJson().contains(QLatin1String("age")));
    }

    void isNamedByTheUserElseByTheProductElseByTheConnection()
    {
        Battery battery;
        QSignalSpy renamed(&battery.model, &BatteryModel::nameChanged);
        QCOMPARE(battery.model.name(), QStringLiteral("/dev/ttyUSB0 9600"));
        battery.model.setConnection(QStringLiteral("/dev/ttyUSB1 9600"));
        QCOMPARE(battery.model.name(), QStringLiteral("/dev/ttyUSB1 9600"));
        battery.poll(reading());
        QCOMPARE(battery.model.name(), QStringLiteral("Overkill Solar 100A"));
        battery.model.setCustomName(QStringLiteral("Bow"));
        QCOMPARE(battery.model.name(), QStringLiteral("Bow"));
        QCOMPARE(renamed.count(), 3);
        battery.model.setConnection(QStringLiteral("/dev/ttyUSB2 9600"));
        QCOMPARE(renamed.count(), 3);
    }

    void listsAlarmsHighestLevelFirst()
    {
        BatteryState state = reading();
        state.alarms.raise(AlarmName::LowVoltage, AlarmLevel::Warning);
        state.alarms.raise(AlarmName::LowTemperature, AlarmLevel::Alarm);
        state.alarms.support(AlarmName::HighVoltage);
        Battery battery;
        battery.poll(state);
        const QVariantList alarms = battery.model.alarms();
        QCOMPARE(alarms.size(), 2);
        const QVariantMap first = alarms.at(0).toMap();
        QCOMPARE(first.value(QStringLiteral("name")).toString(), QStringLiteral("LowTemperature"));
        QCOMPARE(first.value(QStringLiteral("title")).toString(), QStringLiteral("Low temperature"));
        QCOMPARE(first.value(QStringLiteral("level")).toInt(), 2);
        QCOMPARE(alarms.at(1).toMap().value(QStringLiteral("level")).toInt(), 1);
    }

    void everyAlarmAndNoticeHasATitleOfItsOwn()
    {
        QSet<QString> titles;
        for (int i = 0; i < alarmCount; ++i)
            titles.insert(alarmTitle(static_cast<AlarmName>(i)));
        for (int i = 0; i < noticeCount; ++i)
            titles.insert(noticeTitle(static_cast<Notice>(i)));
        QCOMPARE(titles.size(), alarmCount + noticeCount);
        QVERIFY(!titles.contains(QString()));
    }

    void printsTheJsonOfABattery()
    {
        Battery battery;
        battery.model.setAddress(3);
        battery.model.setCustomName(QStringLiteral("Bow"));
        battery.link.lastPollMs = 84.26;
        battery.link.goodShare = 1.0;
        battery.link.longestGapS = 1.25;
        BatteryState state = reading();
        state.alarms.raise(AlarmName::LowSoc, AlarmLevel::Warning);
        battery.poll(state);
        const QJsonObject json = battery.model.toJson();
        QCOMPARE(json.value(QLatin1String("bms")).toString(), QStringLiteral("jbd"));
        QCOMPARE(json.value(QLatin1String("address")).toInt(), 3);
        QCOMPARE(json.value(QLatin1String("customName")).toString(), QStringLiteral("Bow"));
        QCOMPARE(json.value(QLatin1String("connection")).toString(), QStringLiteral("/dev/ttyUSB0 9600"));
        QCOMPARE(json.value(QLatin1String("state")).toString(), QStringLiteral("fresh"));
        QCOMPARE(json.value(QLatin1String("age")).toDouble(), 0.0);
        QCOMPARE(json.value(QLatin1String("voltage")).toDouble(), 13.24);
        QCOMPARE(json.value(QLatin1String("temperatures")).toArray(), (QJsonArray{21.5, QJsonValue()}));
        QCOMPARE(json.value(QLatin1String("alarms")).toObject(),
                 (QJsonObject{{QStringLiteral("LowSoc"), 1}}));
        const QJsonObject link = json.value(QLatin1String("link")).toObject();
        QCOMPARE(link.value(QLatin1String("polls")).toInt(), 1);
        QCOMPARE(link.value(QLatin1String("errors")).toInt(), 0);
        QCOMPARE(link.value(QLatin1String("lastPollMs")).toDouble(), 84.3);
        QCOMPARE(link.value(QLatin1String("goodShare")).toDouble(), 1.0);
        QCOMPARE(link.value(QLatin1String("longestGap")).toDouble(), 1.3);
        QVERIFY(!link.contains(QLatin1String("lastError")));
        QVERIFY(!link.contains(QLatin1String("rssi")));
        const QString time = json.value(QLatin1String("time")).toString();
        QVERIFY(time.endsWith(QLatin1Char('Z')));
        const qint64 apart =
            QDateTime::fromString(time, Qt::ISODateWithMs).msecsTo(QDateTime::currentDateTimeUtc());
        QVERIFY2(apart >= -1 && apart < 10000, qPrintable(time));
    }

    void leavesUnknownOutOfTheJson()
    {
        Battery battery;
        battery.model.update({}, Condition::Connecting, {}, std::nullopt, 0);
        QCOMPARE(battery.model.toJson().keys(),
                 (QStringList{QStringLiteral("bms"), QStringLiteral("connection"), QStringLiteral("link"),
                              QStringLiteral("state"), QStringLiteral("time")}));
    }

    void jsonAgeIsOfTheLastGoodReading()
    {
        Battery battery;
        battery.poll(reading());
        battery.fail(12000, Condition::Lost);
        const QJsonObject json = battery.model.toJson();
        QCOMPARE(json.value(QLatin1String("state")).toString(), QStringLiteral("lost"));
        QVERIFY(std::abs(json.value(QLatin1String("age")).toDouble() - 12.0) < 0.5);
    }
};

QTEST_GUILESS_MAIN(TestBatteryModel)
#include "tst_batterymodel.moc"
