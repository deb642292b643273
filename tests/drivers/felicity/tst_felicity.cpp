// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/felicity/felicitydriver.h"
#include "drivers/felicity/felicitysimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestFelicity : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return felicity::driver().create({}); }
    static BatteryState decoded(Driver &driver, quint16 start, const char *data)
    {
        const QByteArray bytes = hex(data);
        Request request;
        request.bytes =
            modbus::readRequest({1, modbus::ReadHolding, start, static_cast<quint16>(bytes.size() / 2)});
        Update update;
        (void)hear(driver, request, withCrc(hex("0103") + static_cast<char>(bytes.size()) + bytes), update);
        return update.values;
    }
    static QByteArrayList asked(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList sent;
        for (const Request &request : requests)
            sent.append(request.bytes);
        return sent;
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        const QByteArrayList sent = asked(*make(), Phase::Identify);
        for (const char *frame : {"0103f80b0001c4a8", "0103f8040005f568", "010313020003a08f",
                                  "010313060002208e", "0103130a0001a08c", "0103130b0001f14c",
                                  "0103131c0004814b", "0103132a0010614a", "0103133900055140"})
            QVERIFY2(sent.contains(hex(frame)), frame);
    }

    void readsASimulatedPack()
    {
        Pack pack({}, Profile::constant(-40));
        pack.advance(5);
        felicity::FelicitySimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(*state.cellCount, 16);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.051);
        QVERIFY(*state.current < -39);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.51);
        QCOMPARE(state.cellVoltages.size(), 16U);
        QVERIFY(std::abs(*state.cellVoltages[15] - pack.cellVoltages()[15]) <= 0.00051);
        QCOMPARE(state.temperatures.size(), 3U);
        QVERIFY(std::abs(*state.temperatures[2] - pack.temperatures()[2]) <= 0.51);
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.51);
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.dischargeAllowed, true);
        QCOMPARE(*state.maxVoltage, 58.4);
        QCOMPARE(*state.minVoltage, 40.0);
        QCOMPARE(*state.maxChargeCurrent, 150.0);
        QCOMPARE(*state.maxDischargeCurrent, 200.0);
        QCOMPARE(*state.serialNumber, QStringLiteral("48102311071280"));
        QCOMPARE(state.uniqueId, state.serialNumber);
        QCOMPARE(*state.firmwareVersion, QStringLiteral("12"));
        QCOMPARE(*state.problemCode, 0);

        // Once the long reads were answered, they take the place of the others.
        QCOMPARE(asked(*driver, Phase::Poll).size(), 3);
        state = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QVERIFY(state.cellVoltages.size() == 16 && state.temperatures.size() == 3 && state.soc);
    }

    void readsBoardsThatRefuseLongReads()
    {
        Pack pack({}, Profile::constant(5));
        felicity::FelicitySimulator board(pack, 1);
        board.longestRead = 16;
        const std::unique_ptr<Driver> driver = make();
        // Ten registers are short enough for this one, so the first group stays long.
        bool good = false;
        const BatteryState first = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(first) == Recognition::Yes);
        const QByteArrayList sent = asked(*driver, Phase::Poll);
        QVERIFY(sent.contains(modbus::readRequest({1, 3, 0x1302, 10})));
        QVERIFY(!sent.contains(modbus::readRequest({1, 3, 0x132A, 20})));
        QVERIFY(sent.contains(modbus::readRequest({1, 3, 0x132A, 16})));
        const BatteryState state = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QVERIFY(state.cellVoltages.size() == 16 && state.temperatures.size() == 3 && state.soc &&
                state.chargeAllowed);
    }

    void leavesOutSlotsWithoutACell()
    {
        PackConfig config;
        config.cells = 8;
        Pack pack(config, Profile::constant(0));
        felicity::FelicitySimulator board(pack, 1);
        board.firstSlot = 3;
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = round(*driver, board, Phase::Identify);
        QCOMPARE(*state.cellCount, 8);
        QCOMPARE(state.cellVoltages.size(), 8U);
        QVERIFY(std::abs(*state.cellVoltages[0] - pack.cellVoltages()[0]) <= 0.00051);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
    }

    void decodesTheWorkedExample()
    {
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = decoded(*driver, 0x1302, "000500000008");
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.dischargeAllowed, true);
        QVERIFY(state.alarms.level(AlarmName::LowCellVoltage) == AlarmLevel::Alarm);
        QCOMPARE(*decoded(*driver, 0x1306, "0a580032").voltage, 26.48);
        QCOMPARE(*decoded(*driver, 0x1306, "0a580032").current, -5.0);
        QCOMPARE(*decoded(*driver, 0x130B, "0051").soc, 81.0);
    }

    void readsEachAlarm_data()
    {
        QTest::addColumn<int>("bit");
        QTest::addColumn<QStringList>("alarms");
        const char *names[16] = {"",
                                 "",
                                 "HighCellVoltage",
                                 "LowCellVoltage",
                                 "HighChargeCurrent",
                                 "HighDischargeCurrent",
                                 "HighInternalTemperature",
                                 "",
                                 "HighChargeTemperature HighTemperature",
                                 "LowChargeTemperature LowTemperature"};
        for (int bit = 0; bit < 16; ++bit)
            QTest::addRow("bit %d", bit)
                << bit << QString::fromLatin1(names[bit]).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    }
    void readsEachAlarm()
    {
        QFETCH(const int, bit);
        QFETCH(const QStringList, alarms);
        QByteArray data = hex("00000000");
        appendInteger(data, qint64{1} << bit, Wire::U16BE);
        const BatteryState state = decoded(*make(), 0x1302, data.toHex().constData());
        QCOMPARE(*state.problemCode, qint64{1} << bit);
        QVERIFY(!state.alarms.isEmpty());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const auto expected = alarms.contains(alarmText(name)) ? AlarmLevel::Alarm : AlarmLevel::Ok;
            QVERIFY2(state.alarms.level(name).value_or(AlarmLevel::Ok) == expected, alarmText(name).data());
        }
    }

    void wantsToBeChargedAtOnce()
    {
        const BatteryState state = decoded(*make(), 0x1302, "000200000000");
        QVERIFY(state.alarms.level(AlarmName::LowSoc) == AlarmLevel::Warning);
        QCOMPARE(*state.chargeAllowed, false);
        QVERIFY(decoded(*make(), 0x1302, "000500000000").alarms.level(AlarmName::LowSoc) == AlarmLevel::Ok);
    }

    void refusesAPackWithoutCells()
    {
        const std::unique_ptr<Driver> driver = make();
        QByteArray none;
        for (int i = 0; i < 15; ++i)
            none += "7fff";
        QVERIFY(decoded(*driver, 0x132A, QByteArray(none + "7fff").constData()) == BatteryState());
        QVERIFY(decoded(*driver, 0x132A, QByteArray(none + "0cee").constData()) == BatteryState());
        QCOMPARE(driver->counters().malformed, 2U);
    }

    void aSerialNumberOfZerosIsNone()
    {
        const BatteryState state = decoded(*make(), 0xF804, "00000000000000000000");
        QVERIFY(!state.serialNumber && !state.uniqueId);
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        felicity::FelicitySimulator board(pack, 1);
        damagedRepliesGiveNothing(make, board, hex("020306cce6083e00005f33"));
    }

    void doesNotRecogniseOthers()
    {
        BatteryState read;
        read.cellVoltages = {3.3, 3.3, 3.3, 3.3};
        read.voltage = 13.2;
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.firmwareVersion = QStringLiteral("12");
        QVERIFY(make()->recognise(read) == Recognition::Yes);
        read.voltage = 13.8; // the cells don't make it up
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.voltage = 13.2;
        read.cellVoltages[2] = 0.9;
        QVERIFY(make()->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestFelicity)
#include "tst_felicity.moc"
