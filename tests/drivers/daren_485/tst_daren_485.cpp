// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daren_485/daren_485driver.h"
#include "drivers/daren_485/daren_485simulator.h"
#include "simulator/pack.h"
#include "simulator/simulatedbus.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;
using namespace sb::daren_485;

class TestDaren485 : public QObject
{
    Q_OBJECT

    static DriverConfig config(int address = 1) { return {TransportKind::Serial, address, {}}; }
    static std::unique_ptr<Driver> make() { return driver().create(config()); }
    static QByteArray framed(quint8 code, const QByteArray &info, quint8 address = 1, quint8 device = 0x4A)
    {
        return ydt1363::makeFrame({'~', 0x22, device}, address, code, info);
    }
    static Request find(Driver &driver, int id)
    {
        std::vector<Request> requests;
        driver.requests(Phase::Identify, requests);
        for (const Request &request : requests) {
            if (request.id == id)
                return request;
        }
        return {};
    }
    static QByteArrayList frames(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList sent;
        for (const Request &request : requests) {
            sent.append(request.bytes.chopped(1));
            for (const QByteArray &form : request.otherForms)
                sent.append(form.chopped(1));
        }
        return sent;
    }
    /// Four cells of 3.300 V, one sensor, and the status words.
    static QByteArray realtime(int v = 0, int i = 0, int t = 0, int w = 0, int f = 3)
    {
        QByteArray info = hex("00 1388 0528 04 0ce4 0ce4 0ce4 0ce4 00fa 00f0 0118 01 00f5"
                              "ff9c 0096 0062 0d 2710 1388 0007");
        for (const int word : {v, i, t, w, f})
            appendInteger(info, word, Wire::U16BE);
        return info;
    }
    static BatteryState read(Driver &driver, int id, const QByteArray &info)
    {
        Update update;
        (void)hear(driver, find(driver, id), framed(0, info), update);
        return update.values;
    }
    static BatteryState read(const QByteArray &info) { return read(*make(), 0x42, info); }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        QCOMPARE(frames(*make(), Phase::Identify),
                 (QByteArrayList{"~22014AB0600A010103FF00FB6C", "~22014A47E00201FD23", "~22014A42E00201FD28",
                                 "~22014A510000FDA0", "~22014AB0600A010104FF00FB6B"}));
        QCOMPARE(frames(*make(), Phase::Poll), (QByteArrayList{"~22014A47E00201FD23", "~22014A42E00201FD28",
                                                               "~22014AB0600A010104FF00FB6B"}));
        // Elsewhere than at address 1 both forms of the question.
        const auto other = driver().create(config(3));
        std::vector<Request> requests;
        other->requests(Phase::Identify, requests);
        QCOMPARE(requests[1].bytes, framed(0x47, hex("01"), 3));
        QCOMPARE(requests[1].otherForms, std::vector{framed(0x47, hex("03"), 3)});
        QCOMPARE(requests[2].otherForms, std::vector{framed(0x42, hex("03"), 3)});
        QCOMPARE(requests[0].bytes, framed(0xB0, hex("030103ff00"), 3));
        for (const Request &request : requests) {
            QCOMPARE(request.optional, request.id != 0x42);
            QCOMPARE(request.timeoutMs, 700);
            QCOMPARE(request.tries, 3);
        }
        requests.clear();
        other->requests(Phase::Poll, requests);
        QCOMPARE(requests[0].everyMs, 20000);
        QCOMPARE(requests[1].everyMs, 0);
        QCOMPARE(requests[2].everyMs, 60000);
    }

    void readsASimulatedPack()
    {
        Pack pack({}, Profile::constant(-25));
        pack.advance(5);
        DarenSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(*state.current < -20);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.0051);
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) <= 0.0051);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(*state.soh, 99.0);
        QCOMPARE(*state.cycles, 42);
        QCOMPARE(state.cellVoltages.size(), 16U);
        for (size_t i = 0; i < 16; ++i)
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
        QCOMPARE(state.temperatures.size(), 5U);
        QVERIFY(std::abs(*state.temperatures[4] - pack.temperatures()[2]) <= 0.051);
        QCOMPARE(state.temperatureNames,
                 (QStringList{QStringLiteral("Environment"), QStringLiteral("Average"),
                              QStringLiteral("Cell 1"), QStringLiteral("Cell 2"), QStringLiteral("Cell 3")}));
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.051);
        QCOMPARE(*state.maxChargeCurrent, 100.0);
        QCOMPARE(*state.maxDischargeCurrent, 100.0);
        QCOMPARE(*state.maxVoltage, 58.4);
        QCOMPARE(*state.minVoltage, 40.0);
        QCOMPARE(*state.hardwareVersion, QStringLiteral("HUANY04 16S100A T1_G"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("01.00.02"));
        QCOMPARE(*state.serialNumber, QStringLiteral("JD2M02150860 1"));
        QCOMPARE(state.uniqueId, state.serialNumber);
        QCOMPARE(*state.manufacturer, QStringLiteral("Daren"));
        QVERIFY(!state.productionDate);
        QVERIFY(*state.chargeAllowed && *state.dischargeAllowed);
        const BatteryState polled = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(polled.uniqueId, state.uniqueId);
        QCOMPARE(*polled.cellCount, 16);
    }

    void findsAnIdentityWithoutSerialNumber()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 2);
        board.serialNumber.clear();
        const BatteryState barcode = round(*driver().create(config(2)), board, Phase::Identify);
        QVERIFY(!barcode.serialNumber);
        QCOMPARE(*barcode.uniqueId, QStringLiteral("DJM2205180061"));
        board.barcode.clear();
        QCOMPARE(*round(*driver().create(config(2)), board, Phase::Identify).uniqueId,
                 QStringLiteral("HUANY04_2"));
        board.refuses = {{0xB0, 4}, {0x47, 4}, {0x51, 4}};
        const auto poor = driver().create(config(2));
        bool good = false;
        const BatteryState state = round(*poor, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(poor->recognise(state) == Recognition::Yes && !state.uniqueId && !state.maxChargeCurrent);
        QCOMPARE(frames(*poor, Phase::Poll).size(), 1); // what it does not know is not asked again
    }

    void tellsThePacksOfALineApart()
    {
        Pack one({}, Profile::constant(10));
        PackConfig small;
        small.cells = 8;
        Pack two(small, Profile::constant(-10));
        DarenSimulator first(one, 1);
        DarenSimulator second(two, 2);
        second.serialNumber = "other";
        SimulatedBus bus;
        bus.add(first);
        bus.add(second);
        bool good = false;
        QCOMPARE(*round(*driver().create(config(1)), bus, Phase::Identify, &good).cellCount, 16);
        QVERIFY(good);
        const BatteryState state = round(*driver().create(config(2)), bus, Phase::Identify, &good);
        QVERIFY(good);
        QCOMPARE(*state.cellCount, 8);
        QCOMPARE(*state.uniqueId, QStringLiteral("other"));
        (void)round(*driver().create(config(3)), bus, Phase::Identify, &good);
        QVERIFY(!good);
    }

    void asksInTheFormThatIsUnderstood_data()
    {
        QTest::addColumn<int>("form");
        QTest::addColumn<bool>("silent");
        for (const bool silent : {false, true}) {
            for (const int form : {1, 6})
                QTest::addRow("form %d, %s", form, silent ? "silence" : "code 06") << form << silent;
        }
    }
    void asksInTheFormThatIsUnderstood()
    {
        QFETCH(const int, form);
        QFETCH(const bool, silent);
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 6);
        board.onlyForm = form;
        board.silentToForms = silent;
        const auto driver = daren_485::driver().create(config(6));
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good && state.voltage && state.maxChargeCurrent);
        const QByteArrayList polls = frames(*driver, Phase::Poll);
        QCOMPARE(polls.size(), 3);
        QCOMPARE(polls[1] + '\r', framed(0x42, QByteArray(1, static_cast<char>(form)), 6));
    }

    void readsEachBit_data()
    {
        QTest::addColumn<int>("word");
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        struct
        {
            int word;
            int bit;
            const char *alarm;
            int level;
        } const rows[] = {
            {0, 0, "HighCellVoltage", 2},
            {0, 1, "LowCellVoltage", 2},
            {0, 2, "HighVoltage", 2},
            {0, 3, "LowVoltage", 2},
            {0, 4, "HighCellVoltage", 1},
            {0, 5, "LowCellVoltage", 1},
            {0, 6, "HighVoltage", 1},
            {0, 7, "LowVoltage", 1},
            {0, 8, "CellImbalance", 1},
            {0, 13, "FuseBlown", 2},
            {0, 14, "CellImbalance", 2},
            {1, 2, "HighChargeCurrent", 2},
            {1, 3, "HighDischargeCurrent", 2},
            {1, 4, "HighDischargeCurrent", 2},
            {1, 5, "HighDischargeCurrent", 2},
            {1, 6, "HighChargeCurrent", 1},
            {1, 7, "HighDischargeCurrent", 1},
            {2, 0, "HighChargeTemperature", 2},
            {2, 1, "LowChargeTemperature", 2},
            {2, 2, "HighTemperature", 2},
            {2, 3, "LowTemperature", 2},
            {2, 4, "HighInternalTemperature", 2},
            {2, 5, "LowTemperature", 2},
            {2, 6, "HighInternalTemperature", 2},
            {2, 7, "LowTemperature", 2},
            {2, 8, "HighChargeTemperature", 1},
            {2, 9, "LowChargeTemperature", 1},
            {2, 10, "HighTemperature", 1},
            {2, 11, "LowTemperature", 1},
            {2, 12, "HighInternalTemperature", 1},
            {2, 13, "LowTemperature", 1},
            {2, 14, "HighInternalTemperature", 1},
            {2, 15, "LowTemperature", 1},
            {3, 0, "CellImbalance", 1},
            {3, 1, "InternalFailure", 2},
            {3, 3, "InternalFailure", 2},
            {3, 4, "InternalFailure", 2},
            {3, 7, "LowSoc", 2},
            {3, 8, "HighInternalTemperature", 2},
            {3, 9, "HighInternalTemperature", 1},
            {3, 10, "InternalFailure", 2},
            {3, 11, "InternalFailure", 2},
            {3, 12, "InternalFailure", 2},
            {3, 13, "InternalFailure", 2},
            {3, 14, "InternalFailure", 2},
            {3, 15, "InternalFailure", 2},
            {4, 2, "InternalFailure", 2},
            {4, 3, "InternalFailure", 2},
        };
        for (int word = 0; word < 5; ++word) {
            for (int bit = 0; bit < 16; ++bit) {
                const auto *row = std::find_if(std::begin(rows), std::end(rows), [&](const auto &each) {
                    return each.word == word && each.bit == bit;
                });
                const bool any = row != std::end(rows);
                QTest::addRow("%c bit %d", "VITWF"[word], bit)
                    << word << bit << QString::fromLatin1(any ? row->alarm : "") << (any ? row->level : 0);
            }
        }
    }
    void readsEachBit()
    {
        QFETCH(const int, word);
        QFETCH(const int, bit);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        const int raised = 1 << bit;
        const BatteryState state =
            read(realtime(word == 0 ? raised : 0, word == 1 ? raised : 0, word == 2 ? raised : 0,
                          word == 3 ? raised : 0, word == 4 ? raised : 0));
        QVERIFY(!state.alarms.isEmpty());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? level : 0;
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)), expected);
        }
        QCOMPARE(*state.dischargeAllowed, word == 4 && bit == 0);
        QCOMPARE(*state.chargeAllowed, word == 4 && bit == 1);
        if (!alarm.isEmpty() && word < 4)
            QVERIFY(*state.problemCode > 0);
        if (word == 4 || (word == 1 && bit < 2) || (word == 3 && (bit == 5 || bit == 6)))
            QCOMPARE(*state.problemCode, 0); // states, no problems
    }

    void holdsBalancingForTenSeconds()
    {
        Pack pack({}, Profile::constant(0));
        pack.limits().balancerEnabled = false;
        pack.advance(1);
        DarenSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(!*round(*driver, board, Phase::Identify).balancing);
        board.balancingPulse = true;
        const BatteryState now = round(*driver, board, Phase::Poll);
        QVERIFY(*now.balancing && now.cellBalancing[2] && !now.cellBalancing[1]);
        board.balancingPulse = false;
        for (int poll = 1; poll < 5; ++poll) {
            const BatteryState later = round(*driver, board, Phase::Poll);
            QVERIFY(*later.balancing && !later.cellBalancing[2]);
        }
        QVERIFY(!*round(*driver, board, Phase::Poll).balancing);
    }

    void readsWhatOlderFirmwareTells()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 1);
        for (const int trailing : {23, 31, 33, 35, 46}) {
            board.trailing = trailing;
            const BatteryState state = round(*make(), board, Phase::Identify);
            QCOMPARE(*state.cellCount, 16);
            QCOMPARE(state.balancing.has_value(), trailing >= 33);
        }
        board.trailing = 22;
        bool good = true;
        (void)round(*make(), board, Phase::Identify, &good);
        QVERIFY(!good);
    }

    void rejectsAnotherNumberOfCells()
    {
        PackConfig small;
        small.cells = 15;
        Pack sixteen({}, Profile::constant(0));
        Pack fifteen(small, Profile::constant(0));
        DarenSimulator one(sixteen, 1);
        DarenSimulator two(fifteen, 1);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        (void)round(*driver, one, Phase::Identify, &good);
        QVERIFY(good);
        (void)round(*driver, two, Phase::Poll, &good);
        QVERIFY(!good);
        QVERIFY(driver->counters().malformed > 0);
        QCOMPARE(*round(*driver, two, Phase::Identify, &good).cellCount, 15);
        QVERIFY(good);
    }

    void readsTheNumberOfCellsWithTheLimitsWhileNothingBetterIsKnown()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        Update update;
        QVERIFY(ask(*driver, board, find(*driver, 0x47), update).end == StepResult::End::Complete);
        QCOMPARE(*update.values.cellCount, 16);
        (void)round(*driver, board, Phase::Identify);
        update.clear();
        std::vector<Request> polls;
        driver->requests(Phase::Poll, polls);
        QVERIFY(ask(*driver, board, polls[0], update).end == StepResult::End::Complete);
        QVERIFY(update.values.maxChargeCurrent && !update.values.cellCount);
    }

    void recognisesItsVersionAndCells()
    {
        const std::unique_ptr<Driver> driver = make();
        const Request request = find(*driver, 0x42);
        Update update;
        QVERIFY(hear(*driver, request, framed(0, realtime()), update).state == ReplyState::Complete);
        QVERIFY(driver->recognise(update.values) == Recognition::Yes);
        update.values.voltage = 14;
        QVERIFY(driver->recognise(update.values) == Recognition::No);
        QVERIFY(driver->recognise({}) == Recognition::No);
        QVERIFY(
            hear(*driver, request, ydt1363::makeFrame({'~', 0x20, 0x4A}, 1, 0, realtime()), update).state ==
            ReplyState::Complete);
        QVERIFY(driver->recognise(update.values) == Recognition::No);
    }

    void readsItsSettings()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent.size(), 1);
        QCOMPARE(all.read.size(), driver->parameters().size());
        QCOMPARE(valueOf(all, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(all, "cellUndervoltage").toDouble(), 2.5);
        QCOMPARE(valueOf(all, "overtemperature").toDouble(), 55.0);
        QCOMPARE(valueOf(all, "undertemperature").toDouble(), 0.0);
        QCOMPARE(valueOf(all, "chargeCurrentUpperLimit").toDouble(), 120.0);
        QCOMPARE(valueOf(all, "packUndervoltagePerCell").toDouble(), 2.5);
        QCOMPARE(valueOf(all, "chargeCurrentLimit").toDouble(), 100.0);
        QCOMPARE(valueOf(all, "designCapacity").toDouble(), 280.0);
        QCOMPARE(valueOf(all, "historyInterval").toInt(), 1440);
        for (const ParameterInfo &info : driver->parameters())
            QVERIFY(!info.writable);
        QVERIFY(!driver->writeParameters({{QStringLiteral("cellOvervoltage"), 3.6}}));
        QVERIFY(!driver->control(Control::Charge, 0, {}));
        QVERIFY(!run(*driver, board, driver->readParameters({QStringLiteral("nothing")})).result.ok);
        board.refuses = {{0x47, 0xE4}};
        const Course refused = run(*driver, board, driver->readParameters({}));
        QVERIFY(!refused.result.ok && refused.result.refused);
        const Course silent = run(*driver, board, driver->readParameters({}), 0);
        QVERIFY(!silent.result.ok && silent.result.error.contains(QStringLiteral("no reply")));
    }

    void rejectsWhatAnswersAnotherCommand()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 1);
        std::vector<Request> requests;
        make()->requests(Phase::Identify, requests);
        QCOMPARE(requests.size(), 5U);
        for (const Request &asked : requests) {
            for (const Request &answered : requests) {
                Update update;
                const Reply reply = hear(*make(), asked, answerOf(board, answered), update);
                const bool same = asked.id == answered.id;
                QCOMPARE(reply.state == ReplyState::Complete, same);
                QVERIFY(same || update.values == BatteryState());
            }
        }
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        DarenSimulator board(pack, 1);
        std::vector<Request> requests;
        make()->requests(Phase::Identify, requests);
        for (const Request &request : requests) {
            const QByteArray info = QByteArray::fromHex(answerOf(board, request).mid(13).chopped(5));
            onlyTheWholeReplyCounts(make, request, answerOf(board, request),
                                    {framed(0, info, 2), framed(0, info, 1, 0x46), framed(0, {}),
                                     ydt1363::makeFrame({'>', 0x22, 0x4A}, 1, 0, info),
                                     framed(0, info.first(3))},
                                    true);
        }
    }

    void rejectsImpossibleContent_data()
    {
        QTest::addColumn<int>("id");
        QTest::addColumn<QByteArray>("info");
        QByteArray cells = realtime();
        cells[5] = 3;
        QTest::newRow("three cells") << 0x42 << cells;
        cells[5] = 33;
        QTest::newRow("33 cells") << 0x42 << cells;
        cells[5] = 32;
        QTest::newRow("more cells than bytes") << 0x42 << cells;
        QByteArray sensors = realtime();
        sensors[20] = 17;
        QTest::newRow("17 sensors") << 0x42 << sensors;
        sensors[20] = 2;
        QTest::newRow("more sensors than bytes") << 0x42 << sensors;
        QByteArray soc = realtime();
        soc[1] = '\x40';
        QTest::newRow("163 %") << 0x42 << soc;
        QByteArray limits = hex("00 0e42 09c4 0073 002d 2ee0 0e42 09c4 0010 2ee0 1f40");
        QTest::newRow("limits cut short") << 0x47 << limits.chopped(1);
        QTest::newRow("limits that go on") << 0x47 << limits + QByteArray(45, ' ');
        QByteArray crossed = limits;
        crossed.replace(1, 4, hex("09c40e42"));
        QTest::newRow("crossed limits") << 0x47 << crossed;
        QByteArray many = limits;
        many[16] = 40;
        QTest::newRow("limits of 40 cells") << 0x47 << many;
        QTest::newRow("names too long") << 0x51 << QByteArray(36, ' ');
        QTest::newRow("identity cut short") << 0x3B0 << hex("b0010103ff71") + QByteArray(112, '\xff');
        QTest::newRow("capacities cut short") << 0x4B0 << hex("b0010104ff0014f01f4027");
    }
    void rejectsImpossibleContent()
    {
        QFETCH(const int, id);
        QFETCH(const QByteArray, info);
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(read(*driver, id, info) == BatteryState());
        QCOMPARE(driver->counters().malformed, 1U);
    }

    void leavesOutLimitsItCannotRead()
    {
        // In another unit than mV per cell.
        const BatteryState state =
            read(*make(), 0x47, hex("00 0e42 09c4 0073 002d 2ee0 16d0 0064 0010 2ee0 1f40"));
        QCOMPARE(*state.maxChargeCurrent, 120.0);
        QVERIFY(!state.maxVoltage && !state.minVoltage && !state.uniqueId);
        const BatteryState empty = read(*make(), 0x4B0, hex("b0010104ff0014f000002710"));
        QVERIFY(!empty.capacityAh && !empty.remainingAh);
    }

    void waitsWhereAnotherMasterAsks()
    {
        const std::unique_ptr<Driver> driver = make();
        const Request request = find(*driver, 0x42);
        Update update;
        // Somebody else's request and its answer: neither is ours.
        QVERIFY(hear(*driver, request, framed(0x44, hex("01")) + framed(0, realtime()), update).state ==
                ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        QVERIFY(hear(*driver, request, framed(0, realtime()), update).state == ReplyState::Complete);
        QCOMPARE(find(*driver, 0x42).retryAfterMs, 300);
    }
};

QTEST_GUILESS_MAIN(TestDaren485)
#include "tst_daren_485.moc"
