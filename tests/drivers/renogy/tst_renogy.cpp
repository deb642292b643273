// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/renogy/renogydriver.h"
#include "drivers/renogy/renogysimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestRenogy : public QObject
{
    Q_OBJECT

    static DriverConfig config(int unit = 48, const QVariantMap &options = {})
    {
        return {TransportKind::Serial, unit, options};
    }
    static std::unique_ptr<Driver> make() { return renogy::driver().create(config()); }
    static PackConfig packConfig()
    {
        PackConfig config;
        config.cells = 4;
        config.capacityAh = 100;
        return config;
    }
    /// What the driver says to one reply without its CRC.
    static BatteryState decoded(Driver &driver, quint16 start, quint16 count, const char *reply)
    {
        Request request;
        request.bytes = modbus::readRequest({48, modbus::ReadHolding, start, count});
        Update update;
        (void)hear(driver, request, withCrc(hex(reply)), update);
        return update.values;
    }
    /// Registers 5100 to 5107.
    static BatteryState flags(const char *words)
    {
        const std::unique_ptr<Driver> driver = make();
        return decoded(*driver, 5100, 8, QByteArray("300310").append(words).constData());
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        std::vector<Request> identify;
        make()->requests(Phase::Identify, identify);
        QByteArrayList sent;
        for (const Request &request : identify)
            sent.append(request.bytes);
        QVERIFY(sent.contains(hex("300313b20007a48a")));
        QVERIFY(sent.contains(hex("300313880022455c")));
        QVERIFY(sent.contains(hex("300313ec0008855c")));
        const auto other = renogy::driver().create(config(0xF7));
        identify.clear();
        other->requests(Phase::Identify, identify);
        QCOMPARE(identify[1].bytes, hex("f70313b20007b43d"));
    }

    void readsASimulatedPack()
    {
        Pack pack(packConfig(), Profile::constant(12));
        pack.advance(5);
        renogy::RenogySimulator board(pack, 48);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(std::abs(*state.soc - pack.soc()) < 0.01);
        QCOMPARE(*state.capacityAh, 100.0);
        QCOMPARE(*state.cycles, 42);
        QCOMPARE(state.cellVoltages.size(), 4U);
        QCOMPARE(state.temperatures.size(), 3U);
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.051);
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.serialNumber, QStringLiteral("SB2403140048"));
        QCOMPARE(*state.hardwareVersion, QStringLiteral("RBT100LFP12-BT"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("0100"));
        QCOMPARE(*state.manufacturer, QStringLiteral("RENOGY"));
        const BatteryState again = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(again.voltage, state.voltage);
    }

    void tellsAlarmsOfThePack()
    {
        Pack pack(packConfig(), Profile::constant(20));
        for (int cell = 0; cell < 4; ++cell)
            pack.setCellSoc(cell, 1.2);
        pack.advance(30);
        QVERIFY(pack.isActive(Protection::CellOvervoltage));
        renogy::RenogySimulator board(pack, 48);
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = round(*driver, board, Phase::Identify);
        QCOMPARE(*state.alarms.level(AlarmName::HighCellVoltage), AlarmLevel::Alarm);
        QCOMPARE(*state.chargeAllowed, false);
        QCOMPARE(*state.dischargeAllowed, true);
    }

    void keepsToShortReadsWhereLongOnesAreRefused()
    {
        Pack pack(packConfig(), Profile::constant(-3));
        renogy::RenogySimulator board(pack, 48);
        board.longestRead = 17;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QCOMPARE(state.temperatures.size(), 3U);
        std::vector<Request> poll;
        driver->requests(Phase::Poll, poll);
        const bool asksLong = std::any_of(poll.begin(), poll.end(), [](const Request &request) {
            return request.bytes == hex("300313880022455c");
        });
        QVERIFY(!asksLong);
        const BatteryState polled = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(polled.cellVoltages.size(), 4U);
    }

    void doesNotKnowFetsThatWereNeverTold()
    {
        QVERIFY(!flags("00000000000000000000000000000000").chargeAllowed);
        const BatteryState on = flags("00000000000000000000000000060000");
        QCOMPARE(*on.chargeAllowed, true);
        QCOMPARE(*on.dischargeAllowed, true);
        const std::unique_ptr<Driver> driver = make();
        (void)decoded(*driver, 5100, 8, "31031000000000000000000000000000060000");
        QVERIFY(!decoded(*driver, 5100, 8, "30031000000000000000000000000000000000").chargeAllowed);
        (void)decoded(*driver, 5100, 8, "30031000000000000000000000000000060000");
        QCOMPARE(*decoded(*driver, 5100, 8, "30031000000000000000000000000000000000").chargeAllowed, false);
    }

    void readsFlagsOfCellsAndSensors_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        const auto row = [](const char *words, const char *alarm, int level) {
            QTest::newRow(words) << QByteArray(words) << QString::fromLatin1(alarm) << level;
        };
        row("40000000000000000000000000000000", "LowCellVoltage", 1);
        row("00000002000000000000000000000000", "HighCellVoltage", 1);
        row("00000000000000010000000000000000", "LowTemperature", 1);
        row("00000000800000000000000000000000", "HighTemperature", 1);
        row("00000000000000000000000080000000", "LowVoltage", 2);
        row("00000000000000000000000040000000", "HighChargeTemperature", 2);
        row("00000000000000000000000020000000", "LowChargeTemperature", 2);
        row("00000000000000000000000010000000", "HighTemperature", 2);
        row("00000000000000000000000008000000", "LowTemperature", 2);
        row("00000000000000000000000004000000", "HighChargeCurrent", 2);
        row("00000000000000000000000002000000", "HighDischargeCurrent", 2);
        row("00000000000000000000000001000000", "HighVoltage", 2);
        row("00000000000000000000000000800000", "HighCellVoltage", 2);
        row("00000000000000000000000000400000", "LowCellVoltage", 2);
        row("00000000000000000000000000010000", "HighDischargeCurrent", 2);
    }
    void readsFlagsOfCellsAndSensors()
    {
        QFETCH(const QByteArray, words);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        const BatteryState state = flags(words.constData());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? level : 0;
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)), expected);
        }
    }

    void swapsTheCyclesOfSomePacks()
    {
        const std::unique_ptr<Driver> driver = make();
        QCOMPARE(*decoded(*driver, 5042, 7, "30030e0000008500000000000000002c01").cycles, 0x012C);
        QCOMPARE(*decoded(*driver, 5042, 7, "30030e0000008500000000000000000f00").cycles, 0x0F00);
    }

    void countsTheCurrentOfProPacksInTenths()
    {
        const auto pro =
            renogy::driver().create(config(48, {{QStringLiteral("variant"), QStringLiteral("pro")}}));
        QCOMPARE(*decoded(*pro, 5042, 7, "30030efff400850003304200033bda0006").current, -1.2);
        const std::unique_ptr<Driver> usual = make();
        QCOMPARE(*decoded(*usual, 5042, 7, "30030efff400850003304200033bda0006").current, -0.12);
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack(packConfig(), Profile::constant(0));
        renogy::RenogySimulator board(pack, 48);
        damagedRepliesGiveNothing(make, board, hex("dda50300fffd77"));
    }

    void doesNotRecogniseOthers_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<double>("voltage");
        QTest::newRow("no model") << QString() << 13.2;
        QTest::newRow("no text") << QStringLiteral("??") << 13.2;
        QTest::newRow("too little for its cells") << QStringLiteral("RBT") << 7.9;
        QTest::newRow("too much for its cells") << QStringLiteral("RBT") << 18.1;
    }
    void doesNotRecogniseOthers()
    {
        QFETCH(const QString, model);
        QFETCH(const double, voltage);
        BatteryState read;
        read.cellCount = 4;
        read.voltage = 13.2;
        read.hardwareVersion = QStringLiteral("RBT");
        QVERIFY(make()->recognise(read) == Recognition::Yes);
        read.voltage = voltage;
        read.hardwareVersion = model.isEmpty() ? Text() : Text(model);
        QVERIFY(make()->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestRenogy)
#include "tst_renogy.moc"
