// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daly/dalydriver.h"
#include "drivers/daly/dalysimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestDaly : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make(int address = 0x40, bool invert = false)
    {
        return daly::driver().create(
            {TransportKind::Serial, address, {{QStringLiteral("invertCurrent"), invert}}});
    }
    /// A reply frame of board 1.
    static QByteArray frame(quint8 command, const QByteArray &data, quint8 board = 1)
    {
        QByteArray bytes = daly::request(board, static_cast<daly::Command>(command), data).bytes;
        return bytes;
    }
    static Reply tell(Driver &driver, quint8 command, const QByteArray &reply, Update &update)
    {
        return hear(driver, daly::request(0x40, static_cast<daly::Command>(command)), reply, update);
    }
    static BatteryState told(Driver &driver, quint8 command, const char *data)
    {
        Update update;
        (void)tell(driver, command, frame(command, hex(data)), update);
        return update.values;
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        QCOMPARE(daly::request(0x40, daly::Totals).bytes, hex("a540900800000000000000007d"));
        QCOMPARE(daly::request(0x40, daly::SwitchDischarge, hex("00")).bytes,
                 hex("a540d9080000000000000000c6"));
        QCOMPARE(daly::request(0x40, daly::SwitchCharge, hex("01")).bytes, hex("a540da080100000000000000c8"));
        QCOMPARE(daly::request(0x40, daly::SetSoc, hex("160c0d151d27012c")).bytes,
                 hex("a5402108160c0d151d27012cc3"));
        std::vector<Request> poll;
        make(0x80)->requests(Phase::Poll, poll);
        for (const Request &request : poll)
            QCOMPARE(static_cast<quint8>(request.bytes[1]), 0x80);
        QCOMPARE(daly::driver().info.addresses, (std::vector<int>{0x40, 0x80}));
        QCOMPARE(daly::driver().info.packAddresses.size(), 15U);
        QCOMPARE(daly::driver().info.packAddresses.front(), 0x41);
    }

    void readsASimulatedPack_data()
    {
        QTest::addColumn<int>("address");
        QTest::addColumn<bool>("sixteen");
        QTest::newRow("board 1") << 0x40 << false;
        QTest::newRow("board 3") << 0x42 << false;
        QTest::newRow("the other host address") << 0x80 << false;
        QTest::newRow("sixteen cell frames") << 0x40 << true;
    }
    void readsASimulatedPack()
    {
        QFETCH(const int, address);
        QFETCH(const bool, sixteen);
        PackConfig config;
        config.cells = 13;
        Pack pack(config, Profile::constant(-12));
        pack.advance(5);
        daly::DalySimulator board(pack, address);
        board.sixteenCellFrames = sixteen;
        const std::unique_ptr<Driver> driver = make(address);
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.051);
        QCOMPARE(*state.capacityAh, 280.0);
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) <= 0.001);
        QCOMPARE(*state.cycles, 42);
        QCOMPARE(state.cellVoltages.size(), 13U);
        for (size_t i = 0; i < 13; ++i)
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
        QCOMPARE(state.cellBalancing.size(), 13U);
        QCOMPARE(state.temperatures.size(), 3U);
        QVERIFY(std::abs(*state.temperatures[0] - pack.temperatures()[0]) <= 0.51);
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.dischargeAllowed, true);
        QCOMPARE(*state.serialNumber, QStringLiteral("SB 240514 0001"));
        QCOMPARE(*state.uniqueId, QStringLiteral("SB_240514_0001"));
        QCOMPARE(*state.productionDate, QDate(2024, 5, 14));
        const BatteryState again = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(again.cellVoltages, state.cellVoltages);
    }

    void tellsExtremesWhereSensorsAreNotTold()
    {
        Pack pack({}, Profile::constant(0));
        daly::DalySimulator board(pack, 0x40);
        board.tellsSensors = false;
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = round(*driver, board, Phase::Identify);
        QCOMPARE(state.temperatures.size(), 2U);
        QVERIFY(*state.temperatures[0] <= *state.temperatures[1]);
        std::vector<Request> poll;
        driver->requests(Phase::Poll, poll);
        const size_t before = poll.size();
        board.tellsSensors = true;
        (void)round(*driver, board, Phase::Poll);
        poll.clear();
        driver->requests(Phase::Poll, poll);
        QCOMPARE(poll.size(), before - 1);
    }

    void setsWhatItIsTold_data()
    {
        QTest::addColumn<int>("control");
        QTest::addColumn<double>("value");
        QTest::newRow("charge off") << static_cast<int>(Control::Charge) << 0.0;
        QTest::newRow("discharge off") << static_cast<int>(Control::Discharge) << 0.0;
        QTest::newRow("state of charge") << static_cast<int>(Control::StateOfCharge) << 30.0;
    }
    void setsWhatItIsTold()
    {
        QFETCH(const int, control);
        QFETCH(const double, value);
        const auto which = static_cast<Control>(control);
        Pack pack({}, Profile::constant(0));
        daly::DalySimulator board(pack, 0x40);
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = round(*driver, board, Phase::Identify);
        QVERIFY(run(*driver, board, driver->control(which, value, state)).result.ok);
        if (which == Control::StateOfCharge) {
            QVERIFY(std::abs(pack.soc() - value) < 0.1);
        } else {
            QCOMPARE(pack.chargeFet(), which != Control::Charge);
            QCOMPARE(pack.dischargeFet(), which != Control::Discharge);
            QVERIFY(run(*driver, board, driver->control(which, 1, state)).result.ok);
            QVERIFY(pack.chargeFet() && pack.dischargeFet());
        }
        const Course silent = run(*driver, board, driver->control(which, value, state), 0);
        QVERIFY(!silent.result.ok && !silent.result.refused && !silent.result.error.isEmpty());
    }

    void tellsWhatWasNotDone()
    {
        Pack pack({}, Profile::constant(0));
        daly::DalySimulator board(pack, 0x40);
        board.refusesSoc = board.ignoresSwitches = true;
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = round(*driver, board, Phase::Identify);
        const Course soc = run(*driver, board, driver->control(Control::StateOfCharge, 80, state));
        QVERIFY(!soc.result.ok && soc.result.refused && !soc.result.error.isEmpty());
        const Course fet = run(*driver, board, driver->control(Control::Discharge, 0, state));
        QVERIFY(!fet.result.ok && !fet.result.refused && !fet.result.error.isEmpty());
        QVERIFY(!driver->control(Control::StateOfCharge, 101, state));
        QVERIFY(!driver->control(Control::Heater, 1, state));
    }

    void readsAlarms_data()
    {
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        const char *pairs[] = {"HighCellVoltage",
                               "LowCellVoltage",
                               "HighVoltage",
                               "LowVoltage",
                               "HighChargeTemperature",
                               "LowChargeTemperature",
                               "HighTemperature",
                               "LowTemperature",
                               "HighChargeCurrent",
                               "HighDischargeCurrent",
                               "",
                               "LowSoc",
                               "CellImbalance"};
        for (int i = 0; i < 13; ++i) {
            for (int level = 1; level <= 2; ++level)
                QTest::addRow("bit %d", 2 * i + level - 1)
                    << 2 * i + level - 1 << QString::fromLatin1(pairs[i]) << level;
        }
        for (const int bit : {32, 33})
            QTest::addRow("bit %d", bit) << bit << QStringLiteral("HighInternalTemperature") << 1;
        for (const int bit : {34, 35, 42, 44, 45, 46})
            QTest::addRow("bit %d", bit) << bit << QStringLiteral("InternalFailure") << 1;
        for (const int bit : {36, 37, 38, 39, 40, 41, 43, 47, 48, 49})
            QTest::addRow("bit %d", bit) << bit << QStringLiteral("InternalFailure") << 2;
        QTest::newRow("short circuit") << 50 << QStringLiteral("HighDischargeCurrent") << 2;
        QTest::newRow("too low to charge") << 51 << QStringLiteral("LowVoltage") << 2;
        QTest::newRow("temperature difference") << 26 << QStringLiteral("CellImbalance") << 1;
    }
    void readsAlarms()
    {
        QFETCH(const int, bit);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        QByteArray data(8, '\0');
        data[bit / 8] = static_cast<char>(1 << (bit % 8));
        data[7] = 9; // a fault code raises nothing
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = told(*driver, 0x98, data.toHex().constData());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? level : 0;
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)), expected);
        }
        QCOMPARE(*state.problemCode, qint64{1} << bit);
    }

    void readsFirmwareThatCountsTheOtherWay()
    {
        const std::unique_ptr<Driver> driver = make(0x40, true);
        QCOMPARE(*told(*driver, 0x90, "02100000756f03bc").current, 6.3);
        const BatteryState state = told(*driver, 0x98, "0002020000000000");
        QCOMPARE(*state.alarms.level(AlarmName::HighDischargeCurrent), AlarmLevel::Alarm);
        QCOMPARE(*state.alarms.level(AlarmName::HighChargeCurrent), AlarmLevel::Ok);
        QCOMPARE(*state.alarms.level(AlarmName::HighTemperature), AlarmLevel::Alarm);
        QCOMPARE(*told(*make(), 0x90, "02100000756f03bc").current, -6.3);
    }

    void takesNothingImpossible_data()
    {
        QTest::addColumn<int>("command");
        QTest::addColumn<QByteArray>("data");
        QTest::newRow("no cells") << 0x94 << QByteArray("0002000002000000");
        QTest::newRow("49 cells") << 0x94 << QByteArray("3102000002000000");
        QTest::newRow("17 sensors") << 0x94 << QByteArray("1011000002000000");
        QTest::newRow("4.9 V") << 0x90 << QByteArray("00310000753001f4");
        QTest::newRow("250.1 V") << 0x90 << QByteArray("09c50000753001f4");
        QTest::newRow("1000 A") << 0x90 << QByteArray("021000004e2001f4");
        QTest::newRow("100.1 %") << 0x90 << QByteArray("02100000753003e9");
        QTest::newRow("cells of an unknown number") << 0x95 << QByteArray("010ec00ec20ec720");
        QTest::newRow("cell frame 255") << 0x95 << QByteArray("ff0ec00ec20ec720");
    }
    void takesNothingImpossible()
    {
        QFETCH(const int, command);
        QFETCH(const QByteArray, data);
        Update update;
        const std::unique_ptr<Driver> driver = make();
        const Reply reply = tell(*driver, static_cast<quint8>(command),
                                 frame(static_cast<quint8>(command), QByteArray::fromHex(data)), update);
        QVERIFY(reply.state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
    }

    void findsItsFramesAmongOthers()
    {
        const std::unique_ptr<Driver> driver = make();
        (void)told(*driver, 0x94, "0401000002000000");
        Update update;
        const QByteArray second = frame(0x95, hex("020ce7000000000020"));
        const QByteArray first = frame(0x95, hex("010ce40ce50ce620"));
        const QByteArray totals = frame(0x90, hex("00840000753001f4"));
        QVERIFY(tell(*driver, 0x95, second + totals + first, update).state == ReplyState::Complete);
        QCOMPARE(update.values.cellVoltages, (Numbers{3.3, 3.301, 3.302, 3.303}));
        QVERIFY(!update.values.voltage);
        QCOMPARE(driver->counters().foreignFrames, 1U);
        update.clear();
        QVERIFY(tell(*driver, 0x95, second, update).state == ReplyState::Waiting);
        // A new request forgets what came of the last one.
        QVERIFY(tell(*driver, 0x95, first, update).state == ReplyState::Waiting);
        QVERIFY(update.values.cellVoltages.empty());
    }

    void takesNothingFromDamagedReplies()
    {
        PackConfig config;
        config.cells = 6;
        Pack pack(config, Profile::constant(0));
        daly::DalySimulator board(pack, 0x40);
        const Make primed = [] {
            std::unique_ptr<Driver> driver = make();
            (void)told(*driver, 0x94, "0603000002000000");
            return driver;
        };
        for (const quint8 command : {0x50, 0x53, 0x57, 0x90, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98}) {
            const Request request = daly::request(0x40, static_cast<daly::Command>(command));
            QByteArray good = answerOf(board, request);
            if (command == 0x96)
                good = good.first(13); // the second frame is more than is needed
            const QByteArray data = good.sliced(4, 8);
            onlyTheWholeReplyCounts(
                primed, request, good,
                {frame(command, data, 2), frame(command ^ 1, data), hex("dda50300fffd77")});
        }
    }

    void keepsPacksWithFactoryCodesApart()
    {
        const std::unique_ptr<Driver> driver = make(0x42);
        QByteArray reply;
        for (const char *part : {"01444c2d31323334", "0200000000000000", "0300000000000000",
                                 "0400000000000000", "0500000000000000"})
            reply += frame(0x57, hex(part), 3);
        Update update;
        (void)hear(*driver, daly::request(0x42, daly::Code), reply, update);
        QCOMPARE(*update.values.serialNumber, QStringLiteral("DL-1234"));
        QCOMPARE(*update.values.uniqueId, QStringLiteral("DL-1234_3"));
    }

    void namesAPackWithoutCodeByDateAndCapacity()
    {
        const std::unique_ptr<Driver> driver = make();
        (void)told(*driver, 0x50, "000186a000000c80");
        const BatteryState state = told(*driver, 0x53, "000018050e000000");
        QCOMPARE(*state.uniqueId, QStringLiteral("20240514_100.0"));
        QVERIFY(!told(*driver, 0x53, "0000180f0e000000").productionDate);
    }

    void doesNotRecogniseOthers()
    {
        BatteryState read;
        read.cellCount = 4;
        read.voltage = 13.2;
        read.cellVoltages = {3.3, 3.3, 3.3, 3.3};
        QVERIFY(make()->recognise(read) == Recognition::Yes);
        read.voltage = 14.0;
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.voltage = 13.2;
        read.cellVoltages.pop_back();
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.cellCount.reset();
        QVERIFY(make()->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestDaly)
#include "tst_daly.moc"
