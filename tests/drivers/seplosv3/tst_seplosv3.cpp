// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplosv3/seplosv3driver.h"
#include "drivers/seplosv3/seplosv3simulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestSeplosV3 : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> makeAt(std::optional<int> unit)
    {
        return seplosv3::driver().create({TransportKind::Serial, unit, {}});
    }
    static std::unique_ptr<Driver> make() { return makeAt(std::nullopt); }
    static QByteArrayList frames(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList sent;
        for (const Request &request : requests)
            sent.append(request.bytes);
        return sent;
    }
    /// The 18 event bytes, one of them with one bit.
    static BatteryState events(int byte, int bit)
    {
        QByteArray data(18, '\0');
        data[byte] = static_cast<char>(1 << bit);
        const std::unique_ptr<Driver> driver = make();
        Request request;
        request.bytes = modbus::readRequest({0, modbus::ReadCoils, 0x1200, 0x90});
        Update update;
        (void)hear(*driver, request, withCrc(hex("000112") + data), update);
        return update.values;
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        const QByteArrayList identify = frames(*make(), Phase::Identify);
        QCOMPARE(identify.at(0), hex("00041700000a7468"));
        QCOMPARE(identify.at(1), hex("000417000033b47a"));
        const QByteArrayList one = frames(*makeAt(1), Phase::Poll);
        QVERIFY(one.contains(hex("01041000001134c6")));
        QVERIFY(one.contains(hex("01041100001a74fd")));
        QVERIFY(one.contains(hex("010112000090391e")));
        const QByteArrayList mirror = frames(*makeAt(0xE0), Phase::Identify);
        QVERIFY(mirror.contains(hex("e004130000352328")));
        QVERIFY(mirror.contains(hex("e004133500353326")));
    }

    void readsASimulatedPack()
    {
        Pack pack({}, Profile::constant(31));
        pack.advance(5);
        seplosv3::SeplosV3Simulator board(pack, 0);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.051);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(*state.cellCount, 16);
        for (size_t i = 0; i < 16; ++i) {
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
            QCOMPARE(state.cellBalancing[i], pack.balancing()[i]);
        }
        QCOMPARE(state.temperatures.size(), 3U); // as many as the settings say
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.051);
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.heating, false);
        QCOMPARE(*state.maxVoltage, 58.4);
        QCOMPARE(*state.minVoltage, 40.0);
        QCOMPARE(*state.maxDischargeCurrent, 180.0);
        QCOMPARE(*state.manufacturer, QStringLiteral("XZH-ElecTech Co.,Ltd"));
        QCOMPARE(*state.hardwareVersion, QStringLiteral("SG16S200A"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("1.5"));
        QCOMPARE(*state.uniqueId, QStringLiteral("SB240314SG16S200A0001"));
        QVERIFY(round(*driver, board, Phase::Poll, &good).voltage && good);
    }

    void readsWhatHasFewerCellsAndNoSettings()
    {
        PackConfig config;
        config.cells = 8;
        Pack pack(config, Profile::constant(0));
        seplosv3::SeplosV3Simulator board(pack, 3);
        board.tellsSettings = false;
        const std::unique_ptr<Driver> driver = makeAt(3);
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QCOMPARE(state.cellVoltages.size(), 8U);
        QCOMPARE(*state.cellCount, 8);
        QCOMPARE(state.cellBalancing.size(), 8U);
        QVERIFY(!state.maxVoltage);
    }

    void readsEachAlarm_data()
    {
        QTest::addColumn<int>("byte");
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        const auto rows = [](int byte, std::initializer_list<std::pair<const char *, int>> bits) {
            int bit = 0;
            for (const auto &[alarm, level] : bits) {
                QTest::addRow("byte %d bit %d", byte, bit)
                    << byte << bit << QString::fromLatin1(alarm) << level;
                ++bit;
            }
        };
        const char *const none = "";
        rows(5, {{none, 0}}); // a cell sensor, which byte 10 sums up
        rows(9, {{"HighCellVoltage", 1},
                 {"HighCellVoltage", 2},
                 {"LowCellVoltage", 1},
                 {"LowCellVoltage", 2},
                 {"HighVoltage", 1},
                 {"HighVoltage", 2},
                 {"LowVoltage", 1},
                 {"LowVoltage", 2}});
        rows(10, {{"HighChargeTemperature", 1},
                  {"HighChargeTemperature", 2},
                  {"LowChargeTemperature", 1},
                  {"LowChargeTemperature", 2},
                  {"HighTemperature", 1},
                  {"HighTemperature", 2},
                  {"LowTemperature", 1},
                  {"LowTemperature", 2}});
        rows(11, {{"HighInternalTemperature", 1},
                  {"HighInternalTemperature", 2},
                  {"LowTemperature", 1},
                  {"LowTemperature", 2},
                  {"HighInternalTemperature", 1},
                  {"HighInternalTemperature", 2},
                  {none, 0}});
        rows(12, {{"HighChargeCurrent", 1},
                  {"HighChargeCurrent", 2},
                  {"HighChargeCurrent", 2},
                  {"HighDischargeCurrent", 1},
                  {"HighDischargeCurrent", 2},
                  {"HighDischargeCurrent", 2},
                  {"HighDischargeCurrent", 2}});
        rows(13,
             {{"HighDischargeCurrent", 2}, {none, 0}, {"HighChargeCurrent", 2}, {"HighDischargeCurrent", 2}});
        rows(14, {{none, 0}, {none, 0}, {"LowSoc", 1}, {"LowSoc", 2}, {"CellImbalance", 1}});
        rows(17, {{"InternalFailure", 2},
                  {"InternalFailure", 2},
                  {"InternalFailure", 2},
                  {"InternalFailure", 2},
                  {"InternalFailure", 2},
                  {"InternalFailure", 2},
                  {"InternalFailure", 2},
                  {"InternalFailure", 2}});
    }
    void readsEachAlarm()
    {
        QFETCH(const int, byte);
        QFETCH(const int, bit);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        const BatteryState state = events(byte, bit);
        QVERIFY(!state.alarms.isEmpty());
        for (int i = 0; i < alarmCount; ++i) {
            const auto name = static_cast<AlarmName>(i);
            const int expected = alarmText(name) == alarm ? level : 0;
            QCOMPARE(static_cast<int>(state.alarms.level(name).value_or(AlarmLevel::Ok)), expected);
        }
    }

    void seesCellThreeBalance()
    {
        const BatteryState state = events(6, 2);
        QCOMPARE(*state.balancing, true);
        QCOMPARE(state.cellBalancing.at(2), true);
        QCOMPARE(std::count(state.cellBalancing.begin(), state.cellBalancing.end(), true), 1);
        QCOMPARE(events(7, 7).cellBalancing.at(15), true);
    }

    void switchesAndReadsBack()
    {
        Pack pack({}, Profile::constant(0));
        seplosv3::SeplosV3Simulator board(pack, 0);
        const std::unique_ptr<Driver> driver = make();
        const auto order = [&](Control control, double value) {
            return run(*driver, board, driver->control(control, value, {}));
        };
        const Course off = order(Control::Charge, 0);
        QVERIFY(off.result.ok);
        QCOMPARE(off.sent.first(), withCrc(hex("00101511000102 55aa")));
        QVERIFY(!pack.chargeFet() && pack.dischargeFet());
        QVERIFY(order(Control::Discharge, 0).result.ok);
        QVERIFY(!pack.chargeFet() && !pack.dischargeFet());
        QCOMPARE(order(Control::Charge, 1).sent.first(), withCrc(hex("00101515000102aa55")));
        QVERIFY(order(Control::Discharge, 1).result.ok);
        QVERIFY(pack.chargeFet() && pack.dischargeFet());
        QVERIFY(!driver->control(Control::StateOfCharge, 50, {}));

        board.ignoresWrites = {0x1510};
        const Course ignored = order(Control::Discharge, 0);
        QVERIFY(!ignored.result.ok && !ignored.result.refused && !ignored.result.error.isEmpty());
        board.refusesWrites = {0x1511};
        const Course refused = order(Control::Charge, 0);
        QVERIFY(!refused.result.ok && refused.result.refused);
        QVERIFY(refused.result.error.contains(QStringLiteral("exception 4")));
    }

    void writesEachSettingAndReadsItBack()
    {
        Pack pack({}, Profile::constant(0));
        seplosv3::SeplosV3Simulator board(pack, 0);
        const std::unique_ptr<Driver> driver = make();
        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent.size(), 2);
        QCOMPARE(valueOf(all, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(all, "heaterStart").toDouble(), 2.0);
        QCOMPARE(valueOf(all, "dischargeCurrentLimit").toDouble(), -180.0);
        for (const ParameterInfo &info : driver->parameters()) {
            for (const double value : {info.minimum, info.maximum}) {
                const Course course = run(*driver, board, driver->writeParameters({{info.id, value}}));
                QVERIFY2(course.result.ok == info.writable,
                         qPrintable(info.id + QLatin1Char(' ') + course.result.error));
                if (info.writable)
                    QVERIFY(std::abs(valueOf(course, info.id.toLatin1().constData()).toDouble() - value) <
                            1e-9);
            }
        }
        board.ignoresWrites = {0x130D};
        const Course lies =
            run(*driver, board, driver->writeParameters({{QStringLiteral("cellOvervoltage"), 3.6}}));
        QVERIFY(!lies.result.ok);
        QVERIFY(lies.result.parameters.at(0).status == ParameterOutcome::Status::NotVerified);
        board.refusesWrites = {0x1350};
        const Course refused =
            run(*driver, board, driver->writeParameters({{QStringLiteral("balanceStart"), 3.4}}));
        QVERIFY(refused.result.refused);
        QVERIFY(refused.result.parameters.at(0).status == ParameterOutcome::Status::Refused);
        board.tellsSettings = false;
        QVERIFY(run(*driver, board, driver->readParameters({})).result.refused);
        QVERIFY(run(*driver, board, driver->readParameters({}), 0)
                    .result.error.contains(QStringLiteral("no reply")));
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        seplosv3::SeplosV3Simulator board(pack, 0);
        damagedRepliesGiveNothing(make, board, hex("010306cce6083e00005f33"));
    }

    void doesNotRecogniseOthers()
    {
        BatteryState read;
        read.voltage = 53;
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.manufacturer = QStringLiteral("Somebody");
        QVERIFY(make()->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestSeplosV3)
#include "tst_seplosv3.moc"
