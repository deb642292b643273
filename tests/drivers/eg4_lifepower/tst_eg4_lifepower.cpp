// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/eg4_lifepower/eg4_lifepowerdriver.h"
#include "drivers/eg4_lifepower/eg4_lifepowersimulator.h"
#include "simulator/pack.h"
#include "simulator/simulatedbus.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;
using namespace sb::eg4_lifepower;

class TestEg4Lifepower : public QObject
{
    Q_OBJECT

    static DriverConfig config(int address = 1, const QVariantMap &options = {})
    {
        return {TransportKind::Serial, address, options};
    }
    static DriverConfig revov(int address = 1)
    {
        return config(address, {{QStringLiteral("bmsType"), QStringLiteral("revov")}});
    }
    static std::unique_ptr<Driver> make() { return driver().create(config()); }
    /// What goes out in a phase, each form.
    static QByteArrayList frames(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList sent;
        for (const Request &request : requests) {
            sent.append(request.bytes);
            for (const QByteArray &form : request.otherForms)
                sent.append(form);
        }
        return sent;
    }
    static QByteArray closed(QByteArray frame)
    {
        appendInteger(frame, checksum(Checksum::XorSum8, bytesOf(frame)), Wire::U8);
        return frame + '\x0D';
    }
    static QByteArray reply(const QByteArray &payload, const char *head = "7e0101")
    {
        QByteArray frame = hex(head);
        appendInteger(frame, payload.size(), Wire::U8);
        return closed(frame + payload);
    }
    /// Four cells, 13.2 V, and what else is told.
    static QByteArray groups(const char *more = "")
    {
        return hex("01040ce40ce40ce40ce40801052803011b5804012710") + hex(more);
    }
    static BatteryState read(const QByteArray &payload, Driver &driver)
    {
        Update update;
        (void)hear(driver, request(Usual, 1, Data), reply(payload), update);
        return update.values;
    }
    static BatteryState read(const QByteArray &payload) { return read(payload, *make()); }
    /// The second status word, and the current in 10 mA.
    static BatteryState protection(quint16 word, int current = 0)
    {
        QByteArray payload = groups("0201");
        appendInteger(payload, 30000 - current, Wire::U16BE);
        payload += hex("06050000");
        appendInteger(payload, word, Wire::U16BE);
        return read(payload + hex("000000000000"));
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        QCOMPARE(request(Usual, 1, Data).bytes, hex("7e010100fe0d"));
        QCOMPARE(request(Usual, 2, Data).bytes, hex("7e020100fc0d"));
        QCOMPARE(request(Usual, 4, Data).bytes, hex("7e040100f80d"));
        QCOMPARE(request(Usual, 0, Data).bytes, hex("7e000100000d"));
        QCOMPARE(request(Usual, 1, Hardware).bytes, hex("7e014200fc0d"));
        QCOMPARE(request(Usual, 1, Firmware).bytes, hex("7e013300fe0d"));
        QCOMPARE(request(Revov, 1, Hardware).bytes, hex("7c014200800d"));
        QCOMPARE(request(Revov, 1, Firmware).bytes, hex("7c013300fe0d"));
        QCOMPARE(request(Revov, 1, Data).bytes, hex("7c010100020d"));
        const quint8 sums[] = {0x00, 0xFE, 0xFC, 0xFE, 0xF8, 0xFE, 0xFC, 0xFE,
                               0xF0, 0xFE, 0xFC, 0xFE, 0xF8, 0xFE, 0xFC, 0xFE};
        for (quint8 address = 0; address < 16; ++address)
            QCOMPARE(static_cast<quint8>(request(Usual, address, Data).bytes[4]), sums[address]);
    }

    void triesBothStartsUntilOneAnswers()
    {
        const std::unique_ptr<Driver> driver = make();
        QCOMPARE(frames(*driver, Phase::Identify),
                 (QByteArrayList{hex("7e014200fc0d"), hex("7c014200800d"), hex("7e013300fe0d"),
                                 hex("7c013300fe0d"), hex("7e010100fe0d"), hex("7c010100020d")}));
        const auto other = eg4_lifepower::driver().create(revov());
        QCOMPARE(frames(*other, Phase::Identify),
                 (QByteArrayList{hex("7c014200800d"), hex("7e014200fc0d"), hex("7c013300fe0d"),
                                 hex("7e013300fe0d"), hex("7c010100020d"), hex("7e010100fe0d")}));
        std::vector<Request> requests;
        driver->requests(Phase::Identify, requests);
        for (const Request &request : requests)
            QVERIFY(request.eachForm && (request.optional || request.id == Data));
    }

