// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/eg4_ll/eg4_lldriver.h"
#include "drivers/eg4_ll/eg4_llsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestEg4Ll : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return eg4_ll::driver().create({TransportKind::Serial, 1, {}}); }
    /// The live block of the captured 12 V pack with other words in some registers.
    static BatteryState live(std::initializer_list<std::pair<int, quint16>> words,
                             const QVariantMap &options = {})
    {
        QByteArray frame =
            hex("01034e052cffc20cee0cf10ced0cf1000000000000000000000000000000000000000000000000"
                "001100110011000002ee006400300002000000000000000000010000000011c800000000000400000000");
        for (const auto &[reg, value] : words) {
            frame[3 + 2 * reg] = static_cast<char>(value >> 8);
            frame[4 + 2 * reg] = static_cast<char>(value & 0xFF);
        }
        const auto driver = eg4_ll::driver().create({TransportKind::Serial, 1, options});
        Request request;
        request.bytes = hex("01030000002705d0");
        Update update;
        (void)hear(*driver, request, withCrc(frame), update);
        return update.values;
    }

private slots:
    void offersNoSettingsOverBluetooth()
    {
        const std::unique_ptr<Driver> driver =
            eg4_ll::driver().create({TransportKind::Bluetooth, std::nullopt, {}});
        QVERIFY(driver->parameters().empty());
        QVERIFY(!driver->readParameters({}));
        std::vector<Request> requests;
        driver->requests(Phase::Identify, requests);
        QVERIFY(requests.front().bytes == hex("01030000002705d0") && !requests.front().optional);
    }

    void asksWhatTheProtocolFilePrints()
    {
        std::vector<Request> requests;
        make()->requests(Phase::Identify, requests);
        QCOMPARE(requests.size(), 3U);
        QCOMPARE(requests[0].bytes, hex("010300690017d5d8"));
        QCOMPARE(requests[1].bytes, hex("0103002d005b9438"));
        QCOMPARE(requests[2].bytes, hex("01030000002705d0"));
        requests.clear();
        eg4_ll::driver().create({TransportKind::Serial, 16, {}})->requests(Phase::Poll, requests);
        QCOMPARE(requests.size(), 1U);
        QCOMPARE(requests[0].bytes, hex("1003000000270691"));
    }

    void readsASimulatedPack()
    {
        Pack pack({}, Profile::constant(-17));
        pack.advance(5);
        eg4_ll::Eg4LlSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.51);
        QCOMPARE(*state.capacityAh, 280.0);
        QVERIFY(std::abs(*state.remainingAh - pack.remainingAh()) <= 0.51);
        QCOMPARE(state.cellVoltages.size(), 16U);
        QCOMPARE(state.temperatures.size(), 3U);
        QVERIFY(std::abs(*state.temperatures[1] - pack.temperatures()[1]) <= 0.51);
        QCOMPARE(*state.maxVoltage, 58.4);
        QCOMPARE(*state.minVoltage, 40.0);
        QCOMPARE(*state.maxChargeCurrent, 150.0);
        QCOMPARE(*state.heating, false);
        QCOMPARE(*state.serialNumber, QStringLiteral("SB24031400000016"));
        QCOMPARE(*state.uniqueId, QStringLiteral("SB24031400000016_1"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("V03R04"));
        QVERIFY(round(*driver, board, Phase::Poll, &good).voltage && good);

        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent.size(), 1);
        QCOMPARE(valueOf(all, "cellUndervoltage").toDouble(), 2.5);
        QCOMPARE(valueOf(all, "chargeOvertemperature").toDouble(), 55.0);
        QCOMPARE(valueOf(all, "dischargeOvercurrent").toDouble(), 200.0);
        QVERIFY(!driver->writeParameters({{QStringLiteral("cellUndervoltage"), 2.4}}));
        board.tellsSettings = false;
        QVERIFY(run(*driver, board, driver->readParameters({})).result.refused);
        (void)round(*make(), board, Phase::Identify, &good);
        QVERIFY(good); // without its settings, too
    }

    void readsEachAlarm_data()
    {
        QTest::addColumn<int>("reg");
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        const char *const both[] = {"HighVoltage",
                                    "HighCellVoltage",
                                    "LowVoltage",
                                    "LowCellVoltage",
                                    "HighChargeCurrent",
                                    "HighDischargeCurrent",
                                    "HighInternalTemperature",
                                    "HighInternalTemperature",
                                    "HighChargeTemperature",
                                    "HighTemperature",
                                    "LowChargeTemperature",
                                    "LowTemperature",
                                    "LowSoc"};
        for (int bit = 0; bit < 13; ++bit) {
            QTest::addRow("warning %d", bit) << 26 << bit << QString::fromLatin1(both[bit]) << 1;
            QTest::addRow("protection %d", bit) << 27 << bit << QString::fromLatin1(both[bit]) << 2;
        }
        QTest::newRow("float stopped") << 26 << 13 << QString() << 0;
        QTest::newRow("short circuit") << 27 << 13 << QStringLiteral("HighDischargeCurrent") << 2;
        for (int bit = 0; bit < 3; ++bit)
            QTest::addRow("error %d", bit) << 28 << bit << QStringLiteral("InternalFailure") << 2;
        QTest::newRow("imbalance of some") << 28 << 3 << QStringLiteral("CellImbalance") << 2;
        QTest::newRow("imbalance") << 28 << 4 << QStringLiteral("CellImbalance") << 2;
    }
    void readsEachAlarm()
    {
        QFETCH(const int, reg);
        QFETCH(const int, bit);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        const BatteryState state = live({{reg, static_cast<quint16>(1 << bit)}});
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? level : 0;
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)), expected);
        }
    }

    void tellsWhatAProtectionStops_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("charge");
        QTest::addColumn<bool>("discharge");
        QTest::newRow("none") << 0 << 2 << true << true;
        QTest::newRow("protecting") << 0 << 4 << false << true;
        for (const int bit : {0, 1, 4, 8, 10})
            QTest::addRow("bit %d", bit) << (1 << bit) << 0 << false << true;
        for (const int bit : {2, 3, 5, 9, 11, 13})
            QTest::addRow("bit %d", bit) << (1 << bit) << 0 << true << false;
        QTest::newRow("bit 6") << 0x40 << 0 << true << true;
    }
    void tellsWhatAProtectionStops()
    {
        QFETCH(const int, bits);
        QFETCH(const int, status);
        QFETCH(const bool, charge);
        QFETCH(const bool, discharge);
        const BatteryState state =
            live({{25, static_cast<quint16>(status)}, {27, static_cast<quint16>(bits)}});
        QCOMPARE(*state.chargeAllowed, charge);
        QCOMPARE(*state.dischargeAllowed, discharge);
    }

    void believesTheHeaterOnlyInTheCold()
    {
        QCOMPARE(*live({}).heating, false);
        QVERIFY(!live({{25, 0x8001}}).heating);
        QCOMPARE(*live({{25, 0x8001}, {33, 0x0300}}).heating, true);
    }

    void leavesUnusedSensorsOut()
    {
        QCOMPARE(live({}).temperatures, Numbers{17.0});
        QCOMPARE(live({{33, 0x0000}}).temperatures, Numbers{0.0});
        QCOMPARE(live({{33, 0xC8C8}}).temperatures, Numbers{});
        QCOMPARE(live({{33, 0x11C8}, {34, 0xFB00}}).temperatures, (Numbers{17.0, std::nullopt, -5.0}));
    }

    void takesCapacityFromWhereItIs()
    {
        QVERIFY(!live({}).capacityAh && !live({}).remainingAh);
        QCOMPARE(*live({{37, 1000}}).capacityAh, 100.0);
        QCOMPARE(*live({{31, 0x1574}, {32, 0x2A00}, {37, 7}}).capacityAh, 0x15742A00 / 3600000.0);
        QCOMPARE(*live({{21, 55}}).remainingAh, 55.0);
    }

    void takesTheUnitOfTheCurrentFromItsOption()
    {
        QCOMPARE(*live({}).current, -0.62);
        QCOMPARE(*live({}, {{QStringLiteral("currentScale"), 0.1}}).current, -6.2);
    }

    void refusesImpossibleCellCounts()
    {
        QVERIFY(live({{36, 0}}) == BatteryState());
        QVERIFY(live({{36, 17}}) == BatteryState());
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        eg4_ll::Eg4LlSimulator board(pack, 1);
        damagedRepliesGiveNothing(make, board, hex("020306cce6083e00005f33"));
    }

    void doesNotRecogniseOthers()
    {
        BatteryState read = live({});
        QVERIFY(make()->recognise(read) == Recognition::No); // no model
        read.hardwareVersion = QStringLiteral("LFP-12.8V400Ah");
        QVERIFY(make()->recognise(read) == Recognition::Yes);
        read.voltage = 13.7;
        QVERIFY(make()->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestEg4Ll)
#include "tst_eg4_ll.moc"
