// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/chargecontrol.h"

#include <QJsonObject>
#include <QTest>
#include <limits>

using namespace sb;
using namespace sb::control;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

BatteryState healthy(double cell = 3.3, size_t count = 16)
{
    BatteryState state;
    state.cellCount = static_cast<qint64>(count);
    state.cellVoltages.assign(count, cell);
    state.voltage = cell * static_cast<double>(count);
    state.current = 20;
    state.soc = 60;
    state.capacityAh = 280;
    state.temperatures = {20.0, 21.0};
    state.mosfetTemperature = 25;
    state.chargeAllowed = true;
    state.dischargeAllowed = true;
    return state;
}

/// A battery that is polled once a second.
class Runner
{
public:
    explicit Runner(Settings settings = {}, const BatteryState &first = healthy())
        : state(first)
        , control(std::move(settings))
    {
        control.connected(inputs());
    }
    const Output &poll(int times = 1)
    {
        for (int i = 0; i < times; ++i) {
            control.poll(inputs());
            now += 1000;
        }
        return control.output();
    }
    const Output &miss(int times = 1)
    {
        ok = false;
        poll(times);
        ok = true;
        return control.output();
    }
    PollInputs inputs() const
    {
        PollInputs inputs;
        inputs.ok = ok;
        inputs.state = &state;
        inputs.now = now;
        inputs.wallSecond = 1700000000 + now / 1000;
        inputs.external = external;
        return inputs;
    }

    BatteryState state;
    ChargeControl control;
    std::optional<ExternalSensor> external;
    qint64 now = 0;
    bool ok = true;
};

} // namespace

class TestChargeControl : public QObject
{
    Q_OBJECT
private slots:
    void aMissingCellIsBridgedThenForbidsCharging()
    {
        Runner runner;
        runner.poll();
        runner.state.cellVoltages[4] = std::nullopt;
        QCOMPARE(runner.poll(9).cells[4], Number(3.3));
        QVERIFY(runner.control.output().allowToCharge);
        const Output &output = runner.poll(3);
        QCOMPARE(output.cells[4], Number());
        QCOMPARE(output.ccl, Number(0));
        QVERIFY(!output.allowToCharge);
        QVERIFY(output.allowToDischarge);
        QCOMPARE(output.cvl, Number(54.0));
        QCOMPARE(output.alarms.level(AlarmName::InternalFailure), AlarmLevel::Warning);
        QVERIFY(runner.control.explain(runner.now).cellsLost);
        runner.state.cellVoltages[4] = 3.3;
        QCOMPARE(runner.poll().cvl, Number(55.2));
    }

    void implausibleCellsAreMissing_data()
    {
        QTest::addColumn<double>("value");
        QTest::newRow("65.535") << 65.535;
        QTest::newRow("not a number") << notANumber;
        QTest::newRow("infinite") << std::numeric_limits<double>::infinity();
        QTest::newRow("negative") << -0.1;
    }
    void implausibleCellsAreMissing()
    {
        QFETCH(const double, value);
        Runner runner;
        runner.poll();
        runner.state.cellVoltages[4] = value;
        QCOMPARE(runner.poll().highestCell, Number(3.3));
        QCOMPARE(runner.poll(12).ccl, Number(0));
    }

    void aDeadCellForbidsChargingAtOnce()
    {
        Runner runner;
        runner.poll();
        runner.state.cellVoltages[4] = 0.0;
        const Output &output = runner.poll();
        QCOMPARE(output.ccl, Number(0));
        QCOMPARE(output.chargeLimitation, QStringLiteral("Cell Voltage"));
        QCOMPARE(output.alarms.level(AlarmName::InternalFailure), AlarmLevel::Warning);
    }

    void withoutCellsThePackVoltageDecides()
    {
        BatteryState state = healthy();
        state.cellVoltages.clear();
        state.voltage = 3.4 * 16;
        Runner runner({}, state);
        const Output &output = runner.poll();
        QCOMPARE(output.cvl, Number(55.2));
        QCOMPARE(output.ccl, Number(12.5));
        QVERIFY(output.cells.empty());
    }

