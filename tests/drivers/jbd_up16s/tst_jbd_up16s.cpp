// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd_up16s/jbd_up16sdriver.h"
#include "drivers/jbd_up16s/jbd_up16ssimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestJbdUp16s : public QObject
{
    Q_OBJECT

    static DriverConfig config(int address = 1, const QVariantMap &options = {})
    {
        return {TransportKind::Serial, address, options};
    }
    static std::unique_ptr<Driver> make() { return jbd_up16s::driver().create(config()); }
    static QByteArrayList frames(const DriverConfig &config, Phase phase)
    {
        std::vector<Request> requests;
        jbd_up16s::driver().create(config)->requests(phase, requests);
        QByteArrayList sent;
        for (const Request &request : requests)
            sent.append(request.bytes);
        return sent;
    }
    /// Faults and warnings in a status of one cell and no sensor.
    static AlarmSet alarms(quint32 faults, quint32 warnings)
    {
        QByteArray data(24, '\0');
        appendInteger(data, faults, Wire::U32BE);
        appendInteger(data, warnings, Wire::U32BE);
        data.append(34, '\0');
        data.append(hex("00010ce40000000000000c0c")); // one cell, 3.300 V
        data.append(30, 'x');
        QByteArray frame = hex("0178100010a0");
        appendInteger(frame, data.size(), Wire::U16BE);
        const std::unique_ptr<Driver> driver = make();
        Update update;
        (void)hear(*driver, jbd_up16s::readRequest(1, jbd_up16s::statusBlock), withCrc(frame + data), update);
        return update.values.alarms;
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        QCOMPARE(frames(config(), Phase::Identify),
                 (QByteArrayList{hex("0178100010a000007fb2"), hex("01782006201800007d67"),
                                 hex("0145000000540000d4d3"), hex("01781c001ca000007c2e"),
                                 hex("01782810283c00007787")}));
        QCOMPARE(frames(config(), Phase::Poll).size(), 3);
        QCOMPARE(frames(config(2), Phase::Poll),
                 (QByteArrayList{hex("0278100010a000003fa7"), hex("02782006201800003d72")}));
    }

    void writesWhatTheProtocolFilePrints()
    {
        Pack pack({}, Profile::constant(0));
        jbd_up16s::Up16sSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const BatteryState now = round(*driver, board, Phase::Identify);
        const auto first = [&](std::unique_ptr<Procedure> procedure) {
            return run(*driver, board, procedure).sent.first();
        };
        QCOMPARE(first(driver->control(Control::StateOfCharge, 100, now)),
                 hex("0179200620080006114a42442710427a"));
        QCOMPARE(first(driver->control(Control::Charge, 0, now)), hex("0179290229040006114a424400011585"));
        QCOMPARE(first(driver->control(Control::Charge, 1, now)), hex("0179290229040006114a424400039444"));
        QCOMPARE(first(driver->writeParameters({{QStringLiteral("balanceMode"), 1}})),
                 hex("01791c7c1c7e0006114a42440001cc6d"));
    }

    void readsASimulatedPack()
    {
        Pack pack({}, Profile::constant(-25));
        pack.advance(5);
        jbd_up16s::Up16sSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.0051);
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) <= 0.0051);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(state.cellVoltages.size(), 16U);
        for (size_t i = 0; i < 16; ++i)
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
        QCOMPARE(state.temperatures.size(), 3U);
        QVERIFY(std::abs(*state.temperatures[2] - pack.temperatures()[2]) <= 0.051);
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.051);
        QCOMPARE(*state.maxChargeCurrent, 100.0); // its own, not the bank's 240 A
        QCOMPARE(*state.maxDischargeCurrent, 200.0);
        QCOMPARE(*state.firmwareVersion, QStringLiteral("12.1.7"));
        QCOMPARE(*state.hardwareVersion, QStringLiteral("UP16S015-16S200A"));
        QCOMPARE(*state.serialNumber, QStringLiteral("UP16S015SB240314000001"));
        QCOMPARE(state.uniqueId, state.serialNumber);
        const BatteryState polled = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(polled.uniqueId, state.uniqueId);
        QCOMPARE(*polled.maxChargeCurrent, 100.0);
    }

    void readsAForwardedSlave()
    {
        Pack pack({}, Profile::constant(0));
        jbd_up16s::Up16sSimulator board(pack, 3);
        board.forwarded = true;
        const auto driver = jbd_up16s::driver().create(config(3));
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(*state.uniqueId, QStringLiteral("JBD48100000_280.0"));
        QVERIFY(!state.serialNumber && !state.firmwareVersion);
        QCOMPARE(*state.maxChargeCurrent, 100.0);
    }

    void takesOnlyItsOwnPackWhereTold()
    {
        Pack pack({}, Profile::constant(0));
        jbd_up16s::Up16sSimulator board(pack, 3);
        const auto driver =
            jbd_up16s::driver().create(config(3, {{QStringLiteral("requireDirectConnection"), true}}));
        bool good = false;
        (void)round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        board.forwarded = true;
        (void)round(*driver, board, Phase::Identify, &good);
        QVERIFY(!good);
    }

    void fallsBackToTheSocOfTheStatus()
    {
        Pack pack({}, Profile::constant(0));
        jbd_up16s::Up16sSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(round(*driver, board, Phase::Identify).soc);
        board.tellsCharge = false;
        for (int i = 0; i < 5; ++i)
            QVERIFY(!round(*driver, board, Phase::Poll).soc);
        QVERIFY(std::abs(*round(*driver, board, Phase::Poll).soc - pack.soc()) < 0.01);
    }

    void switchesAndReadsBack()
    {
        Pack pack({}, Profile::constant(0));
        jbd_up16s::Up16sSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const BatteryState now = round(*driver, board, Phase::Identify);
        QVERIFY(run(*driver, board, driver->control(Control::Charge, 0, now)).result.ok);
        QVERIFY(!pack.chargeFet() && pack.dischargeFet());
        QVERIFY(run(*driver, board, driver->control(Control::Discharge, 0, now)).result.ok);
        QVERIFY(!pack.chargeFet() && !pack.dischargeFet()); // the first switch stays
        QVERIFY(run(*driver, board, driver->control(Control::Charge, 1, now)).result.ok);
        QVERIFY(run(*driver, board, driver->control(Control::Discharge, 1, now)).result.ok);
        QVERIFY(pack.chargeFet() && pack.dischargeFet());
        QVERIFY(run(*driver, board, driver->control(Control::StateOfCharge, 55, now)).result.ok);
        QVERIFY(std::abs(pack.soc() - 55) < 0.1);
        QVERIFY(!driver->control(Control::StateOfCharge, 101, now));
        QVERIFY(!driver->control(Control::Balancing, 1, now));
    }

    void reportsCommandsWithoutEffect()
    {
        Pack pack({}, Profile::constant(0));
        jbd_up16s::Up16sSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const BatteryState now = round(*driver, board, Phase::Identify);
        board.ignoresWrites = {0x2902, 0x2006, 0x1C7C};
        const Course fet = run(*driver, board, driver->control(Control::Charge, 0, now));
        QVERIFY(!fet.result.ok && fet.result.error.contains(QStringLiteral("did not change")));
        QCOMPARE(fet.sent.size(), 4);
        QVERIFY(!run(*driver, board, driver->control(Control::StateOfCharge, 5, now)).result.ok);
        const Course mode =
            run(*driver, board, driver->writeParameters({{QStringLiteral("balanceMode"), 0}}));
        QVERIFY(!mode.result.ok);
        QVERIFY(mode.result.parameters.at(0).status == ParameterOutcome::Status::NotVerified);
        const Course silent = run(*driver, board, driver->control(Control::Charge, 0, now), 0);
        QVERIFY(!silent.result.ok && silent.result.error.contains(QStringLiteral("no reply")));
        const Course aborted = run(*driver, board, driver->control(Control::Charge, 0, now), 1000, 1);
        QVERIFY(!aborted.result.ok);
        QCOMPARE(aborted.sent.size(), 1);
    }

    void readsAndWritesSettings()
    {
        Pack pack({}, Profile::constant(0));
        jbd_up16s::Up16sSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent.size(), 2);
        QCOMPARE(all.read.size(), driver->parameters().size());
        QCOMPARE(valueOf(all, "balanceStart").toDouble(), 3.35);
        QCOMPARE(valueOf(all, "heaterOff").toDouble(), 10.0);
        QCOMPARE(valueOf(all, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(all, "packUndervoltage").toDouble(), 40.0);
        QVERIFY(run(*driver, board, driver->writeParameters({{QStringLiteral("balanceMode"), 0}})).result.ok);
        QVERIFY(pack.limits().balanceOnlyCharging);
        for (const ParameterValue &wrong : {ParameterValue{QStringLiteral("balanceMode"), 2},
                                            ParameterValue{QStringLiteral("balanceStart"), 3.4},
                                            ParameterValue{QStringLiteral("nothing"), 1}}) {
            const Course course = run(*driver, board, driver->writeParameters({wrong}));
            QVERIFY(!course.result.ok && course.sent.isEmpty());
        }
        QVERIFY(!run(*driver, board, driver->readParameters({QStringLiteral("nothing")})).result.ok);
    }

    void readsEachAlarm_data()
    {
        QTest::addColumn<bool>("fault");
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        // The table of the protocol file, bit by bit; "" is no alarm.
        const char *const faults[] = {"HighCellVoltage",
                                      "LowCellVoltage",
                                      "HighVoltage",
                                      "LowVoltage",
                                      "HighChargeCurrent",
                                      "HighChargeCurrent",
                                      "HighDischargeCurrent",
                                      "HighDischargeCurrent",
                                      "HighChargeTemperature",
                                      "LowChargeTemperature",
                                      "HighTemperature",
                                      "LowTemperature",
                                      "HighInternalTemperature",
                                      "HighTemperature",
                                      "LowTemperature",
                                      "CellImbalance",
                                      "CellImbalance",
                                      "LowSoc",
                                      "HighDischargeCurrent",
                                      "InternalFailure",
                                      "InternalFailure",
                                      "InternalFailure",
                                      "InternalFailure",
                                      "InternalFailure",
                                      "InternalFailure",
                                      "",
                                      "InternalFailure",
                                      "HighDischargeCurrent"};
        const char *const warnings[] = {"HighCellVoltage",
                                        "LowCellVoltage",
                                        "HighVoltage",
                                        "LowVoltage",
                                        "HighChargeCurrent",
                                        "HighDischargeCurrent",
                                        "HighChargeTemperature",
                                        "LowChargeTemperature",
                                        "HighTemperature",
                                        "LowTemperature",
                                        "HighInternalTemperature",
                                        "HighTemperature",
                                        "LowTemperature",
                                        "CellImbalance",
                                        "CellImbalance",
                                        "LowSoc",
                                        "InternalFailure",
                                        "InternalFailure",
                                        ""};
        int bit = 0;
        for (const char *alarm : faults) {
            QTest::addRow("fault %d", bit) << true << bit << QString::fromLatin1(alarm) << 2;
            ++bit;
        }
        bit = 0;
        for (const char *alarm : warnings) {
            QTest::addRow("warning %d", bit)
                << false << bit << QString::fromLatin1(alarm) << (bit < 16 ? 1 : 2);
            ++bit;
        }
    }
    void readsEachAlarm()
    {
        QFETCH(const bool, fault);
        QFETCH(const int, bit);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        const quint32 word = 1U << bit;
        const AlarmSet set = alarms(fault ? word : 0, fault ? 0 : word);
        QVERIFY(!set.isEmpty());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? level : 0;
            QCOMPARE(static_cast<int>(set.level(name).value_or(AlarmLevel::Ok)), expected);
        }
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        jbd_up16s::Up16sSimulator board(pack, 1);
        damagedRepliesGiveNothing(make, board, hex("010306cce6083e00005f33"));
    }

    void countsEchoesAndForeignEnds()
    {
        const std::unique_ptr<Driver> driver = make();
        const Request request = jbd_up16s::readRequest(1, jbd_up16s::statusBlock);
        Update update;
        QVERIFY(hear(*driver, request, request.bytes, update).state == ReplyState::Waiting);
        QCOMPARE(driver->counters().echoes, 1U);
        QVERIFY(hear(*driver, request, withCrc(hex("0178100010a200020102")), update).state ==
                ReplyState::Waiting);
        QCOMPARE(driver->counters().foreignFrames, 1U);
        QVERIFY(hear(*driver, request, withCrc(hex("0178100010a000020102")), update).state ==
                ReplyState::Waiting);
        QCOMPARE(driver->counters().malformed, 1U);
        QCOMPARE(driver->counters().frames, 3U);
    }
};

QTEST_GUILESS_MAIN(TestJbdUp16s)
#include "tst_jbd_up16s.moc"
