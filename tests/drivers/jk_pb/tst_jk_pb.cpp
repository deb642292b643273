// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_pb/jk_pbdriver.h"
#include "drivers/jk_pb/jk_pbsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestJkPb : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return jk_pb::driver().create({TransportKind::Serial, 1, {}}); }
    static QByteArray summed(QByteArray frame)
    {
        frame.chop(1);
        appendInteger(frame, checksum(Checksum::Sum8, bytesOf(frame)), Wire::U8);
        return frame;
    }
    /// A status frame of an idle pack, without confirmation.
    static QByteArray status()
    {
        Pack pack({}, Profile::constant(0));
        jk_pb::JkPbSimulator board(pack, 1);
        board.confirms = false;
        return answerOf(board, jk_pb::triggerRequest(1, jk_pb::Status));
    }
    static Update told(const QByteArray &frame)
    {
        Update update;
        (void)hear(*make(), jk_pb::triggerRequest(1, jk_pb::Status), summed(frame), update);
        return update;
    }

private slots:
    void sendsWhatTheProtocolFilePrints()
    {
        QCOMPARE(jk_pb::triggerRequest(1, jk_pb::Status).bytes, hex("011016200001020000d6f1"));
        QCOMPARE(jk_pb::triggerRequest(1, jk_pb::Settings).bytes, hex("0110161e0001020000d22f"));
        QCOMPARE(jk_pb::triggerRequest(1, jk_pb::Information).bytes, hex("0110161c0001020000d3cd"));
        QCOMPARE(jk_pb::writeRequest(1, jk_pb::chargeSwitch, hex("00000001")).bytes,
                 hex("0110107000020400000001f88b"));
        QCOMPARE(jk_pb::driver().info.addresses, std::vector<int>{1});
        QCOMPARE(jk_pb::driver().info.packAddresses.size(), 6U);
    }

    void readsASimulatedPack_data()
    {
        QTest::addColumn<int>("address");
        QTest::addColumn<bool>("confirms");
        QTest::newRow("address 1") << 1 << true;
        QTest::newRow("address 15") << 15 << true;
        QTest::newRow("without confirmations") << 1 << false;
    }
    void readsASimulatedPack()
    {
        QFETCH(const int, address);
        QFETCH(const bool, confirms);
        PackConfig config;
        config.ambient = -7;
        Pack pack(config, Profile::constant(-15));
        pack.setTemperature(-7);
        pack.advance(5);
        jk_pb::JkPbSimulator board(pack, address);
        board.confirms = confirms;
        const auto driver = jk_pb::driver().create({TransportKind::Serial, address, {}});
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.00051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.00051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.51);
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) <= 0.001);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(*state.cycles, 42);
        QCOMPARE(state.cellVoltages.size(), 16U);
        for (size_t i = 0; i < 16; ++i)
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
        QCOMPARE(*state.cellResistances[15], 0.065);
        QCOMPARE(state.temperatures.size(), 3U);
        QVERIFY(std::abs(*state.temperatures[2] - pack.temperatures()[2]) <= 0.051);
        QCOMPARE(*state.maxChargeCurrent, 150.0);
        QCOMPARE(*state.maxDischargeCurrent, 200.0);
        QCOMPARE(*state.maxVoltage, 56.8);
        QCOMPARE(*state.minVoltage, 40.0);
        QCOMPARE(*state.serialNumber, QStringLiteral("40119491480"));
        QCOMPARE(state.uniqueId, state.serialNumber);
        QCOMPARE(*state.productionDate, QDate(2024, 5, 14));
        QCOMPARE(*state.balancerEnabled, true);
        (void)round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
    }

    void switches_data()
    {
        QTest::addColumn<int>("control");
        QTest::newRow("charge") << static_cast<int>(Control::Charge);
        QTest::newRow("discharge") << static_cast<int>(Control::Discharge);
        QTest::newRow("balancer") << static_cast<int>(Control::Balancing);
    }
    void switches()
    {
        QFETCH(const int, control);
        const auto which = static_cast<Control>(control);
        Pack pack({}, Profile::constant(0));
        jk_pb::JkPbSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(run(*driver, board, driver->control(which, 0, {})).result.ok);
        QCOMPARE(pack.chargeFet(), which != Control::Charge);
        QCOMPARE(pack.dischargeFet(), which != Control::Discharge);
        QCOMPARE(pack.limits().balancerEnabled, which != Control::Balancing);
        board.ignoresWrites = true;
        const Course ignored = run(*driver, board, driver->control(which, 1, {}));
        QVERIFY(!ignored.result.ok && !ignored.result.refused && !ignored.result.error.isEmpty());
        board.refusesWrites = true;
        const Course refused = run(*driver, board, driver->control(which, 1, {}));
        QVERIFY(!refused.result.ok && refused.result.refused);
        board.refusesWrites = board.ignoresWrites = false;
        QVERIFY(run(*driver, board, driver->control(which, 1, {})).result.ok);
        QVERIFY(!driver->control(Control::StateOfCharge, 50, {}));
    }

    void writesEverySettingAndReadsItBack()
    {
        Pack pack({}, Profile::constant(0));
        jk_pb::JkPbSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const Course before = run(*driver, board, driver->readParameters({}));
        QCOMPARE(valueOf(before, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(before, "chargeUndertemperature").toDouble(), -5.5);
        int written = 0;
        for (const ParameterInfo &info : driver->parameters()) {
            if (!info.writable)
                continue;
            for (const double value : {info.minimum, info.maximum}) {
                const Course course = run(*driver, board, driver->writeParameters({{info.id, value}}));
                QVERIFY2(course.result.ok, qPrintable(info.id));
                const Course after = run(*driver, board, driver->readParameters({info.id}));
                QCOMPARE(valueOf(after, info.id.toLatin1().constData()).toDouble(), value);
            }
            ++written;
        }
        QCOMPARE(written, 30);
        board.refusesWrites = true;
        QVERIFY(!run(*driver, board, driver->writeParameters({{QStringLiteral("capacity"), 100}})).result.ok);
    }

    void readsAlarms()
    {
        const QHash<int, std::pair<QString, int>> expected = {
            {0, {QStringLiteral("CellImbalance"), 1}},
            {1, {QStringLiteral("HighInternalTemperature"), 2}},
            {2, {QStringLiteral("InternalFailure"), 2}},
            {3, {QStringLiteral("InternalFailure"), 2}},
            {4, {QStringLiteral("HighCellVoltage"), 2}},
            {5, {QStringLiteral("HighVoltage"), 2}},
            {6, {QStringLiteral("HighChargeCurrent"), 2}},
            {7, {QStringLiteral("HighChargeCurrent"), 2}},
            {8, {QStringLiteral("HighChargeTemperature"), 2}},
            {9, {QStringLiteral("LowChargeTemperature"), 2}},
            {10, {QStringLiteral("InternalFailure"), 2}},
            {11, {QStringLiteral("LowCellVoltage"), 2}},
            {12, {QStringLiteral("LowVoltage"), 2}},
            {13, {QStringLiteral("HighDischargeCurrent"), 2}},
            {14, {QStringLiteral("HighDischargeCurrent"), 2}},
            {15, {QStringLiteral("HighTemperature"), 2}},
            {16, {QStringLiteral("InternalFailure"), 2}},
            {17, {QStringLiteral("InternalFailure"), 2}},
            {20, {QStringLiteral("InternalFailure"), 2}},
            {21, {QStringLiteral("HighTemperature"), 2}},
            {22, {QStringLiteral("InternalFailure"), 1}},
            {23, {QStringLiteral("InternalFailure"), 1}}};
        for (int bit = 0; bit < 32; ++bit) {
            QByteArray frame = status();
            frame[166 + bit / 8] = static_cast<char>(1 << (bit % 8));
            const AlarmSet alarms = told(frame).values.alarms;
            const auto [name, level] = expected.value(bit);
            for (int i = 0; i < alarmCount; ++i) {
                const auto each = static_cast<AlarmName>(i);
                QCOMPARE(static_cast<int>(alarms.level(each).value_or(AlarmLevel::Ok)),
                         alarmText(each) == name ? level : 0);
            }
        }
    }

    void doesNotKnowSensorsThatAreNotThere()
    {
        QByteArray frame = status();
        frame[214] = 0b100101; // MOSFETs, T2, T5
        frame.replace(258, 2, hex("30f8"));
        const BatteryState state = told(frame).values;
        QCOMPARE(state.temperatures.size(), 2U);
        QVERIFY(!state.temperatures[0] && state.temperatures[1]);
        frame[214] = 0;
        QVERIFY(!told(frame).values.mosfetTemperature);
    }

    void takesNothingImpossible()
    {
        QByteArray noCells = status();
        noCells.replace(70, 4, QByteArray(4, '\0'));
        QVERIFY(told(noCells).values == BatteryState());
        QByteArray tooFull = status();
        tooFull[173] = 101;
        QVERIFY(told(tooFull).values == BatteryState());
        QVERIFY(told(status()).values.soc);
    }

    void doesNotBelieveTheDataOfOthers()
    {
        const Request request = jk_pb::triggerRequest(1, jk_pb::Status);
        const std::unique_ptr<Driver> driver = make();
        Update update;
        const QByteArray theirs = hex("02101620000104 78");
        QVERIFY(hear(*driver, request, status() + theirs, update).state == ReplyState::Waiting);
        // The one that is confirmed counts, whatever came before it.
        QVERIFY(hear(*driver, request, status() + theirs + status() + withCrc(hex("011016200001")), update)
                    .state == ReplyState::Complete);
        // A board that confirms always does.
        update.clear();
        QVERIFY(hear(*driver, request, status(), update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
    }

    void asksForSettingsFirstWhereTheStatusDoesNotCome()
    {
        Pack pack({}, Profile::constant(0));
        jk_pb::JkPbSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const auto pollPeriod = [&] {
            std::vector<Request> poll;
            driver->requests(Phase::Poll, poll);
            return poll.front().everyMs;
        };
        (void)round(*driver, board, Phase::Identify);
        QVERIFY(pollPeriod() > 0);
        driver->begin(jk_pb::triggerRequest(1, jk_pb::Status));
        QCOMPARE(pollPeriod(), 0);
        (void)round(*driver, board, Phase::Poll);
        QVERIFY(pollPeriod() > 0);
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        jk_pb::JkPbSimulator board(pack, 1);
        // They have heard confirmations: data alone does not count.
        const Make primed = [] {
            Pack own({}, Profile::constant(0));
            jk_pb::JkPbSimulator its(own, 1);
            std::unique_ptr<Driver> driver = make();
            (void)round(*driver, its, Phase::Identify);
            return driver;
        };
        const QByteArray other = answerOf(board, jk_pb::triggerRequest(1, jk_pb::Settings));
        const Request request = jk_pb::triggerRequest(1, jk_pb::Status);
        QByteArray good = answerOf(board, request);
        good.remove(300, 1); // the byte between them means nothing
        onlyTheWholeReplyCounts(primed, request, good, {other, good.last(8), hex("dda50300fffd77")});
        const Request write = jk_pb::writeRequest(1, jk_pb::chargeSwitch, hex("00000001"));
        onlyTheWholeReplyCounts(primed, write, answerOf(board, write),
                                {withCrc(hex("021010700002")), withCrc(hex("011010740002")), good});
    }

    void doesNotRecogniseOthers()
    {
        BatteryState read;
        read.voltage = 6.6;
        read.maxVoltage = 7.1;
        read.cellVoltages = {3.3, 3.3};
        QVERIFY(make()->recognise(read) == Recognition::Yes);
        read.voltage = 7.0;
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.voltage = 6.6;
        read.maxVoltage.reset();
        QVERIFY(make()->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestJkPb)
#include "tst_jk_pb.moc"
