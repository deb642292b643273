// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/hlpdatabms4s/hlpdatabms4sdriver.h"
#include "drivers/hlpdatabms4s/hlpdatabms4ssimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;
using namespace sb::hlpdatabms4s;

namespace {

const QByteArray good = "3.312,3.310,3.309,3.313,-12.5,78,1,1,13.2,78,0,0,1,b1 21,b2 19";

} // namespace

class TestHlpdataBms4s : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return hlpdatabms4s::driver().create({}); }

    /// What two replies to the same command, one after the other, tell.
    static ReplyState tellTwice(Driver &driver, Command command, const QByteArray &first,
                                const QByteArray &second, Update &update)
    {
        Update before;
        (void)hear(driver, request(command), first, before);
        if (!(before.values == BatteryState()))
            qFatal("one reply alone counts");
        return hear(driver, request(command, true), second, update).state;
    }
    static BatteryState told(Command command, const QByteArray &text)
    {
        Update update;
        (void)tellTwice(*make(), command, text, text, update);
        return update.values;
    }
    static QByteArray with(int field, const QByteArray &text)
    {
        QByteArrayList fields = good.split(',');
        fields[field] = text;
        return fields.join(',') + "\r\n";
    }

private slots:
    void sendsWhatTheProtocolFilePrints()
    {
        QByteArrayList asked;
        std::vector<Request> requests;
        make()->requests(Phase::Identify, requests);
        for (const Request &each : requests)
            asked.append(each.bytes);
        QCOMPARE(asked, (QByteArrayList{"\n", "pv\n", "pv\n", "pv\n", "ps\n", "ps\n", "m1\n", "m1\n"}));
        requests.clear();
        make()->requests(Phase::Poll, requests);
        QCOMPARE(requests.size(), 2U);
        QCOMPARE(requests[1].bytes, "m1\n");
        QVERIFY(make()->info().pollIntervalMs >= 5000);
    }

    void readsTheWorkedExample()
    {
        const BatteryState state = told(Measure, "m1\r\n" + good + "\r\n");
        QCOMPARE(state.cellVoltages, (Numbers{3.312, 3.31, 3.309, 3.313}));
        QCOMPARE(*state.voltage, 13.244);
        QCOMPARE(*state.current, -12.5);
        QCOMPARE(*state.soc, 78.0);
        QVERIFY(*state.chargeAllowed && *state.dischargeAllowed);
        QCOMPARE(state.temperatures, (Numbers{21.0, 19.0}));
        QCOMPARE(state.temperatureNames, (QStringList{QStringLiteral("b1"), QStringLiteral("b2")}));
    }

    void readsASimulatedPack_data()
    {
        QTest::addColumn<bool>("echoes");
        QTest::addColumn<double>("amperes");
        QTest::newRow("with echo, charging") << true << 20.0;
        QTest::newRow("without echo, discharging") << false << -20.0;
    }
    void readsASimulatedPack()
    {
        QFETCH(const bool, echoes);
        QFETCH(const double, amperes);
        PackConfig config;
        config.cells = 4;
        config.ambient = -7;
        Pack pack(config, Profile::constant(amperes));
        pack.limits().packUndervoltage = 10;
        pack.limits().chargeUndertemperature = -20;
        pack.setTemperature(-7);
        pack.advance(5);
        Bms4sSimulator board(pack);
        board.echoes = echoes;
        const std::unique_ptr<Driver> driver = make();
        Update update;
        std::vector<Request> requests;
        driver->requests(Phase::Identify, requests);
        for (const Request &each : requests)
            QVERIFY(ask(*driver, board, each, update).end == StepResult::End::Complete || each.id == Wake);
        const BatteryState &state = update.values;
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0025);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.51);
        QCOMPARE(state.temperatures.size(), 3U);
        QVERIFY(std::abs(*state.temperatures[0] - pack.temperatures()[0]) <= 0.051);
        QCOMPARE(*state.hardwareVersion, QStringLiteral("BMS4S v1.23"));
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(*state.uniqueId, QStringLiteral("BMS4S_280"));
        QCOMPARE(*state.maxVoltage, 14.6);
        QCOMPARE(*state.minVoltage, 10.0);
        bool all = false;
        QVERIFY(round(*driver, board, Phase::Poll, &all).voltage);
        QVERIFY(all);
    }

    void readsNumbers_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<double>("value"); // 1e9: none
        const auto row = [](const char *text, double value) {
            QTest::newRow(text) << QByteArray(text) << value;
        };
        row("-5", -5);
        row("21.5", 21.5);
        row("+12.5A", 12.5);
        row(" 12.5 A ", 12.5);
        row("-0.25", -0.25);
        row("78%", 78);
        row("5\xB0"
            "C",
            5);
        row("1234567890", 1234567890);
        for (const char *none : {"", "-", "A", "--5", "5-", "1.2.3", ".5", "5.", "1 2", "1,5", "1e3", "0x10",
                                 "nan", "inf", "12345678901", "1 ampere!", "7 kilogram"})
            row(none, 1e9);
    }
    void readsNumbers()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const double, value);
        QCOMPARE(numberOf(text).value_or(1e9), value);
    }

    void readsFields_data()
    {
        QTest::addColumn<int>("field");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("taken");
        const auto row = [](int field, const char *text, bool taken) {
            QTest::addRow("%d: \"%s\"", field, text) << field << QByteArray(text) << taken;
        };
        for (int cell = 0; cell < 4; ++cell) {
            for (const char *text : {"3.3", "0.000", "5.000", " 3.312 ", "3.312V"})
                row(cell, text, true);
            for (const char *text : {"", "3", "33.12", "5.001", "-0.1", "3.3l2", "3,3", "3.3.1", "x3.3"})
                row(cell, text, false);
        }
        row(0, "m13.312", true); // echo on the same line
        row(0, "m1 3.312", true);
        row(0, "m2 3.312", false);
        for (const char *text : {"0", "-1000", "1000", "+3.5", "2 A"})
            row(4, text, true);
        for (const char *text : {"", "1000.1", "-1001", "1-", "a"})
            row(4, text, false);
        for (const char *text : {"0", "100", "99.5", "50%"})
            row(5, text, true);
        for (const char *text : {"", "-1", "100.1", "x"})
            row(5, text, false);
        for (const int field : {6, 7}) {
            row(field, "0", true);
            row(field, " 1", true);
            for (const char *text : {"", "2", "-1", "on", "01", "1.0"})
                row(field, text, false);
        }
        for (const int field : {8, 9, 10, 12}) // not used: any text
            row(field, "red & 7", true);
        row(8, "1\x01", false);
        row(11, "0", true);
        row(11, "255", true);
        for (const char *text : {"", "-1", "1.5", "beep", "1000"})
            row(11, text, false);
    }
    void readsFields()
    {
        QFETCH(const int, field);
        QFETCH(const QByteArray, text);
        QFETCH(const bool, taken);
        const BatteryState state = told(Measure, with(field, text));
        QCOMPARE(state.voltage.has_value(), taken);
        // A damaged measurement is known as one, so that nobody waits for another.
        const std::unique_ptr<Driver> driver = make();
        Update update;
        (void)hear(*driver, request(Measure), with(field, text), update);
        QCOMPARE(driver->counters().badChecksums, taken ? 0U : 1U);
        QVERIFY(taken || state == BatteryState());
    }

    void readsSensors_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("isOurs");
        QTest::addColumn<double>("value"); // 1e9: none
        QTest::newRow("below zero") << QByteArray("b1 -5") << true << -5.0;
        QTest::newRow("fraction, unit") << QByteArray("bat 21.5 C") << true << 21.5;
        QTest::newRow("much blank") << QByteArray("  b1   7 ") << true << 7.0;
        QTest::newRow("nothing to tell") << QByteArray("b1 --") << true << 1e9;
        QTest::newRow("too cold") << QByteArray("b1 -51") << true << 1e9;
        QTest::newRow("too hot") << QByteArray("b1 151") << true << 1e9;
        QTest::newRow("no value") << QByteArray("b1") << true << 1e9;
        QTest::newRow("of something else") << QByteArray("i1 30") << false << 1e9;
        QTest::newRow("empty") << QByteArray("") << false << 1e9;
    }
    void readsSensors()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const bool, isOurs);
        QFETCH(const double, value);
        const BatteryState state = told(Measure, with(13, text));
        QCOMPARE(state.temperatures.size(), isOurs ? 2U : 1U);
        QCOMPARE(state.temperatureNames.size(), isOurs ? 2 : 1);
        if (isOurs)
            QCOMPARE(state.temperatures[0].value_or(1e9), value);
        QCOMPARE(*state.temperatures.back(), 19.0);
    }

    void readsAlarms_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        QTest::newRow("0") << 0 << QString() << 0;
        QTest::newRow("1") << 1 << QString() << 0;
        QTest::newRow("2") << 2 << QStringLiteral("LowChargeTemperature") << 1;
        QTest::newRow("3") << 3 << QStringLiteral("HighChargeTemperature") << 1;
        QTest::newRow("4") << 4 << QStringLiteral("LowVoltage") << 2;
        QTest::newRow("5") << 5 << QStringLiteral("HighVoltage") << 2;
        QTest::newRow("6") << 6 << QString() << 0;
    }
    void readsAlarms()
    {
        QFETCH(const int, code);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        const BatteryState state = told(Measure, with(11, QByteArray::number(code)));
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)),
                     alarmText(name) == alarm ? level : 0);
        }
    }

    void readsSwitches()
    {
        QCOMPARE(*told(Measure, with(6, "0")).chargeAllowed, false);
        QCOMPARE(*told(Measure, with(6, "0")).dischargeAllowed, true);
        QCOMPARE(*told(Measure, with(7, "0")).dischargeAllowed, false);
    }

    void readsSettings_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<double>("capacity"); // 0: none
        QTest::addColumn<double>("high");
        QTest::addColumn<double>("low");
        const auto row = [](const char *name, const char *text, double capacity, double high, double low) {
            QTest::newRow(name) << QByteArray(text) << capacity << high << low;
        };
        row("commas", "ps\r\nBatterySize= 280 Ah\r\nVoltHigh= 3,55 V\r\nVoltLow= 2,80 V\r\n", 280, 14.2,
            11.2);
        row("points, no blanks", "BatterySize=99.5\r\nVoltHigh=3.65\r\nVoltLow=2.5\r\n", 99.5, 14.6, 10);
        row("in one line", "A= 1 BatterySize= 60 VoltHigh= 3,5 VoltLow= 3 B= 2\r\n", 60, 14, 12);
        row("one of them", "VoltLow= 2,8 V\r\n", 0, 0, 11.2);
        row("another key that ends like it", "MyBatterySize= 5\r\nVoltLow= 2,8\r\n", 0, 0, 11.2);
        row("behind such a key", "MyBatterySize= 5\r\nBatterySize= 6\r\n", 6, 0, 0);
        row("cut off", "VoltLow= 2,8\r\nBatterySize= 28", 0, 0, 11.2);
        row("nonsense", "BatterySize= many\r\nVoltHigh= 3,5,5\r\nVoltLow= 2,8\r\n", 0, 0, 11.2);
        row("out of bounds", "BatterySize= 5001\r\nVoltHigh= 5,1\r\nVoltLow= 0,4\r\n", 0, 0, 0);
        row("the wrong way round", "BatterySize= 100\r\nVoltHigh= 2,5\r\nVoltLow= 3,5\r\n", 100, 0, 0);
        row("nothing", "ps\r\nunknown command\r\n", 0, 0, 0);
    }
    void readsSettings()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const double, capacity);
        QFETCH(const double, high);
        QFETCH(const double, low);
        const BatteryState state = told(Stored, text);
        QCOMPARE(state.capacityAh.value_or(0), capacity);
        QCOMPARE(state.maxVoltage.value_or(0), high);
        QCOMPARE(state.minVoltage.value_or(0), low);
        QCOMPARE(state.uniqueId.has_value(), capacity > 0);
    }

    void readsTheVersion()
    {
        QCOMPARE(*told(Version, "pv\r\nBMS4S v1.23\r\n").hardwareVersion, QStringLiteral("BMS4S v1.23"));
        QCOMPARE(*told(Version, "pvHLP BMS4S 2 \r\n").hardwareVersion, QStringLiteral("BMS4S 2"));
        for (const QByteArray &text :
             {QByteArray("pv\r\nBMS4S v1.23"), QByteArray("pv\r\n"), QByteArray("$GPGGA,1,2\r\n"),
              QByteArray("BMS4S \x01\r\n"), QByteArray("BMS4S " + QByteArray(40, 'x') + "\r\n")})
            QVERIFY2(told(Version, text) == BatteryState(), text.constData());
    }

    void oneReplyAloneIsNotEnough_data()
    {
        QTest::addColumn<int>("field");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("agrees");
        const auto row = [](int field, const char *text, bool agrees) {
            QTest::addRow("%d: %s", field, text) << field << QByteArray(text) << agrees;
        };
        row(1, "3.409", true);
        row(1, "3.411", false);
        row(1, "7.310", false);
        row(4, "-13.5", true);
        row(4, "-10.9", false);
        row(4, "12.5", false);
        row(5, "79", true);
        row(5, "98", false);
        row(6, "0", false);
        row(7, "0", false);
        row(11, "4", false);
        row(13, "b1 23", true);
        row(13, "b1 24", false);
        row(13, "b1 --", false);
        row(13, "b3 21", false);
        row(13, "i1 21", false);
        row(9, "12", true); // not used
    }
    void oneReplyAloneIsNotEnough()
    {
        QFETCH(const int, field);
        QFETCH(const QByteArray, text);
        QFETCH(const bool, agrees);
        const std::unique_ptr<Driver> driver = make();
        const QByteArray second = with(field, text);
        Update update;
        QCOMPARE(tellTwice(*driver, Measure, good + "\r\n", second, update) == ReplyState::Complete, agrees);
        QCOMPARE(update.values == BatteryState(), !agrees);
        if (agrees)
            return;
        QVERIFY(driver->counters().badChecksums + driver->counters().noiseBytes > 0 || text == "7.310");
        // The next one is compared with this one.
        if (field != 1 || text != "7.310")
            QVERIFY(hear(*driver, request(Measure, true), second, update).state == ReplyState::Complete);
    }

    void versionAndSettingsMustAgreeAsWell()
    {
        Update update;
        QVERIFY(tellTwice(*make(), Version, "BMS4S v1.23\r\n", "BMS4S v1.33\r\n", update) ==
                ReplyState::Waiting);
        QVERIFY(tellTwice(*make(), Stored, "BatterySize= 280\r\n", "BatterySize= 288\r\n", update) ==
                ReplyState::Waiting);
        QVERIFY(tellTwice(*make(), Stored, "BatterySize= 280\r\n", "BatterySize= 280\r\nVoltLow= 2,5\r\n",
                          update) == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
    }

    void takesOnlyWholeLines()
    {
        const QByteArray line = "m1\r\n" + good + "\r\n";
        for (qsizetype size = 0; size < line.size(); ++size)
            QVERIFY(told(Measure, line.first(size)) == BatteryState());
        // In any pieces, and behind what is no measurement.
        const std::unique_ptr<Driver> driver = make();
        for (const bool again : {false, true}) {
            const Request asked = request(Measure, again);
            driver->begin(asked);
            Update update;
            const QByteArray all = "error 7\r\n" + line;
            for (qsizetype at = 0; at < all.size(); ++at) {
                const Reply reply = driver->receive(bytesOf(all.mid(at, 1)), &asked, update);
                QCOMPARE(reply.state == ReplyState::Complete, at == all.size() - 1);
            }
            QCOMPARE(update.values.voltage.has_value(), again);
        }
        QVERIFY(told(Measure, good.left(good.indexOf(",0,0,1")) + "\r\n") == BatteryState());
        QVERIFY(told(Measure, good + QByteArray(20, ',') + "\r\n") == BatteryState());
    }

    void waitsForTheEndOfTheSettings()
    {
        const std::unique_ptr<Driver> driver = make();
        const Request asked = request(Stored);
        driver->begin(asked);
        Update update;
        QVERIFY(driver->receive(bytesOf(QByteArray("ps\r\n")), &asked, update).state == ReplyState::Waiting);
        QVERIFY(driver->lineSilent(&asked, update).state == ReplyState::Waiting); // only the echo
        QVERIFY(driver->receive(bytesOf(QByteArray("BatterySize= 280\r\n")), &asked, update).state ==
                ReplyState::Waiting);
        QVERIFY(driver->lineSilent(&asked, update).state == ReplyState::Complete);
    }

    void takesNothingThatWasNotAsked()
    {
        const std::unique_ptr<Driver> driver = make();
        Update update;
        const QByteArray line = good + "\r\n";
        for (int i = 0; i < 2; ++i) {
            QVERIFY(driver->receive(bytesOf(line), nullptr, update).state == ReplyState::Waiting);
            QVERIFY(driver->lineSilent(nullptr, update).state == ReplyState::Waiting);
        }
        // Nor a measurement where something else was asked.
        QVERIFY(tellTwice(*driver, Version, line, line, update) == ReplyState::Waiting);
        QVERIFY(tellTwice(*driver, Stored, line, line, update) == ReplyState::Waiting);
        QVERIFY(tellTwice(*driver, Wake, line, line, update) == ReplyState::Waiting);
        QVERIFY(tellTwice(*driver, Measure, "m1\n", "m1\n", update) == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
    }

    void forgetsWhoNeverEndsALine()
    {
        const std::unique_ptr<Driver> driver = make();
        const Request asked = request(Measure);
        driver->begin(asked);
        Update update;
        const QByteArray much(5000, 'x');
        for (int i = 0; i < 4; ++i)
            QVERIFY(driver->receive(bytesOf(much), &asked, update).state == ReplyState::Waiting);
        QCOMPARE(driver->counters().noiseBytes, 10000U);
        driver->begin(asked);
        QCOMPARE(driver->counters().noiseBytes, 20000U);
    }

    void controlsNothing()
    {
        QVERIFY(!make()->control(Control::Charge, 0, {}));
        QVERIFY(make()->parameters().empty());
        QVERIFY(make()->info().writes.empty());
    }

    void doesNotRecogniseOthers()
    {
        BatteryState read;
        read.hardwareVersion = QStringLiteral("BMS4S v1");
        read.voltage = 13.2;
        read.cellVoltages = {3.3, 3.3, 3.3, 3.3};
        QVERIFY(make()->recognise(read) == Recognition::Yes);
        read.cellVoltages[2] = 0.1;
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.cellVoltages[2] = 3.3;
        read.hardwareVersion.reset();
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.hardwareVersion = QStringLiteral("BMS4S v1");
        read.voltage.reset();
        QVERIFY(make()->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestHlpdataBms4s)
#include "tst_hlpdatabms4s.moc"