    void remembersTheStartThatAnswered_data()
    {
        QTest::addColumn<bool>("named");
        QTest::addColumn<bool>("revov");
        for (const bool named : {false, true}) {
            for (const bool isRevov : {false, true})
                QTest::addRow("%s board, %s", isRevov ? "7C" : "7E", named ? "as Revov" : "unnamed")
                    << named << isRevov;
        }
    }
    void remembersTheStartThatAnswered()
    {
        QFETCH(const bool, named);
        QFETCH(const bool, revov);
        Pack pack({}, Profile::constant(0));
        LifepowerSimulator board(pack, 1);
        board.start = revov ? '\x7C' : '\x7E';
        const auto driver = eg4_lifepower::driver().create(named ? TestEg4Lifepower::revov() : config());
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(*state.firmwareVersion, QStringLiteral("3QT-YS00-16SV100A-V3.5"));
        QCOMPARE(frames(*driver, Phase::Poll), QByteArrayList{request(revov ? Revov : Usual, 1, Data).bytes});
        (void)round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        // A pack of the other kind may take its place.
        board.start = revov ? '\x7E' : '\x7C';
        (void)round(*driver, board, Phase::Poll, &good);
        QVERIFY(!good);
        (void)round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
    }

    void readsASimulatedPack_data()
    {
        QTest::addColumn<bool>("newGroups");
        QTest::newRow("old firmware") << false;
        QTest::newRow("with the long groups") << true;
    }
    void readsASimulatedPack()
    {
        QFETCH(const bool, newGroups);
        Pack pack({}, Profile::constant(-25));
        pack.advance(5);
        LifepowerSimulator board(pack, 1);
        board.newGroups = newGroups;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(*state.current < -20);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.0051);
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) <= 0.1);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(*state.cycles, 42);
        QCOMPARE(state.cellVoltages.size(), 16U);
        for (size_t i = 0; i < 16; ++i)
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
        QCOMPARE(state.cellBalancing, pack.balancing());
        QCOMPARE(state.temperatures.size(), 4U); // three sensors and the environment
        QVERIFY(std::abs(*state.temperatures[2] - pack.temperatures()[2]) <= 0.51);
        QCOMPARE(state.temperatureNames.last(), QStringLiteral("Environment"));
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.51);
        QCOMPARE(*state.hardwareVersion, QStringLiteral("TP-ND1530"));
        QCOMPARE(*state.uniqueId, QStringLiteral("3QT-YS00-16SV100A-V3.5_1_280"));
        const BatteryState polled = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(polled.uniqueId, state.uniqueId);
        QVERIFY(*polled.chargeAllowed && *polled.dischargeAllowed);
    }

    void readsABoardWithoutTexts()
    {
        Pack pack({}, Profile::constant(0));
        LifepowerSimulator board(pack, 1);
        board.tellsTexts = false;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(!state.uniqueId && !state.firmwareVersion && !state.hardwareVersion);
    }

    void tellsThePacksOfALineApart()
    {
        Pack one({}, Profile::constant(10));
        PackConfig small;
        small.capacityAh = 50;
        small.cells = 15;
        Pack two(small, Profile::constant(-10));
        LifepowerSimulator first(one, 1);
        LifepowerSimulator second(two, 2);
        SimulatedBus bus;
        bus.add(first);
        bus.add(second);
        bool good = false;
        const auto driverOne = driver().create(config(1));
        const auto driverTwo = driver().create(config(2));
        const BatteryState a = round(*driverOne, bus, Phase::Identify, &good);
        QVERIFY(good);
        const BatteryState b = round(*driverTwo, bus, Phase::Identify, &good);
        QVERIFY(good);
        QCOMPARE(*a.cellCount, 16);
        QCOMPARE(*b.cellCount, 15);
        QVERIFY(*a.uniqueId != *b.uniqueId);
        (void)round(*driver().create(config(3)), bus, Phase::Identify, &good);
        QVERIFY(!good);
    }

    void tellsAnotherPackByItsCapacity()
    {
        PackConfig small;
        small.capacityAh = 50;
        Pack big({}, Profile::constant(0));
        Pack little(small, Profile::constant(0));
        LifepowerSimulator first(big, 1);
        LifepowerSimulator second(little, 1);
        const std::unique_ptr<Driver> driver = make();
        const BatteryState before = round(*driver, first, Phase::Identify);
        // While it is polled, a capacity that is learned anew is the same pack.
        QCOMPARE(round(*driver, second, Phase::Poll).uniqueId, before.uniqueId);
        QVERIFY(round(*driver, second, Phase::Identify).uniqueId != before.uniqueId);
    }

    void readsEachProtection_data()
    {
        QTest::addColumn<int>("bit");
        QTest::addColumn<int>("current");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<bool>("charge");
        QTest::addColumn<bool>("discharge");
        struct
        {
            int current;
            const char *alarm;
            bool charge;
            bool discharge;
        } const rows[] = {
            {0, "", true, true},
            {0, "", true, true},
            {0, "HighDischargeCurrent", true, false},
            {0, "HighChargeCurrent", true, true},
            {0, "HighVoltage", false, true},
            {0, "LowVoltage", true, false},
            {0, "HighChargeTemperature", false, true},
            {0, "LowChargeTemperature", false, true},
            {0, "LowTemperature", true, true},
            {0, "HighInternalTemperature", true, true},
            {0, "InternalFailure", true, true},
            {0, "", true, true},
        };
        int bit = 0;
        for (const auto &row : rows) {
            QTest::addRow("bit %d", bit)
                << bit << row.current << QString::fromLatin1(row.alarm) << row.charge << row.discharge;
            ++bit;
        }
        QTest::newRow("bit 3 while discharging")
            << 3 << -1 << QStringLiteral("HighDischargeCurrent") << true << true;
    }
    void readsEachProtection()
    {
        QFETCH(const int, bit);
        QFETCH(const int, current);
        QFETCH(const QString, alarm);
        QFETCH(const bool, charge);
        QFETCH(const bool, discharge);
        const auto word = static_cast<quint16>(1 << bit);
        const BatteryState state = protection(word, current);
        QVERIFY(!state.alarms.isEmpty());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? 2 : 0;
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)), expected);
        }
        QCOMPARE(*state.chargeAllowed, charge);
        QCOMPARE(*state.dischargeAllowed, discharge);
        QCOMPARE(*state.problemCode, bit < 2 ? 0 : word);
    }

    void knowsNoAlarmsWithoutTheStatus()
    {
        const BatteryState state = read(groups());
        QCOMPARE(state.cellVoltages.size(), 4U);
        QVERIFY(!state.alarms.level(AlarmName::HighVoltage) && !state.problemCode && !state.chargeAllowed);
        // Also where it is too short.
        QVERIFY(!read(groups("06010000")).problemCode);
        QVERIFY(!state.temperatures.size() && !state.mosfetTemperature && !state.current && !state.cycles);
    }

    void readsTheFlagsOfTheCells()
    {
        const BatteryState state = read(hex("01048ce44ce4cce40ce408010528"));
        QCOMPARE(state.cellVoltages, Numbers(4, Number(3.3)));
        QCOMPARE(state.cellBalancing, (Flags{true, false, true, false}));
        QVERIFY(state.alarms.level(AlarmName::HighCellVoltage) == AlarmLevel::Warning);
        QVERIFY(read(groups()).alarms.level(AlarmName::HighCellVoltage) == AlarmLevel::Ok);
    }

    void keepsTheEnvironmentOutOfTheCells()
    {
        const BatteryState state = read(groups("0505003c003220648040405a"));
        QCOMPARE(state.temperatures, (Numbers{10.0, 0.0, 50.0}));
        QCOMPARE(*state.minCellTemperature, 0.0);
        QCOMPARE(*state.maxCellTemperature, 10.0);
        QCOMPARE(*state.mosfetTemperature, 40.0); // the last of them
    }

    void cleansTexts()
    {
        Update update;
        const std::unique_ptr<Driver> driver = make();
        const Request hardware = request(Usual, 1, Hardware);
        QVERIFY(hear(*driver, hardware, reply(QByteArray(" A_b-9.\t\x01\xFF*z  "), "7e0142"), update).state ==
                ReplyState::Complete);
        QCOMPARE(*update.values.hardwareVersion, QStringLiteral("A_b-9.z"));
        update.clear();
        QVERIFY(hear(*driver, hardware, reply(hex("0001ff"), "7e0142"), update).state ==
                ReplyState::Complete);
        QVERIFY(!update.values.hardwareVersion);
        (void)hear(*driver, hardware, reply(QByteArray(200, 'x'), "7e0142"), update);
        QCOMPARE(update.values.hardwareVersion->size(), 40);
    }

    void rejectsImpossibleContent_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::newRow("a group behind the end") << groups("0601");
        QTest::newRow("half a long group") << groups("0b010000");
        QTest::newRow("no cells") << hex("08010528");
        QTest::newRow("cells not first") << hex("0801052801040ce40ce40ce40ce4");
        QTest::newRow("three cells") << hex("01030ce40ce40ce4080103de");
        QTest::newRow("25 cells") << hex("0119") + QByteArray(50, '\x0c') + hex("08010528");
        QTest::newRow("no voltage") << hex("01040ce40ce40ce40ce4");
        QTest::newRow("voltage without elements") << hex("01040ce40ce40ce40ce40800");
        QTest::newRow("unknown group") << hex("00010000");
    }
    void rejectsImpossibleContent()
    {
        QFETCH(const QByteArray, payload);
        const std::unique_ptr<Driver> driver = make();
        Update update;
        QVERIFY(hear(*driver, request(Usual, 1, Data), reply(payload), update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        QCOMPARE(driver->counters().malformed, 1U);
    }

    void endsAtAGroupNobodyKnows()
    {
        const BatteryState state = read(groups("120500"));
        QCOMPARE(*state.voltage, 13.2);
        QCOMPARE(*state.remainingAh, 70.0);
    }

    void recognisesCellsThatMakeUpThePack()
    {
        const std::unique_ptr<Driver> driver = make();
        const auto judge = [&](const char *payload) {
            return driver->recognise(read(hex(payload), *driver));
        };
        QVERIFY(judge("01040ce40ce40ce40ce408010528") == Recognition::Yes);
        QVERIFY(judge("01040ce40ce40ce40ce408010400") == Recognition::No);
        QVERIFY(judge("01040ce40ce40ce4000008010528") == Recognition::No);
        QVERIFY(driver->recognise({}) == Recognition::No);
    }

    /// The checksum itself misses nearly half of all single bits: what it does notice must give nothing, and
    /// what is not the reply neither.
    void takesNothingFromDamagedReplies()
    {
        const QByteArray good = reply(groups());
        const auto state = [&](const QByteArray &bytes, Update &update) {
            return hear(*make(), request(Usual, 1, Data), bytes, update).state;
        };
        Update fine;
        QVERIFY(state(good, fine) == ReplyState::Complete);
        QVERIFY(state(request(Usual, 1, Data).bytes + good, fine) == ReplyState::Complete); // an echo first
        QVERIFY(state(hex("7e00ff7e01") + good, fine) == ReplyState::Complete);             // noise first
        QByteArrayList damaged{{},
                               request(Usual, 1, Data).bytes,
                               good.chopped(1),
                               good.first(good.size() / 2),
                               good.mid(1),
                               good.chopped(1) + '\x0A',
                               reply(groups(), "7e0201"),
                               reply(groups(), "7e0142"),
                               reply(groups(), "7c0101")};
        int noticed = 0;
        for (qsizetype at = 0; at < good.size(); ++at) {
            for (int bit = 0; bit < 8; ++bit) {
                QByteArray changed = good;
                changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
                const bool seen = closed(changed.chopped(2)) != changed;
                noticed += seen ? 1 : 0;
                if (seen)
                    damaged.append(changed);
            }
        }
        QVERIFY(noticed > 2 * good.size());
        for (const QByteArray &bytes : damaged) {
            Update update;
            QVERIFY2(state(bytes, update) == ReplyState::Waiting, bytes.toHex().constData());
            QVERIFY(update.values == BatteryState());
        }
    }

    void countsWhatItHears()
    {
        const std::unique_ptr<Driver> driver = make();
        const Request data = request(Usual, 1, Data);
        Update update;
        QVERIFY(hear(*driver, data, data.bytes, update).state == ReplyState::Waiting);
        QCOMPARE(driver->counters().echoes, 1U);
        QVERIFY(driver->receive(bytesOf(reply(groups())), nullptr, update).state == ReplyState::Waiting);
        QCOMPARE(driver->counters().foreignFrames, 1U);
        QVERIFY(hear(*driver, data, closed(reply(groups()).chopped(2) + 'x'), update).state ==
                ReplyState::Waiting);
        QVERIFY(driver->counters().badChecksums > 0 && driver->counters().noiseBytes > 0);
        QCOMPARE(driver->counters().frames, 2U);
        QVERIFY(update.values == BatteryState());
    }

    void answersToTheNamesOfConfigurationFiles()
    {
        DriverRegistry registry;
        registry.add(driver());
        for (const QString &name :
             {QStringLiteral("eg4_lifepower"), QStringLiteral("EG4_Lifepower"), QStringLiteral("Lifepower"),
              QStringLiteral("revov"), QStringLiteral("Revov")})
            QVERIFY2(registry.find(name), qPrintable(name));
    }

    void hasNothingToWrite()
    {
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(!driver->control(Control::Charge, 0, {}) && driver->parameters().empty());
        QVERIFY(driver->info().writes.empty() && !driver->info().hasParameters);
    }
};

QTEST_GUILESS_MAIN(TestEg4Lifepower)
#include "tst_eg4_lifepower.moc"
