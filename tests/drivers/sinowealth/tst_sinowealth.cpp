// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/sinowealth/sinowealthdriver.h"
#include "drivers/sinowealth/sinowealthsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestSinowealth : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return sinowealth::driver().create({}); }
    static Request request(int number, int size = 2)
    {
        return sinowealth::readRequest({static_cast<quint8>(number), static_cast<quint8>(size)});
    }
    static QByteArray answer(const Request &to, const QByteArray &data)
    {
        return data + static_cast<char>(checksum(Checksum::Crc8, bytesOf(QByteArray(to.bytes + data))));
    }
    static ReplyState tell(Driver &driver, int number, const char *data, Update &update)
    {
        const QByteArray bytes = hex(data);
        const Request asked = request(number, static_cast<int>(bytes.size()));
        return hear(driver, asked, answer(asked, bytes), update).state;
    }
    static std::vector<Request> requests(Driver &driver, Phase phase)
    {
        std::vector<Request> list;
        driver.requests(phase, list);
        return list;
    }

private slots:
    void sendsWhatTheProtocolFilePrints()
    {
        QCOMPARE(request(0x01).bytes, hex("0a0102"));
        QCOMPARE(request(0x10, 4).bytes, hex("0a1004"));
        QByteArrayList identify;
        for (const Request &each : requests(*make(), Phase::Identify))
            identify.append(each.bytes.toHex());
        QCOMPARE(identify.first(), "0a1702");
        for (const char *bytes : {"0a0b02", "0a0102", "0a0a02", "0a0c02", "0a0d02", "0a1004", "0a1104",
                                  "0a1204", "0a1302", "0a1402", "0a1502", "0a1602"})
            QVERIFY2(identify.contains(bytes), bytes);
        for (const QByteArray &each : identify)
            QCOMPARE(each.size(), 6);
    }

    void readsTheWorkedExamples()
    {
        const std::unique_ptr<Driver> driver = make();
        Update update;
        const auto read = [&](int number, int size, const char *reply) {
            QVERIFY(hear(*driver, request(number, size), hex(reply), update).state == ReplyState::Complete);
        };
        read(0x17, 2, "0041ce");
        read(0x13, 2, "0057f4");
        read(0x10, 4, "ffffeb929b");
        read(0x11, 4, "000186a0a1");
        read(0x12, 4, "000155042a");
        read(0x0C, 2, "0b918a");
        read(0x0B, 2, "340d0f");
        read(0x01, 2, "0d03fd");
        const BatteryState &state = update.values;
        QCOMPARE(*state.cellCount, 4);
        QCOMPARE(*state.soc, 87.0);
        QCOMPARE(*state.current, -5.23);
        QCOMPARE(*state.capacityAh, 100.0);
        QCOMPARE(*state.remainingAh, 87.3);
        QCOMPARE(state.temperatures, Numbers{23.0});
        QCOMPARE(*state.voltage, 13.325);
        QCOMPARE(state.cellVoltages, Numbers{3.331});
    }

    void readsASimulatedPack_data()
    {
        QTest::addColumn<int>("cells");
        QTest::addColumn<bool>("silent");
        QTest::addColumn<double>("amperes");
        QTest::newRow("3S charging") << 3 << false << 12.0;
        QTest::newRow("4S, silent about further cells") << 4 << true << -12.0;
        QTest::newRow("10S discharging") << 10 << false << -12.0;
    }
    void readsASimulatedPack()
    {
        QFETCH(const int, cells);
        QFETCH(const bool, silent);
        QFETCH(const double, amperes);
        PackConfig config;
        config.cells = cells;
        config.ambient = -7;
        Pack pack(config, Profile::constant(amperes));
        PackLimits &limits = pack.limits();
        limits.packUndervoltage = 2 * cells;
        limits.chargeUndertemperature = -20;
        pack.setTemperature(-7);
        pack.advance(5);
        sinowealth::SinowealthSimulator board(pack);
        board.knowsOnlyItsCells = silent;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState first = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(first) == Recognition::Yes);
        QVERIFY(driver->objection(first).isEmpty());
        QCOMPARE(*first.capacityAh, 280.0);
        QCOMPARE(*first.cycles, 42);
        const BatteryState state = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        for (const BatteryState &each : {first, state}) {
            QVERIFY(std::abs(*each.voltage - pack.voltage()) <= 0.00051);
            QVERIFY(std::abs(*each.current - pack.current()) <= 0.00051);
            QVERIFY(std::abs(*each.soc - pack.soc()) <= 0.51);
            QCOMPARE(each.cellVoltages.size(), static_cast<size_t>(cells));
            for (size_t i = 0; i < each.cellVoltages.size(); ++i)
                QVERIFY(std::abs(*each.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
            QCOMPARE(each.temperatures.size(), 2U);
            QVERIFY(std::abs(*each.temperatures[0] - pack.temperatures()[0]) <= 0.051);
            QVERIFY(*each.chargeAllowed && *each.dischargeAllowed);
        }
        // From now on the cells are known: each must answer.
        for (const Request &each : requests(*driver, Phase::Poll)) {
            if (each.bytes[1] >= 1 && each.bytes[1] <= 10)
                QVERIFY(!each.optional && each.bytes[1] <= cells);
        }
    }

    void isRecognisedByWhatMustAnswer()
    {
        for (const int cells : {3, 4, 7, 10}) {
            PackConfig config;
            config.cells = cells;
            Pack pack(config, Profile::constant(0));
            sinowealth::SinowealthSimulator board(pack);
            const std::unique_ptr<Driver> driver = make();
            Update update;
            for (const Request &each : requests(*driver, Phase::Identify)) {
                if (!each.optional)
                    QVERIFY(ask(*driver, board, each, update).end == StepResult::End::Complete);
            }
            QCOMPARE(update.values.cellVoltages.size(), 3U);
            QVERIFY(driver->recognise(update.values) == Recognition::Yes);
        }
    }

    void refusesLargerChips()
    {
        for (const int cells : {11, 16}) {
            PackConfig config;
            config.cells = cells;
            Pack pack(config, Profile::constant(0));
            sinowealth::SinowealthSimulator board(pack);
            const std::unique_ptr<Driver> driver = make();
            const BatteryState state = round(*driver, board, Phase::Identify);
            QVERIFY(driver->recognise(state) == Recognition::No);
            QVERIFY(driver->objection(state).contains(QStringLiteral("more than 10 cells")));
        }
        QVERIFY(make()->objection({}).isEmpty());
    }

    void readsAlarms_data()
    {
        QTest::addColumn<int>("bit");
        QTest::addColumn<QByteArrayList>("alarms");
        const auto row = [](int bit, const QByteArrayList &alarms) {
            QTest::addRow("bit %d", bit) << bit << alarms;
        };
        row(0, {"HighVoltage", "HighCellVoltage"});
        row(1, {"LowVoltage", "LowCellVoltage"});
        row(2, {"HighChargeCurrent"});
        row(3, {"HighDischargeCurrent"});
        row(8, {"HighChargeTemperature"});
        row(9, {"HighTemperature"});
        row(10, {"LowChargeTemperature"});
        row(11, {"LowTemperature"});
        row(12, {"HighCellVoltage"});
        row(13, {"HighDischargeCurrent"});
        row(14, {"InternalFailure"});
        row(15, {});
    }
    void readsAlarms()
    {
        QFETCH(const int, bit);
        QFETCH(const QByteArrayList, alarms);
        QByteArray data;
        appendInteger(data, 1 << bit, Wire::U16BE);
        Update update;
        QVERIFY(tell(*make(), 0x16, data.toHex().constData(), update) == ReplyState::Complete);
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            QCOMPARE(static_cast<int>(update.values.alarms.level(name).value_or(AlarmLevel::Ok)),
                     alarms.contains(QByteArray(alarmText(name).data())) ? 2 : 0);
        }
        QCOMPARE(*update.values.problemCode, 1 << bit);
    }

    void readsTheFets()
    {
        for (int bits = 0; bits < 4; ++bits) {
            Update update;
            QByteArray data = hex("ff");
            appendInteger(data, 0xFC | bits, Wire::U8);
            QVERIFY(tell(*make(), 0x15, data.toHex().constData(), update) == ReplyState::Complete);
            QCOMPARE(*update.values.chargeAllowed, (bits & 1) != 0);
            QCOMPARE(*update.values.dischargeAllowed, (bits & 2) != 0);
        }
    }

    void readsAsManySensorsAsAreConfigured()
    {
        const auto told = [](const char *configuration, const char *second) {
            const std::unique_ptr<Driver> driver = make();
            Update update;
            (void)tell(*driver, 0x17, configuration, update);
            (void)tell(*driver, 0x0C, "0b91", update);
            (void)tell(*driver, 0x0D, second, update);
            return update.values.temperatures;
        };
        QCOMPARE(told("0041", "0b87"), (Numbers{23.0, 22.0}));
        QCOMPARE(told("0001", "0b87"), Numbers{23.0});
        QCOMPARE(told("0041", "0000"), (Numbers{23.0, std::nullopt}));
        QCOMPARE(told("0041", "0e94"), (Numbers{23.0, std::nullopt})); // 100.1 degC
        QCOMPARE(told("0041", "091b"), (Numbers{23.0, -40.0}));
    }

    void aDeadCellIsMissingNotTheEnd()
    {
        const std::unique_ptr<Driver> driver = make();
        Update update;
        (void)tell(*driver, 0x17, "0001", update);
        for (int cell = 1; cell <= 10; ++cell)
            QVERIFY(tell(*driver, cell, cell == 2 ? "0000" : "0ce4", update) == ReplyState::Complete);
        QCOMPARE(update.values.cellVoltages, (Numbers{3.3, std::nullopt, 3.3, 3.3}));
        // A battery in need is recognised, too.
        update.values.voltage = 9.9;
        QVERIFY(driver->recognise(update.values) == Recognition::Yes);
        update.values.voltage = 6.6;
        QVERIFY(driver->recognise(update.values) == Recognition::No);
    }

    void takesNoCellWhosePlaceIsNotKnown()
    {
        const std::unique_ptr<Driver> driver = make();
        Update update;
        QVERIFY(tell(*driver, 0x03, "0e7d", update) == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        QVERIFY(tell(*driver, 0x01, "0e7d", update) == ReplyState::Complete);
        QVERIFY(tell(*driver, 0x02, "0e7e", update) == ReplyState::Complete);
        QCOMPARE(update.values.cellVoltages, (Numbers{3.709, 3.71}));
    }

    void takesNothingImpossible()
    {
        Update update;
        QVERIFY(tell(*make(), 0x13, "0065", update) == ReplyState::Waiting);
        QVERIFY(tell(*make(), 0x18, "0000", update) == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        QVERIFY(tell(*make(), 0x13, "0064", update) == ReplyState::Complete);
    }

    void takesTheReplyBehindAnEcho()
    {
        const Request voltage = request(0x0B);
        const std::unique_ptr<Driver> driver = make();
        Update update;
        driver->begin(voltage);
        const QByteArray all = voltage.bytes + hex("340d0f");
        for (qsizetype at = 0; at < all.size(); ++at) {
            const Reply reply = driver->receive(bytesOf(all.mid(at, 1)), &voltage, update);
            QCOMPARE(reply.state == ReplyState::Complete, at == all.size() - 1);
        }
        QCOMPARE(*update.values.voltage, 13.325);
        QCOMPARE(driver->counters().echoes, 1U);
        QCOMPARE(driver->counters().badChecksums, 0U);
    }

    void tellsHowMuchIsMissing()
    {
        const Request current = request(0x10, 4);
        const std::unique_ptr<Driver> driver = make();
        Update update;
        driver->begin(current);
        QCOMPARE(driver->missingBytes(), 0);
        (void)driver->receive(bytesOf(hex("ffff")), &current, update);
        QCOMPARE(driver->missingBytes(), 3);
        (void)driver->receive(bytesOf(hex("eb929b")), &current, update);
        QCOMPARE(driver->missingBytes(), 0);
        QCOMPARE(*update.values.current, -5.23);
    }

    void takesNothingFromDamagedReplies()
    {
        for (const auto &[number, size, reply] :
             {std::tuple(0x0B, 2, "340d0f"), std::tuple(0x10, 4, "ffffeb929b"), std::tuple(0x17, 2, "0041ce"),
              std::tuple(0x01, 2, "0d03fd")}) {
            const Request asked = request(number, size);
            const QByteArray good = hex(reply);
            // Behind noise, for another register or another length, changed in a bit, cut short.
            QByteArrayList damaged{{},
                                   asked.bytes,
                                   hex("00") + good,
                                   good.chopped(1),
                                   good.mid(1),
                                   answer(request(number + 1, size), good.chopped(1)),
                                   answer(request(number, size + 2), good.chopped(1)),
                                   answer(request(number, size + 2), good.chopped(1) + hex("0000"))};
            for (qsizetype at = 0; at < 8 * good.size(); ++at) {
                QByteArray changed = good;
                changed[at / 8] = static_cast<char>(changed[at / 8] ^ (1 << (at % 8)));
                damaged.append(changed);
            }
            for (const QByteArray &bytes : damaged) {
                Update update;
                QVERIFY2(hear(*make(), asked, bytes, update).state == ReplyState::Waiting,
                         bytes.toHex().constData());
                QVERIFY(update.values == BatteryState());
            }
        }
    }

    void takesNothingThatWasNotAsked()
    {
        const std::unique_ptr<Driver> driver = make();
        Update update;
        QVERIFY(driver->receive(bytesOf(hex("340d0f")), nullptr, update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
        QCOMPARE(driver->counters().noiseBytes, 3U);
        // What comes after a wrong reply belongs to nothing.
        const Request asked = request(0x0B);
        driver->begin(asked);
        (void)driver->receive(bytesOf(hex("340d0e")), &asked, update);
        QVERIFY(driver->receive(bytesOf(hex("340d0f")), &asked, update).state == ReplyState::Waiting);
        QCOMPARE(driver->counters().badChecksums, 1U);
    }

    void controlsNothing()
    {
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(!driver->control(Control::Charge, 0, {}));
        QVERIFY(driver->parameters().empty());
        QVERIFY(driver->info().writes.empty());
    }

    void doesNotRecogniseOthers_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<double>("voltage");
        QTest::addColumn<int>("known");
        QTest::addColumn<bool>("yes");
        QTest::newRow("fits") << 4 << 13.2 << 4 << true;
        QTest::newRow("6 % too much") << 4 << 14.05 << 4 << false;
        QTest::newRow("three of four") << 4 << 13.2 << 3 << true;
        QTest::newRow("three of four, 13 % too much") << 4 << 15.0 << 3 << false;
        QTest::newRow("two of four") << 4 << 13.2 << 2 << false;
        QTest::newRow("more than there are") << 3 << 9.9 << 4 << false;
        QTest::newRow("no cells") << 4 << 13.2 << 0 << false;
        QTest::newRow("no voltage") << 4 << 0.0 << 4 << false;
        QTest::newRow("no count") << 0 << 13.2 << 4 << false;
    }
    void doesNotRecogniseOthers()
    {
        QFETCH(const int, count);
        QFETCH(const double, voltage);
        QFETCH(const int, known);
        QFETCH(const bool, yes);
        BatteryState read;
        if (count > 0)
            read.cellCount = count;
        if (voltage > 0)
            read.voltage = voltage;
        read.cellVoltages.assign(static_cast<size_t>(known), 3.3);
        QCOMPARE(make()->recognise(read) == Recognition::Yes, yes);
    }
};

QTEST_GUILESS_MAIN(TestSinowealth)
#include "tst_sinowealth.moc"