    void withoutCellCountThereAreNoLimits()
    {
        BatteryState state = healthy();
        state.cellVoltages.clear();
        state.cellCount.reset();
        Runner runner({}, state);
        const Output &output = runner.poll();
        QCOMPARE(output.cvl, Number());
        QCOMPARE(output.ccl, Number());
        QVERIFY(!output.allowToCharge && !output.allowToDischarge);
    }

    void negativeBmsLimitsAreZero()
    {
        Runner runner;
        runner.state.maxChargeCurrent = -5;
        runner.state.maxDischargeCurrent = notANumber;
        const Output &output = runner.poll();
        QCOMPARE(output.ccl, Number(0));
        QVERIFY(!output.allowToCharge);
        QCOMPARE(output.dcl, Number(60));
    }

    void aFreshCurrentAgainstAnOpenFetIsShown()
    {
        Runner runner;
        runner.poll();
        runner.state.dischargeAllowed = false;
        runner.state.current = -0.3;
        QCOMPARE(runner.poll().current, Number(0));
        runner.state.current = -45;
        const Output &output = runner.poll();
        QCOMPARE(output.current, Number(-45));
        QCOMPARE(output.alarms.level(AlarmName::InternalFailure), AlarmLevel::Warning);
    }

    void anInvalidExternalSensorGivesWayToTheBms()
    {
        Runner runner;
        runner.external = ExternalSensor{12.3456, {}};
        QCOMPARE(runner.poll().current, Number(12.346));
        runner.external->current.reset();
        QCOMPARE(runner.poll().current, Number(20));
        runner.external->current = notANumber;
        QCOMPARE(runner.poll().current, Number(20));
    }

    void socStaysWithinItsRange()
    {
        Runner runner;
        runner.state.soc = -3;
        QCOMPARE(runner.poll().soc, Number(0));
        runner.state.soc = 104;
        QCOMPARE(runner.poll().soc, Number(100));
        runner.state.soc = 130;
        QCOMPARE(runner.poll().soc, Number());
    }

    void aLostPackBlocksOnlyWhatEndangersIt_data()
    {
        QTest::addColumn<double>("cell");
        QTest::addColumn<bool>("block");
        QTest::addColumn<bool>("charge");
        QTest::addColumn<bool>("discharge");
        QTest::newRow("safe") << 3.3 << false << true << true;
        QTest::newRow("full") << 3.4 << false << false << true;
        QTest::newRow("empty") << 3.1 << false << true << false;
        QTest::newRow("blocked by the user") << 3.3 << true << false << false;
    }
    void aLostPackBlocksOnlyWhatEndangersIt()
    {
        QFETCH(const double, cell);
        QFETCH(const bool, block);
        QFETCH(const bool, charge);
        QFETCH(const bool, discharge);
        Settings settings;
        settings.blockOnDisconnect = block;
        Runner runner(settings, healthy(cell));
        runner.poll();
        const Number before = runner.control.output().ccl;
        QVERIFY(runner.miss(10).online);
        QCOMPARE(runner.control.output().ccl, before);
        QCOMPARE(runner.control.output().cells[0], Number(cell));
        const Output &output = runner.miss();
        QVERIFY(!output.online);
        QCOMPARE(output.allowToCharge, charge);
        QCOMPARE(output.allowToDischarge, discharge);
        QCOMPARE(output.ccl == 0, !charge);
        QCOMPARE(output.dcl == 0, !discharge);
        QVERIFY(*output.cvl <= 54.0);
        QCOMPARE(output.voltage, Number());
        QCOMPARE(output.cells[0], Number());
        QCOMPARE(output.lowestTemperature, Number());
        QCOMPARE(output.soc, Number(60)); // stays
        QCOMPARE(runner.control.explain(runner.now).charge.blockedByLoss, !charge);
        runner.poll();
        QCOMPARE(runner.control.output().voltage, Number(cell * 16));
        QCOMPARE(runner.control.output().connectionText.left(9), QStringLiteral("Connected"));
    }

    void scatteredFailuresAreNoLoss()
    {
        Settings settings;
        settings.blockOnDisconnect = true;
        Runner runner(settings);
        runner.poll();
        for (int i = 0; i < 20; ++i) {
            runner.miss();
            QVERIFY(runner.poll(50).online);
            QVERIFY(!runner.control.output().givenUp);
        }
    }

