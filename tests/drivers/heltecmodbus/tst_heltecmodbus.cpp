// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/heltecmodbus/heltecmodbusdriver.h"
#include "drivers/heltecmodbus/heltecmodbussimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestHeltecModbus : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return heltecmodbus::driver().create({}); }
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
    static QByteArrayList poll(Driver &driver)
    {
        std::vector<Request> requests;
        driver.requests(Phase::Poll, requests);
        QByteArrayList sent;
        for (const Request &request : requests)
            sent.append(request.bytes);
        return sent;
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        std::vector<Request> requests;
        const std::unique_ptr<Driver> driver = make();
        driver->requests(Phase::Identify, requests);
        QByteArrayList sent;
        for (const Request &request : requests)
            sent.append(request.bytes);
        for (const char *frame : {"0103004c000205dc", "01030078000104 13", "010300710001d411"})
            QVERIFY(sent.contains(hex(frame)));
        QCOMPARE(requests[0].tries, 4);
        (void)decoded(*driver, 75, "1001");
        QVERIFY(poll(*driver).contains(modbus::readRequest({1, 3, 81, 16})));
    }

    void readsASimulatedPack()
    {
        Pack pack({}, Profile::constant(-40));
        pack.advance(5);
        heltecmodbus::HeltecModbusSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(*state.cellCount, 16);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.00051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(*state.current < -39);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.51);
        QCOMPARE(*state.soh, 100.0);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(state.cellVoltages.size(), 16U);
        QVERIFY(std::abs(*state.cellVoltages[15] - pack.cellVoltages()[15]) <= 0.00051);
        QCOMPARE(state.temperatures.size(), 2U);
        QVERIFY(std::abs(*state.temperatures[0] - pack.temperatures()[0]) <= 0.51);
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.51);
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.dischargeAllowed, true);
        QCOMPARE(*state.maxVoltage, 58.4);
        QCOMPARE(*state.minVoltage, 40.0);
        QCOMPARE(*state.maxChargeCurrent, 150.0);
        QCOMPARE(*state.productName, QStringLiteral("YYBMS-16S100A-RS485"));
        QCOMPARE(*state.hardwareVersion, QStringLiteral("HT-SMART(3)"));
        QCOMPARE(*state.productionDate, QDate(2024, 3, 14));
        QCOMPARE(*state.serialNumber, QStringLiteral("0011-2233-4455-66ab"));
        QCOMPARE(state.uniqueId, state.serialNumber);

        // Once the long reads were answered, they take the place of the others.
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        const auto live = std::count_if(requests.begin(), requests.end(),
                                        [](const Request &request) { return request.everyMs == 0; });
        QCOMPARE(live, 2);
        state = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(state.cellVoltages.size(), 16U);
        QVERIFY(state.soc && state.chargeAllowed && !state.alarms.isEmpty());
    }

    void readsBoardsThatKnowShortReadsOnly()
    {
        Pack pack({}, Profile::constant(5));
        heltecmodbus::HeltecModbusSimulator board(pack, 1);
        board.longestRead = 16;
        board.hasSerial = false;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState first = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QCOMPARE(*first.uniqueId, QStringLiteral("YYBMS-16S100A-RS485_1"));
        QVERIFY(!first.serialNumber);
        QVERIFY(driver->recognise(first) == Recognition::Yes);
        const BatteryState state = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(state.cellVoltages.size(), 16U);
        QVERIFY(state.soc && state.chargeAllowed && !state.alarms.isEmpty());
        QVERIFY(!poll(*driver).contains(modbus::readRequest({1, 3, 76, 45})));
    }

    void givesUpLongReadsThatStayUnanswered()
    {
        const std::unique_ptr<Driver> driver = make();
        for (int i = 0; i < 2; ++i) {
            std::vector<Request> requests;
            driver->requests(Phase::Poll, requests);
            for (const Request &each : requests)
                driver->begin(each);
        }
        QVERIFY(!poll(*driver).contains(modbus::readRequest({1, 3, 76, 45})));
    }

    void decodesTheWorkedExamples()
    {
        const std::unique_ptr<Driver> driver = make();
        QCOMPARE(*decoded(*driver, 76, "68ce0000").voltage, 52.84);
        const BatteryState charge = decoded(*driver, 120, "5763");
        QCOMPARE(*charge.soc, 87.0);
        QCOMPARE(*charge.soh, 99.0);
        QCOMPARE(decoded(*driver, 113, "4140").temperatures, (Numbers{24.0, 25.0}));
        QCOMPARE(*decoded(*driver, 78, "18fcffff").current, 10.0);
        QCOMPARE(*decoded(*driver, 112, "3c46").mosfetTemperature, 30.0);
        QCOMPARE(*decoded(*driver, 112, "463c").mosfetTemperature, 30.0);
        QCOMPARE(*decoded(*driver, 152, "00000010").chargeAllowed, false);
        QCOMPARE(*decoded(*driver, 152, "00000010").dischargeAllowed, true);
        QCOMPARE(*decoded(*driver, 152, "00000020").dischargeAllowed, false);
    }

    void readsEachAlarm_data()
    {
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        const std::pair<const char *, int> bits[] = {{"HighCellVoltage", 2},
                                                     {"LowCellVoltage", 2},
                                                     {"", 0},
                                                     {"HighVoltage", 2},
                                                     {"LowVoltage", 2},
                                                     {"HighChargeCurrent", 2},
                                                     {"HighDischargeCurrent", 1},
                                                     {"HighDischargeCurrent", 2},
                                                     {"HighDischargeCurrent", 2},
                                                     {"HighChargeTemperature", 2},
                                                     {"LowChargeTemperature", 2},
                                                     {"HighTemperature", 2},
                                                     {"LowTemperature", 2},
                                                     {"HighInternalTemperature", 2},
                                                     {"LowSoc", 2},
                                                     {"", 0},
                                                     {"InternalFailure", 2}};
        int bit = 0;
        for (const auto &[alarm, level] : bits) {
            QTest::addRow("bit %d", bit) << bit << QString::fromLatin1(alarm) << level;
            ++bit;
        }
        QTest::newRow("bit 31") << 31 << QStringLiteral("InternalFailure") << 2;
    }
    void readsEachAlarm()
    {
        QFETCH(const int, bit);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        QByteArray data;
        appendInteger(data, qint64{1} << bit, Wire::U32LE);
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = decoded(*driver, 156, data.toHex().constData());
        QVERIFY(!state.alarms.isEmpty());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? level : 0;
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)), expected);
        }
    }

    void refusesImpossibleCells_data()
    {
        QTest::addColumn<QByteArray>("data");
        QTest::newRow("two cells") << QByteArray("0201");
        QTest::newRow("32 cells") << QByteArray("2001");
        QTest::newRow("a fourth chemistry") << QByteArray("1003");
    }
    void refusesImpossibleCells()
    {
        QFETCH(const QByteArray, data);
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(decoded(*driver, 75, data.constData()) == BatteryState());
        QCOMPARE(driver->counters().malformed, 1U);
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        heltecmodbus::HeltecModbusSimulator board(pack, 1);
        damagedRepliesGiveNothing(make, board, hex("020306cce6083e00005f33"));
    }

    void doesNotRecogniseOthers()
    {
        BatteryState read;
        read.cellCount = 16;
        read.voltage = 53;
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.productName = QStringLiteral("abc");
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.productName = QStringLiteral("ab?cd");
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.productName = QStringLiteral("YYBMS");
        QVERIFY(make()->recognise(read) == Recognition::Yes);
    }
};

QTEST_GUILESS_MAIN(TestHeltecModbus)
#include "tst_heltecmodbus.moc"
