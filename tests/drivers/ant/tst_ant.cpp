// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ant/antdriver.h"
#include "drivers/ant/antsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;
using ant::Form;
using ant::Speaks;

class TestAnt : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make(const char *variant = "", const char *password = "",
                                        TransportKind transport = TransportKind::Serial)
    {
        DriverConfig config;
        config.transport = transport;
        config.options.insert(QStringLiteral("variant"), QLatin1String(variant));
        config.options.insert(QStringLiteral("password"), QLatin1String(password));
        return ant::driver().create(config);
    }
    static QByteArray frame(int function, int address, const QByteArray &data, const char *end = "aa55")
    {
        QByteArray bytes = hex("7ea1");
        appendInteger(bytes, function, Wire::U8);
        appendInteger(bytes, address, Wire::U16LE);
        appendInteger(bytes, data.size(), Wire::U8);
        bytes += data;
        appendInteger(bytes, checksum(Checksum::Crc16Modbus, bytesOf(bytes).subspan(1)), Wire::U16LE);
        return bytes + hex(end);
    }
    /// Data of a status of the new protocol with one cell and no sensor.
    static QByteArray statusData(int charge = 1, int discharge = 1, int balancer = 0)
    {
        QByteArray data = hex("05010001") + QByteArray(24, '\0') + hex("e40c"); // one cell, 3.300 V
        data += hex("1900190049010a0032006400"); // 25, 25 degC, 3.29 V, 1.0 A, 50 %, 100 %
        for (const int code : {charge, discharge, balancer, 0})
            appendInteger(data, code, Wire::U8);
        return data + hex("40420f0020a10700") + QByteArray(84, '\0');
    }
    static QByteArray oldStatus(int charge = 1, int discharge = 1, int balancer = 0, int cells = 1)
    {
        QByteArray bytes = hex("aa55aaff00210ce4") + QByteArray(130, '\0');
        bytes[74] = 50;
        bytes[103] = static_cast<char>(charge);
        bytes[104] = static_cast<char>(discharge);
        bytes[105] = static_cast<char>(balancer);
        bytes[123] = static_cast<char>(cells);
        appendInteger(bytes, checksum(Checksum::Sum16, bytesOf(bytes).subspan(4)), Wire::U16BE);
        return bytes;
    }
    static QByteArrayList asked(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList list;
        for (const Request &request : requests)
            list.append(request.bytes.toHex());
        return list;
    }
    static void onlyFits(const AlarmSet &alarms, const QString &alarm)
    {
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            QCOMPARE(static_cast<int>(alarms.level(name).value_or(AlarmLevel::Ok)),
                     alarmText(name) == alarm ? 2 : 0);
        }
    }