    void aLossIsGivenUpInTime()
    {
        Settings settings;
        Runner runner(settings);
        runner.poll();
        runner.miss(1800);
        QVERIFY(!runner.control.output().givenUp);
        QCOMPARE(runner.control.output().alarms.level(AlarmName::BmsCable), AlarmLevel::Warning);
        runner.miss();
        QVERIFY(runner.control.output().givenUp);
        QCOMPARE(runner.control.output().alarms.level(AlarmName::BmsCable), AlarmLevel::Alarm);
    }

    void countsChargeAndTakesTheUsersValue()
    {
        Settings settings;
        settings.countSoc = true;
        Runner runner(settings);
        runner.poll(2);
        QVERIFY(std::abs(*runner.control.output().remaining - 168.0056) < 0.003);
        QVERIFY(runner.control.setSoc(90));
        QCOMPARE(runner.poll().soc, Number(90));
        Settings plain;
        Runner other(plain);
        QVERIFY(!other.control.setSoc(90));
    }

    void wallClockJumpsChangeNothing()
    {
        Settings settings;
        settings.countSoc = true;
        Runner runner(settings);
        runner.poll();
        PollInputs inputs = runner.inputs();
        inputs.wallSecond += 36000;
        runner.control.poll(inputs);
        QVERIFY(*runner.control.output().soc < 60.1);
    }

    void offersItsStateRarely()
    {
        Runner runner;
        runner.poll();
        QVERIFY(runner.control.takeStored());
        int offers = 0;
        for (int i = 0; i < 600; ++i) {
            runner.state.current = i % 50;
            runner.poll();
            offers += runner.control.takeStored() ? 1 : 0;
        }
        QVERIFY2(offers <= 40, qPrintable(QString::number(offers)));
    }

    void configurationErrorsAreShown()
    {
        Settings settings;
        settings.configurationError = true;
        Runner runner(settings);
        QCOMPARE(runner.poll().state, 10);
        QCOMPARE(runner.control.output().errorCode, std::optional<int>(119));
        runner.state.chargeAllowed = runner.state.dischargeAllowed = false;
        QCOMPARE(runner.poll().mode, 0xFC);
    }

    void midpointOfAnOddPack()
    {
        Settings settings;
        settings.midpoint = true;
        BatteryState state = healthy();
        state.cellVoltages[0] = 3.35;
        state.cellVoltages[1] = 3.31;
        Runner runner(settings, state);
        QCOMPARE(runner.poll().midVoltage, Number(26.46));
        QVERIFY(std::abs(*runner.control.output().midDeviation - 0.1135) < 0.0001);
        runner.state.cellVoltages[8] = std::nullopt;
        QCOMPARE(runner.poll(12).midVoltage, Number());
    }

    void historySurvivesJson()
    {
        HistoryValues values;
        values.totalAhDrawn = 123.25;
        values.automaticSyncs = 4;
        values.minimumTemperature = -3.5;
        const HistoryValues back = HistoryValues::fromJson(values.toJson());
        QCOMPARE(back, values);
        QJsonObject stored{{QStringLiteral("total_ah_drawn"), -50.0},
                           {QStringLiteral("clear"), 0},
                           {QStringLiteral("charge_cycles"), QStringLiteral("junk")}};
        const HistoryValues old = HistoryValues::fromJson(stored);
        QCOMPARE(old.totalAhDrawn, Number(50.0));
        QVERIFY(!old.chargeCycles);
    }

    void saysWhyNotFloat()
    {
        Runner runner({}, healthy(3.4505));
        runner.state.cellVoltages[2] = 3.5;
        runner.poll();
        Explanation why = runner.control.explain(runner.now);
        QVERIFY(!why.toFloat.inFloat);
        QVERIFY(why.toFloat.conditions[0].met);
        QVERIFY(!why.toFloat.conditions[1].met); // the spread is what is missing
        QVERIFY(!why.toFloat.secondsLeft);
        runner.state.cellVoltages[2] = 3.4505;
        runner.poll(11);
        why = runner.control.explain(runner.now - 1000);
        QCOMPARE(why.toFloat.secondsLeft, std::optional<qint64>(891));
    }
};

QTEST_APPLESS_MAIN(TestChargeControl)
#include "tst_chargecontrol.moc"
