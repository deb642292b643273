// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk/jkdriver.h"
#include "drivers/jk/jksimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestJk : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return jk::driver().create({}); }
    static QByteArray frame(const QByteArray &body, const char *head = "060001")
    {
        QByteArray bytes = hex("4e57");
        appendInteger(bytes, body.size() + 18, Wire::U16BE);
        bytes += hex("00000000") + hex(head) + body + hex("0000000068");
        appendInteger(bytes, checksum(Checksum::Sum16, bytesOf(bytes)), Wire::U32BE);
        return bytes;
    }
    /// A reply of two cells and these tags.
    static BatteryState told(const QByteArray &tags)
    {
        Update update;
        (void)hear(*make(), jk::readAllRequest(), frame(hex("7906010ce4020ce5") + tags), update);
        return update.values;
    }

private slots:
    void sendsWhatTheProtocolFilePrints()
    {
        QCOMPARE(jk::readAllRequest().bytes, hex("4e5700130000000006030000000000006800000129"));
        QCOMPARE(jk::activateRequest().bytes, hex("4e5700130000000001030000000000006800000124"));
        QCOMPARE(jk::writeRequest(0xAB, 1).bytes, hex("4e57001400000000020300ab010000000068000001d2"));
        QCOMPARE(jk::writeRequest(0xAC, 0).bytes, hex("4e57001400000000020300ac000000000068000001d2"));
    }

    void readsASimulatedPack_data()
    {
        QTest::addColumn<bool>("isOld");
        QTest::addColumn<double>("amperes");
        QTest::newRow("charging") << false << 15.0;
        QTest::newRow("discharging") << false << -15.0;
        QTest::newRow("old firmware, charging") << true << 15.0;
        QTest::newRow("old firmware, discharging") << true << -15.0;
    }
    void readsASimulatedPack()
    {
        QFETCH(const bool, isOld);
        QFETCH(const double, amperes);
        PackConfig config;
        config.cells = 14;
        config.ambient = -7;
        Pack pack(config, Profile::constant(amperes));
        pack.setTemperature(-7);
        pack.advance(5);
        jk::JkSimulator board(pack);
        board.isOld = isOld;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.51);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(*state.cycles, 42);
        QCOMPARE(state.cellVoltages.size(), 14U);
        for (size_t i = 0; i < 14; ++i)
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
        QVERIFY(std::abs(*state.temperatures[0] - pack.temperatures()[0]) <= 0.51);
        QVERIFY(*state.temperatures[0] < 0);
        QCOMPARE(*state.maxChargeCurrent, 150.0);
        QCOMPARE(*state.maxDischargeCurrent, 200.0);
        QVERIFY(std::abs(*state.maxVoltage - pack.limits().packOvervoltage) <= 0.0051);
        QCOMPARE(*state.hardwareVersion, QStringLiteral("11.XW"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("11.261"));
        QCOMPARE(*state.deviceName, QStringLiteral("Pack 1"));
        QCOMPARE(state.uniqueId, isOld ? Text() : Text(QStringLiteral("JK_B1A20S15P_Pack 1")));
        (void)round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
    }

    void switchesFets_data()
    {
        QTest::addColumn<bool>("charge");
        QTest::newRow("charge") << true;
        QTest::newRow("discharge") << false;
    }
    void switchesFets()
    {
        QFETCH(const bool, charge);
        const Control which = charge ? Control::Charge : Control::Discharge;
        Pack pack({}, Profile::constant(0));
        jk::JkSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(run(*driver, board, driver->control(which, 0, {})).result.ok);
        QCOMPARE(pack.chargeFet(), !charge);
        QCOMPARE(pack.dischargeFet(), charge);
        board.ignoresSwitches = true;
        const Course ignored = run(*driver, board, driver->control(which, 1, {}));
        QVERIFY(!ignored.result.ok && !ignored.result.error.isEmpty());
        board.ignoresSwitches = false;
        QVERIFY(run(*driver, board, driver->control(which, 1, {})).result.ok);
        QVERIFY(pack.chargeFet() && pack.dischargeFet());
        QVERIFY(!run(*driver, board, driver->control(which, 0, {}), 0).result.ok);
        QVERIFY(!driver->control(Control::Balancing, 1, {}));
    }

    void readsSettingsAndWritesNone()
    {
        Pack pack({}, Profile::constant(0));
        jk::JkSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        const Course course = run(*driver, board, driver->readParameters({}));
        QCOMPARE(valueOf(course, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(course, "packUndervoltage").toDouble(), 40.0);
        QCOMPARE(valueOf(course, "dischargeUndertemperature").toDouble(), -20.0);
        QCOMPARE(valueOf(course, "capacity").toDouble(), 280.0);
        QVERIFY(!valueOf(course, "parameterPassword").isValid());
        for (const ParameterInfo &info : driver->parameters())
            QVERIFY(!info.writable);
        const Course written =
            run(*driver, board, driver->writeParameters({{QStringLiteral("capacity"), 100}}));
        QVERIFY(!written.result.ok);
        for (const QByteArray &sent : written.sent)
            QVERIFY(sent[8] != jk::Write);
    }

    void readsTemperatures_data()
    {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<double>("celsius");
        QTest::newRow("zero") << QByteArray("0000") << 0.0;
        QTest::newRow("the highest") << QByteArray("0064") << 100.0;
        QTest::newRow("minus one") << QByteArray("0065") << -1.0;
        QTest::newRow("the lowest") << QByteArray("008c") << -40.0;
    }
    void readsTemperatures()
    {
        QFETCH(const QByteArray, raw);
        QFETCH(const double, celsius);
        QCOMPARE(*told(hex("80") + QByteArray::fromHex(raw)).mosfetTemperature, celsius);
    }

    void doesNotKnowImpossibleTemperatures() { QVERIFY(!told(hex("80008d")).mosfetTemperature); }

    void readsAlarms_data()
    {
        QTest::addColumn<int>("bit");
        QTest::addColumn<bool>("charging");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        const auto row = [](int bit, const char *alarm, int level, bool charging = true) {
            QTest::addRow("bit %d %s", bit, charging ? "charging" : "discharging")
                << bit << charging << QString::fromLatin1(alarm) << level;
        };
        row(0, "LowSoc", 1);
        row(1, "HighInternalTemperature", 2);
        row(2, "HighVoltage", 2);
        row(2, "HighVoltage", 1, false);
        row(3, "LowVoltage", 2);
        row(4, "HighChargeTemperature", 2);
        row(4, "HighTemperature", 2, false);
        row(5, "HighChargeCurrent", 2);
        row(6, "HighDischargeCurrent", 2);
        row(7, "CellImbalance", 1);
        row(8, "HighChargeTemperature", 2);
        row(8, "HighTemperature", 2, false);
        row(9, "LowChargeTemperature", 2);
        row(9, "LowTemperature", 2, false);
        row(10, "HighCellVoltage", 2);
        row(10, "HighCellVoltage", 1, false); // full, and waiting for a load
        row(11, "LowCellVoltage", 2);
        row(12, "InternalFailure", 2);
        row(13, "InternalFailure", 2);
    }
    void readsAlarms()
    {
        QFETCH(const int, bit);
        QFETCH(const bool, charging);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        QByteArray tags = charging ? hex("84807b") : hex("84007b");
        tags += hex("8b");
        appendInteger(tags, 1 << bit, Wire::U16BE);
        tags += hex("8c0003c001");
        const BatteryState state = told(tags);
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? level : 0;
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)), expected);
        }
        QCOMPARE(*state.problemCode, 1 << bit);
    }

    void stopsAtWhatItDoesNotKnow()
    {
        QCOMPARE(*told(hex("831500850fff")).voltage, 53.76);
        QVERIFY(!told(hex("c183150000")).voltage);
        QVERIFY(!told(hex("8315")).voltage);
    }

    void takesNothingImpossible_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("no cells") << QByteArray("831500");
        QTest::newRow("empty list of cells") << QByteArray("7900");
        QTest::newRow("a cell and a half") << QByteArray("7904010ce402");
        QTest::newRow("cell 3 of 2") << QByteArray("7906010ce4030ce5");
        QTest::newRow("cell 0") << QByteArray("7906000ce4010ce5");
        QTest::newRow("other count") << QByteArray("7906010ce4020ce58a0003");
        QTest::newRow("just woken") << QByteArray("7906010000020000");
        QTest::newRow("101 %") << QByteArray("7906010ce4020ce58565");
    }
    void takesNothingImpossible()
    {
        QFETCH(const QByteArray, body);
        Update update;
        QVERIFY(hear(*make(), jk::readAllRequest(), frame(QByteArray::fromHex(body)), update).state ==
                ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        jk::JkSimulator board(pack);
        const Request request = jk::readAllRequest();
        const QByteArray good = answerOf(board, request);
        const QByteArray body = good.sliced(11, good.size() - 20);
        QByteArray badEnd = good;
        badEnd[good.size() - 5] = '\x67';
        badEnd[good.size() - 1] = static_cast<char>(badEnd[good.size() - 1] - 1);
        onlyTheWholeReplyCounts(
            make, request, good,
            {frame(body, "060000"), frame(body, "020001"), badEnd, hex("dda50300fffd77")});
        QCOMPARE(frame(body), good);
        const Request write = jk::writeRequest(0xAB, 1);
        onlyTheWholeReplyCounts(make, write, answerOf(board, write), {frame(hex("ac"), "020001"), good});
    }

    void doesNotRecogniseOthers()
    {
        BatteryState read;
        read.voltage = 6.6;
        read.cellVoltages = {3.3, 3.3};
        QVERIFY(make()->recognise(read) == Recognition::Yes);
        read.voltage = 7.0;
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.voltage.reset();
        QVERIFY(make()->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestJk)
#include "tst_jk.moc"