private slots:
    void sendsWhatTheProtocolFilePrints()
    {
        using namespace ant::fresh;
        QCOMPARE(statusRequest().bytes, hex("7ea1010000be1855aa55"));
        QCOMPARE(informationRequest().bytes, hex("7ea1026c022058c4aa55"));
        QCOMPARE(settingRequest(0).bytes, hex("7ea10200000219a0aa55"));
        QCOMPARE(controlRequest(DischargeOff).bytes, hex("7ea151010000d8e5aa55"));
        QCOMPARE(controlRequest(DischargeOn).bytes, hex("7ea1510300007925aa55"));
        QCOMPARE(controlRequest(ChargeOff).bytes, hex("7ea151040000c8e4aa55"));
        QCOMPARE(controlRequest(ChargeOn).bytes, hex("7ea1510600006924aa55"));
        QCOMPARE(controlRequest(BalancerOn).bytes, hex("7ea1510d000018e6aa55"));
        QCOMPARE(controlRequest(BalancerOff).bytes, hex("7ea1510e0000e8e6aa55"));
        QCOMPARE(passwordRequest("123456789abc").bytes, hex("7ea1236a010c3132333435363738396162632062aa55"));
        using namespace ant::old;
        QCOMPARE(ant::old::statusRequest(Form::OldWired).bytes, hex("5a5a00000000"));
        QCOMPARE(ant::old::statusRequest(Form::OldRadio).bytes, hex("dbdb00000000"));
        QCOMPARE(writeRequest(Charge, 1).bytes, hex("a5a5fa0001fb"));
        QCOMPARE(writeRequest(Apply, 0).bytes, hex("a5a5ff0000ff"));
    }

    void keepsPasswordsOutOfCaptures()
    {
        const Request fresh = ant::fresh::passwordRequest("secret");
        QByteArray shown = fresh.bytes;
        shown.replace(fresh.secretFrom, fresh.secretSize, QByteArray(fresh.secretSize, '.'));
        QCOMPARE(shown, hex("7ea1236a0106") + QByteArray(8, '.') + hex("aa55"));
        QByteArray all;
        for (int part = 0; part < 4; ++part) {
            const Request old = ant::old::passwordRequest(part, "abcd1234");
            QCOMPARE(old.bytes.first(3), hex("a5a5") + static_cast<char>(0xF1 + part));
            QCOMPARE(old.secretFrom, 3);
            QCOMPARE(old.secretSize, 3);
            all += old.bytes.mid(3, 2);
        }
        QCOMPARE(all, "abcd1234");
    }

    void asksInTheFormThatIsAnswered()
    {
        const QByteArray fresh = "7ea1010000be1855aa55";
        const QByteArray wired = "5a5a00000000";
        const QByteArray radio = "dbdb00000000";
        const QByteArray about = "7ea1026c022058c4aa55";
        QCOMPARE(asked(*make(), Phase::Identify), (QByteArrayList{fresh, wired, radio, about}));
        QCOMPARE(asked(*make("new"), Phase::Identify), (QByteArrayList{fresh, about}));
        for (const char *variant : {"old", "ant_old", "legacy"})
            QCOMPARE(asked(*make(variant), Phase::Identify), (QByteArrayList{wired, radio}));
        QCOMPARE(asked(*make("", "", TransportKind::Bluetooth), Phase::Identify),
                 (QByteArrayList{fresh, radio, about}));
        QCOMPARE(asked(*make("", "abc", TransportKind::Bluetooth), Phase::Identify).size(), 4);

        Pack pack({}, Profile::constant(0));
        ant::AntSimulator board(pack);
        struct Case
        {
            Speaks speaks;
            bool onlyRadio;
            QByteArray first;
        };
        for (const Case &each : {Case{Speaks::New, false, fresh}, Case{Speaks::Both, false, fresh},
                                 Case{Speaks::Old, false, wired}, Case{Speaks::Old, true, radio}}) {
            board.speaks = each.speaks;
            board.onlyRadio = each.onlyRadio;
            const std::unique_ptr<Driver> driver = make();
            bool good = false;
            const BatteryState state = round(*driver, board, Phase::Identify, &good);
            QVERIFY(good);
            QVERIFY(driver->recognise(state) == Recognition::Yes);
            const QByteArrayList poll = asked(*driver, Phase::Poll);
            QCOMPARE(poll.first(), each.first);
            QCOMPARE(poll.size(), each.first == fresh ? 5 : 1);
            // Another board may come: identifying tries everything again.
            QCOMPARE(asked(*driver, Phase::Identify).first(), fresh);
        }
        // Nobody is there: the round fails.
        board.speaks = Speaks::New;
        bool good = true;
        (void)round(*make("old"), board, Phase::Identify, &good);
        QVERIFY(!good);
    }

    void readsASimulatedPack_data()
    {
        QTest::addColumn<bool>("isOld");
        QTest::addColumn<double>("amperes");
        QTest::newRow("new, charging") << false << 15.0;
        QTest::newRow("new, discharging") << false << -15.0;
        QTest::newRow("old, charging") << true << 15.0;
        QTest::newRow("old, discharging") << true << -15.0;
    }
    void readsASimulatedPack()
    {
        QFETCH(const bool, isOld);
        QFETCH(const double, amperes);
        PackConfig config;
        config.cells = 20;
        config.ambient = -7;
        config.sensors = 2;
        Pack pack(config, Profile::constant(amperes));
        pack.limits().chargeUndertemperature = -20;
        pack.setTemperature(-7);
        pack.advance(5);
        ant::AntSimulator board(pack);
        board.speaks = isOld ? Speaks::Old : Speaks::New;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= (isOld ? 0.051 : 0.0051));
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.051);
        QVERIFY(*state.power * amperes > 0);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.51);
        QCOMPARE(*state.capacityAh, 280.0);
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) <= 0.00001);
        QCOMPARE(state.cellVoltages.size(), 20U);
        QCOMPARE(*state.cellCount, 20);
        for (size_t i = 0; i < 20; ++i)
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
        QCOMPARE(state.temperatures.size(), isOld ? 6U : 2U);
        QVERIFY(std::abs(*state.temperatures[1] - pack.temperatures()[1]) <= 0.51);
        QVERIFY(!isOld || !state.temperatures[2]); // -40: not there
        QVERIFY(*state.chargeAllowed && *state.dischargeAllowed);
        QCOMPARE(state.hardwareVersion, isOld ? Text() : Text(QStringLiteral("16ZM")));
        QCOMPARE(state.firmwareVersion, isOld ? Text() : Text(QStringLiteral("16ZMUB00-211026A")));
        const BatteryState polled = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        if (!isOld) {
            QVERIFY(std::abs(*polled.maxVoltage - pack.limits().packOvervoltage) <= 0.051);
            QVERIFY(std::abs(*polled.minVoltage - pack.limits().packUndervoltage) <= 0.051);
            QCOMPARE(*polled.maxChargeCurrent, 150.0);
            QCOMPARE(*polled.maxDischargeCurrent, 200.0);
        }
    }

    void toleratesAnyEndOfTheDeviceInformation()
    {
        const QByteArray data = QByteArray("24BHB").leftJustified(16, '\0') + QByteArray(16, 'x');
        for (const char *end : {"ff0b000041f2aa55", "aa55"}) {
            Update update;
            QVERIFY(hear(*make(), ant::fresh::informationRequest(), frame(0x12, 0x026C, data, end), update)
                        .state == ReplyState::Complete);
            QCOMPARE(*update.values.hardwareVersion, QStringLiteral("24BHB"));
        }
        Update update;
        QVERIFY(hear(*make(), ant::fresh::informationRequest(), frame(0x12, 0x026C, data.chopped(1)), update)
                    .state == ReplyState::Waiting);
    }

    void estimatesACapacityThatIsNotSet()
    {
        PackConfig config;
        config.capacityAh = 143;
        config.soc = 0.9;
        Pack pack(config, Profile::constant(0));
        ant::AntSimulator board(pack);
        board.speaks = Speaks::Old;
        board.hidesCapacity = true;
        const std::unique_ptr<Driver> driver = make("old");
        const auto capacity = [&](double remaining) {
            pack.setRemainingAh(remaining);
            return round(*driver, board, Phase::Poll).capacityAh;
        };
        QVERIFY(!capacity(10)); // 7 %: far too rough
        QCOMPARE(*capacity(128.7), 140.0);
        QCOMPARE(*capacity(64.4), 140.0); // 45 %: 143.1
        QCOMPARE(*capacity(67.4), 140.0); // 47 %: 143.4
        QCOMPARE(*capacity(10), 140.0);   // known from before
        board.hidesCapacity = false;
        QCOMPARE(*capacity(64.4), 143.0);
        board.hidesCapacity = true;
        QVERIFY(!capacity(10));
    }

    void readsCodes_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("charge");
        QTest::addColumn<QString>("discharge");
        const auto row = [](int code, const char *charge, const char *discharge) {
            QTest::addRow("code %d", code)
                << code << QString::fromLatin1(charge) << QString::fromLatin1(discharge);
        };
        row(0, "", "");
        row(1, "", "");
        row(2, "HighCellVoltage", "LowCellVoltage");
        row(3, "HighChargeCurrent", "HighDischargeCurrent");
        row(4, "", "HighDischargeCurrent");
        row(5, "HighVoltage", "LowVoltage");
        row(6, "HighChargeTemperature", "HighTemperature");
        row(7, "HighInternalTemperature", "HighInternalTemperature");
        row(8, "InternalFailure", "InternalFailure");
        row(9, "InternalFailure", "InternalFailure");
        row(10, "HighInternalTemperature", "HighInternalTemperature");
        row(11, "", "");
        row(12, "InternalFailure", "HighDischargeCurrent");
        row(13, "InternalFailure", "InternalFailure");
        row(14, "", "InternalFailure");
        row(15, "", "");
        row(16, "HighCellVoltage", "LowCellVoltage");
        row(17, "LowChargeTemperature", "LowTemperature");
        row(18, "CellImbalance", "CellImbalance");
        row(19, "InternalFailure", "InternalFailure");
        row(20, "InternalFailure", "InternalFailure");
        row(255, "", "");
    }
    void readsCodes()
    {
        QFETCH(const int, code);
        QFETCH(const QString, charge);
        QFETCH(const QString, discharge);
        const auto told = [](const QByteArray &bytes, const char *variant) {
            const std::unique_ptr<Driver> driver = make(variant);
            std::vector<Request> requests;
            driver->requests(Phase::Poll, requests);
            Update update;
            (void)hear(*driver, requests.front(), bytes, update);
            return update.values;
        };
        for (const BatteryState &state :
             {told(frame(0x11, 0, statusData(code, 1)), "new"), told(oldStatus(code, 1), "old")}) {
            onlyFits(state.alarms, charge);
            QCOMPARE(*state.chargeAllowed, code == 1);
            QVERIFY(*state.dischargeAllowed);
            QCOMPARE(state.notices.test(static_cast<size_t>(Notice::LockedByCommand)), code == 15);
        }
        for (const BatteryState &state :
             {told(frame(0x11, 0, statusData(1, code)), "new"), told(oldStatus(1, code), "old")}) {
            onlyFits(state.alarms, discharge);
            QCOMPARE(*state.dischargeAllowed, code == 1);
            QVERIFY(*state.chargeAllowed);
            QCOMPARE(state.notices.test(static_cast<size_t>(Notice::LockedByCommand)), code == 15);
        }
        for (const BatteryState &state :
             {told(frame(0x11, 0, statusData(1, 1, code)), "new"), told(oldStatus(1, 1, code), "old")}) {
            QCOMPARE(*state.balancing, code == 1 || code == 2 || code == 4);
            onlyFits(state.alarms, {});
        }
    }

    void switches_data()
    {
        QTest::addColumn<int>("control");
        QTest::addColumn<bool>("isOld");
        QTest::addColumn<QByteArrayList>("off");
        const QByteArray password = "7ea1236a010c3132333435363738396162632062aa55";
        const QByteArray status = "7ea1010000be1855aa55";
        const QByteArray apply = "a5a5ff0000ff";
        const QByteArray old = "5a5a00000000";
        const auto row = [](const char *name, Control control, bool isOld, const QByteArrayList &off) {
            QTest::newRow(name) << static_cast<int>(control) << isOld << off;
        };
        row("charge", Control::Charge, false, {password, "7ea151040000c8e4aa55", status});
        row("discharge", Control::Discharge, false, {password, "7ea151010000d8e5aa55", status});
        row("balancer", Control::Balancing, false, {password, "7ea1510e0000e8e6aa55", status});
        row("old, charge", Control::Charge, true, {"a5a5fa0000fa", apply, old});
        row("old, discharge", Control::Discharge, true, {"a5a5f90000f9", apply, old});
        row("old, balancer", Control::Balancing, true, {"a5a5fc0000fc", apply, old});
    }
    void switches()
    {
        QFETCH(const int, control);
        QFETCH(const bool, isOld);
        QFETCH(const QByteArrayList, off);
        const auto which = static_cast<Control>(control);
        Pack pack({}, Profile::constant(0));
        if (which == Control::Balancing) {
            pack.limits().balanceStart = 2; // it has something to do
            pack.limits().balanceWindow = 0.0001;
            pack.advance(1);
            QVERIFY(std::count(pack.balancing().begin(), pack.balancing().end(), true) > 0);
        }
        ant::AntSimulator board(pack);
        board.speaks = isOld ? Speaks::Old : Speaks::New;
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, board, Phase::Identify);
        const auto isOn = [&] {
            switch (which) {
            case Control::Charge:
                return pack.chargeFet();
            case Control::Discharge:
                return pack.dischargeFet();
            default:
                return pack.limits().balancerEnabled;
            }
        };
        board.ignoresSwitches = true;
        const Course ignored = run(*driver, board, driver->control(which, 0, {}));
        QVERIFY(!ignored.result.ok && ignored.result.error.contains(QStringLiteral("sent, but")));
        QVERIFY(isOn());
        board.ignoresSwitches = false;
        const Course switched = run(*driver, board, driver->control(which, 0, {}));
        QVERIFY2(switched.result.ok, qPrintable(switched.result.error));
        QByteArrayList sent;
        for (const QByteArray &each : switched.sent)
            sent.append(each.toHex());
        QCOMPARE(sent, off);
        QVERIFY(!isOn());
        QCOMPARE(pack.chargeFet(), which != Control::Charge);
        QCOMPARE(pack.dischargeFet(), which != Control::Discharge);
        QVERIFY(run(*driver, board, driver->control(which, 1, {})).result.ok);
        QVERIFY(isOn());
        // Silence at any step, and an end at any step.
        for (int step = 0; step < off.size(); ++step) {
            QVERIFY(!run(*driver, board, driver->control(which, 0, {}), step).result.ok);
            QVERIFY(!run(*driver, board, driver->control(which, 0, {}), 1000, step).result.ok);
            QVERIFY(run(*driver, board, driver->control(which, 1, {})).result.ok);
        }
        QVERIFY(!driver->control(Control::StateOfCharge, 50, {}));
    }

    void tellsWhenThePasswordIsWrong()
    {
        Pack pack({}, Profile::constant(0));
        ant::AntSimulator board(pack);
        board.password = "another";
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, board, Phase::Identify);
        const Course refused = run(*driver, board, driver->control(Control::Charge, 0, {}));
        QVERIFY(!refused.result.ok && refused.result.refused);
        QVERIFY(refused.result.error.contains(QStringLiteral("password")));
        QCOMPARE(refused.sent.size(), 1);
        QVERIFY(pack.chargeFet());
        const std::unique_ptr<Driver> knowing = make("", "another");
        (void)round(*knowing, board, Phase::Identify);
        QVERIFY(run(*knowing, board, knowing->control(Control::Charge, 0, {})).result.ok);
        QVERIFY(!pack.chargeFet());
    }

    void tellsWhenASwitchIsRefused()
    {
        Pack pack({}, Profile::constant(0));
        ant::AntSimulator board(pack);
        board.refusesSwitches = true;
        const std::unique_ptr<Driver> driver = make();
        (void)round(*driver, board, Phase::Identify);
        const Course refused = run(*driver, board, driver->control(Control::Discharge, 0, {}));
        QVERIFY(!refused.result.ok && refused.result.refused);
        QCOMPARE(refused.sent.size(), 2);
    }

    void givesTheOldPasswordInFourParts()
    {
        Pack pack({}, Profile::constant(0));
        ant::AntSimulator board(pack);
        board.speaks = Speaks::Old;
        board.password = "abcd1234";
        const std::unique_ptr<Driver> none = make("old");
        QVERIFY(!run(*none, board, none->control(Control::Charge, 0, {})).result.ok);
        const std::unique_ptr<Driver> driver = make("old", "abcd1234");
        QVERIFY(run(*driver, board, driver->control(Control::Charge, 0, {})).result.ok);
        QVERIFY(!pack.chargeFet());
        const std::unique_ptr<Driver> shorter = make("old", "abc");
        const Course course = run(*shorter, board, shorter->control(Control::Charge, 1, {}));
        QVERIFY(!course.result.ok && course.sent.isEmpty());
    }

    void triesBothFormsWhereNoneWasHeardYet()
    {
        Pack pack({}, Profile::constant(0));
        ant::AntSimulator board(pack);
        board.speaks = Speaks::Old;
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(run(*driver, board, driver->control(Control::Charge, 0, {})).result.ok);
        QVERIFY(!pack.chargeFet());
        // But not where the user said which it is.
        const std::unique_ptr<Driver> forced = make("new");
        const Course course = run(*forced, board, forced->control(Control::Charge, 1, {}));
        QVERIFY(!course.result.ok);
        QCOMPARE(course.sent.size(), 1);
    }

    void readsSettingsAndWritesNone()
    {
        Pack pack({}, Profile::constant(0));
        ant::AntSimulator board(pack);
        const std::unique_ptr<Driver> driver = make();
        const Course course = run(*driver, board, driver->readParameters({}));
        QVERIFY(course.result.ok);
        QCOMPARE(valueOf(course, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(course, "packUndervoltage").toDouble(), 40.0);
        QCOMPARE(valueOf(course, "chargeOvercurrent").toDouble(), 150.0);
        QCOMPARE(valueOf(course, "shortCircuitDelay").toDouble(), 250.0);
        QCOMPARE(valueOf(course, "cellCount").toDouble(), 16.0);
        QCOMPARE(course.sent.size(), static_cast<qsizetype>(driver->parameters().size()));
        for (const ParameterInfo &info : driver->parameters())
            QVERIFY(!info.writable);
        const Course written =
            run(*driver, board, driver->writeParameters({{QStringLiteral("cellOvervoltage"), 3.6}}));
        QVERIFY(!written.result.ok && written.sent.isEmpty());
        QVERIFY(!run(*driver, board, driver->readParameters({}), 3).result.ok);
        // How boards of the old protocol answer such a question is not known.
        QVERIFY(make("old")->parameters().empty());
        QVERIFY(!make("old")->readParameters({}));
        QVERIFY(!make("old")->writeParameters({}));
    }

    void takesNothingImpossible_data()
    {
        QTest::addColumn<QByteArray>("reply");
        QTest::addColumn<bool>("isOld");
        const auto changed = [](qsizetype at, int value) {
            QByteArray data = statusData();
            data[at] = static_cast<char>(value);
            return frame(0x11, 0, data);
        };
        QTest::newRow("no cells") << changed(3, 0) << false;
        QTest::newRow("33 cells") << changed(3, 33) << false;
        QByteArray few = statusData().first(120);
        few[3] = 27; // 28 + 2 * 27 + 40 = 122
        QTest::newRow("more cells than bytes") << frame(0x11, 0, few) << false;
        QTest::newRow("9 sensors") << changed(2, 9) << false;
        QTest::newRow("101 %") << changed(38, 101) << false;
        QTest::newRow("cut before the balanced cells") << frame(0x11, 0, statusData().first(69)) << false;
        QTest::newRow("no data") << frame(0x11, 0, {}) << false;
        QTest::newRow("another address") << frame(0x11, 1, statusData()) << false;
        QTest::newRow("settings") << frame(0x12, 0, statusData()) << false;
        QTest::newRow("irregular end") << frame(0x11, 0, statusData(), "ff0b") << false;
        QTest::newRow("old, no cells") << oldStatus(1, 1, 0, 0) << true;
        QTest::newRow("old, 33 cells") << oldStatus(1, 1, 0, 33) << true;
        QTest::newRow("new for old") << frame(0x11, 0, statusData()) << true;
        QTest::newRow("old for new") << oldStatus() << false;
    }
    void takesNothingImpossible()
    {
        QFETCH(const QByteArray, reply);
        QFETCH(const bool, isOld);
        const std::unique_ptr<Driver> driver = make(isOld ? "old" : "new");
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        Update update;
        QVERIFY(hear(*driver, requests.front(), reply, update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
    }

    void takesOneMessageOfARadioForOneFrame()
    {
        const Request request = ant::old::statusRequest(Form::OldRadio);
        const auto state = [&](const QByteArray &bytes, TransportKind transport) {
            Update update;
            return hear(*make("old", "", transport), request, bytes, update).state;
        };
        QVERIFY(state(oldStatus(), TransportKind::Bluetooth) == ReplyState::Complete);
        QVERIFY(state(oldStatus() + '\x11', TransportKind::Bluetooth) == ReplyState::Waiting);
        QVERIFY(state(oldStatus() + '\x11', TransportKind::Serial) == ReplyState::Complete);
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        ant::AntSimulator board(pack);
        const auto fresh = [] { return make("new"); };
        using namespace ant::fresh;
        onlyTheWholeReplyCounts(fresh, statusRequest(), answerOf(board, statusRequest()),
                                {frame(0x15, 0, statusData()), oldStatus(), hex("dda50300fffd77")});
        // Of settings and device information the last two bytes may be any.
        const QByteArray setting = frame(0x12, 8, hex("4802"));
        QByteArrayList damaged{frame(0x12, 10, hex("4802")), frame(0x12, 8, hex("480200")),
                               frame(0x12, 8, hex("48")), setting.chopped(1)};
        for (qsizetype at = 0; at < setting.size() - 2; ++at) {
            damaged.append(setting);
            damaged.last()[at] = static_cast<char>(setting[at] ^ (1 << (at % 8)));
        }
        for (const QByteArray &bytes : damaged) {
            Update update;
            QVERIFY(hear(*fresh(), settingRequest(8), bytes, update).state == ReplyState::Waiting);
            QVERIFY(update.values == BatteryState() && update.parameters.empty());
        }
        onlyTheWholeReplyCounts(fresh, passwordRequest("123456789abc"), hex("7ea1436a010205001e5caa55"),
                                {frame(0x43, 0x016A, {}), frame(0x33, 0x016A, hex("0500"))});
        onlyTheWholeReplyCounts(fresh, controlRequest(ChargeOff), hex("7ea1610400020100f22baa55"),
                                {frame(0x61, 6, hex("0100")), frame(0x61, 4, {})});
        board.speaks = Speaks::Old;
        for (const Form form : {Form::OldWired, Form::OldRadio}) {
            const Request request = ant::old::statusRequest(form);
            onlyTheWholeReplyCounts([] { return make("old"); }, request, answerOf(board, request),
                                    {frame(0x11, 0, statusData())});
        }
    }

    void takesNothingThatWasNotAsked()
    {
        const std::unique_ptr<Driver> driver = make("new");
        Update update;
        QVERIFY(driver->receive(bytesOf(frame(0x11, 0, statusData())), nullptr, update).state ==
                ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        QCOMPARE(driver->counters().foreignFrames, 1U);
        const std::unique_ptr<Driver> old = make("old");
        QVERIFY(hear(*old, ant::old::writeRequest(ant::old::Apply, 0), oldStatus(), update).state ==
                ReplyState::Complete);
        QVERIFY(update.values == BatteryState());
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

QTEST_GUILESS_MAIN(TestAnt)
#include "tst_ant.moc"
