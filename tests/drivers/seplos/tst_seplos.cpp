// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos/seplosdriver.h"
#include "drivers/seplos/seplossimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/ydt1363/asciitalk.h"

using namespace sb;
using namespace sb::talk;

namespace {

constexpr ydt1363::Header header{'~', 0x20, 0x46};

std::unique_ptr<Driver> makeAt(int address)
{
    return seplos::driver().create({TransportKind::Serial, address, {}});
}
std::unique_ptr<Driver> make() { return makeAt(0); }

QByteArray frame(const char *characters) { return QByteArray(characters) + '\r'; }

/// A status reply of 16 cells and 6 sensors, the twenty bytes behind them given.
BatteryState status(const QByteArray &bytes)
{
    const std::unique_ptr<Driver> driver = make();
    Update update;
    const QByteArray info =
        hex("000010") + QByteArray(16, '\0') + hex("06") + QByteArray(8, '\0') + hex("14") + bytes;
    (void)hear(*driver, requestWith(*driver, 0x44), ydt1363::makeFrame(header, 0, 0, info), update);
    return update.values;
}

} // namespace

class TestSeplos : public QObject
{
    Q_OBJECT
private slots:
    void asksWhatTheProtocolFilePrints()
    {
        const std::unique_ptr<Driver> driver = make();
        std::vector<Request> requests;
        driver->requests(Phase::Identify, requests);
        QCOMPARE(requests.size(), 4U);
        QCOMPARE(requests[0].bytes, frame("~2000464F0000FD9A"));
        QCOMPARE(requests[1].bytes, frame("~200046510000FDAE"));
        QCOMPARE(requests[2].bytes, frame("~20004642E00200FD37"));
        QCOMPARE(requests[2].otherForms.at(0), frame("~20004642E00201FD36"));
        QCOMPARE(requests[3].bytes, frame("~20004644E00200FD35"));
        QCOMPARE(requests[3].otherForms.at(0), frame("~20004644E00201FD34"));
        QVERIFY(requests[3].optional && !requests[2].optional);
        QCOMPARE(requestWith(*makeAt(1), 0x42).bytes, frame("~20014642E00201FD35"));
        QCOMPARE(requestWith(*makeAt(1), 0x44).bytes, frame("~20014644E00201FD33"));
        requests.clear();
        driver->requests(Phase::Poll, requests);
        QCOMPARE(requests.size(), 2U);
    }

    void readsASimulatedPack()
    {
        PackConfig config;
        config.sensors = 4;
        Pack pack(config, Profile::constant(31));
        pack.advance(5);
        seplos::SeplosSimulator board(pack, 3);
        const std::unique_ptr<Driver> driver = makeAt(3);
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) < 0.02);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.051);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(*state.soh, 100.0);
        QCOMPARE(*state.cellCount, 16);
        for (size_t i = 0; i < 16; ++i) {
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
            QCOMPARE(state.cellBalancing[i], pack.balancing()[i]);
        }
        QCOMPARE(state.temperatures.size(), 5U);
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.051);
        QVERIFY(*state.chargeAllowed && *state.dischargeAllowed);
        QCOMPARE(*state.hardwareVersion, QStringLiteral("1101-SP76"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("2.7"));
        QCOMPARE(*state.uniqueId, QStringLiteral("1101-SP76_3_280Ah"));
        QVERIFY(round(*driver, board, Phase::Poll, &good).voltage && good);
    }

    void namesABoardWithoutModelAsTheReferenceDoes()
    {
        Pack pack({}, Profile::constant(0));
        seplos::SeplosSimulator board(pack, 0);
        board.refuses = {{0x51, 4}};
        QCOMPARE(*round(*make(), board, Phase::Identify).uniqueId, QStringLiteral("SeplosBMS16S_280Ah"));
        seplos::SeplosSimulator other(pack, 10);
        other.refuses = board.refuses;
        QCOMPARE(*round(*makeAt(10), other, Phase::Identify).uniqueId,
                 QStringLiteral("SeplosBMS16S_0x0a_280Ah"));
    }

    void readsABoqiangBoardInItsOwnVersion()
    {
        Pack pack({}, Profile::constant(-20));
        seplos::SeplosSimulator board(pack, 2, seplos::SeplosSimulator::Maker::Boqiang);
        board.group = 1;
        const std::unique_ptr<Driver> driver = makeAt(2);
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.soc - pack.soc()) < 0.01);
        QVERIFY(!state.soh);
        QVERIFY(!state.temperatures.at(3)); // three are fitted
        QCOMPARE(requestWith(*driver, 0x42, Phase::Poll).bytes,
                 ydt1363::makeFrame({'~', 0x26, 0x46}, 2, 0x42, hex("01")));
    }

    void keepsReadingWithoutStatus()
    {
        Pack pack({}, Profile::constant(0));
        seplos::SeplosSimulator board(pack, 0);
        board.refuses = {{0x44, 0x91}};
        bool good = false;
        const BatteryState state = round(*make(), board, Phase::Identify, &good);
        QVERIFY(good && state.voltage && state.alarms.isEmpty() && !state.chargeAllowed);
    }

    void readsEachAlarm_data()
    {
        QTest::addColumn<int>("byte");
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        const auto rows = [](int byte, std::initializer_list<const char *> bits) {
            int bit = 0;
            for (const char *alarm : bits) {
                QTest::addRow("byte %d bit %d", byte, bit) << byte << bit << QString::fromLatin1(alarm);
                ++bit;
            }
        };
        const char *const failure = "InternalFailure2";
        rows(0, {failure, failure, failure, failure, failure, failure, failure, failure});
        rows(1, {"HighCellVoltage1", "HighCellVoltage2", "LowCellVoltage1", "LowCellVoltage2", "HighVoltage1",
                 "HighVoltage2", "LowVoltage1", "LowVoltage2"});
        rows(2, {"HighChargeTemperature1", "HighChargeTemperature2", "LowChargeTemperature1",
                 "LowChargeTemperature2", "HighTemperature1", "HighTemperature2", "LowTemperature1",
                 "LowTemperature2"});
        rows(3, {"HighInternalTemperature1", "HighInternalTemperature2", "LowTemperature1", "LowTemperature2",
                 "HighInternalTemperature2", "HighInternalTemperature1", "", ""});
        rows(4, {"HighChargeCurrent1", "HighChargeCurrent2", "HighDischargeCurrent1", "HighDischargeCurrent2",
                 "HighDischargeCurrent2", "HighDischargeCurrent2", "HighDischargeCurrent2",
                 "HighDischargeCurrent2"});
        rows(5, {"HighVoltage2", "", "LowSoc1", "LowSoc2", "LowCellVoltage2", failure, failure, ""});
        rows(6, {"", "", "", "", "", "", "", ""});
        rows(7, {"", "", "", "", "", "", "", ""});
        rows(9, {"", "", "", "", "", "", "", ""});
        rows(10, {failure, failure, failure, failure, failure, failure, failure, failure});
        rows(11, {failure, failure, failure, failure, failure, failure, failure, failure});
        rows(12, {"", "", "", "", "", "", "", ""});
        rows(13, {"InternalFailure1", "InternalFailure1", "", "", "", "", "", ""});
        rows(14, {"", "", "", "", "", "", "", ""});
    }
    void readsEachAlarm()
    {
        QFETCH(const int, byte);
        QFETCH(const int, bit);
        QFETCH(const QString, alarm);
        QByteArray bytes(20, '\0');
        bytes[byte] = static_cast<char>(1 << bit);
        const BatteryState state = status(bytes);
        QVERIFY(!state.alarms.isEmpty());
        QCOMPARE(raised(state), alarm.isEmpty() ? QStringList() : QStringList(alarm));
    }

    void seesSwitchesAndBalancing()
    {
        BatteryState state = status(hex("0000000000000904800000000000000000000000"));
        QCOMPARE(*state.dischargeAllowed, true);
        QCOMPARE(*state.chargeAllowed, false);
        QCOMPARE(*state.heating, true);
        QCOMPARE(*state.balancing, true);
        QVERIFY(state.cellBalancing.at(2) && state.cellBalancing.at(15));
        QCOMPARE(std::count(state.cellBalancing.begin(), state.cellBalancing.end(), true), 2);
        state = status(hex("0102030405060200000000000000000000000000"));
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.problemCode, 0x010203040506);
    }

    void readsTheSettings()
    {
        Pack pack({}, Profile::constant(0));
        seplos::SeplosSimulator board(pack, 0);
        const std::unique_ptr<Driver> driver = make();
        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent, QByteArrayList{frame("~200046470000FDA9")});
        QCOMPARE(all.read.size(), 87U);
        QCOMPARE(valueOf(all, "cellOvervoltageAlarm").toDouble(), 3.5);
        QCOMPARE(valueOf(all, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(all, "packOvervoltage").toDouble(), 58.4);
        QCOMPARE(valueOf(all, "chargeOvertemperatureAlarm").toDouble(), 20.0);
        QCOMPARE(valueOf(all, "dischargeOvertemperatureAlarm").toDouble(), 28.0);
        QCOMPARE(valueOf(all, "heaterStart").toDouble(), 36.0);
        QCOMPARE(valueOf(all, "environmentOvertemperatureAlarm").toDouble(), 38.0);
        QCOMPARE(valueOf(all, "mosfetOvertemperatureRelease").toDouble(), 49.0);
        QCOMPARE(valueOf(all, "chargeOvercurrent").toDouble(), 160.0);
        QCOMPARE(valueOf(all, "dischargeOvercurrent").toDouble(), -165.0);
        QCOMPARE(valueOf(all, "ratedCapacity").toDouble(), 280.0);
        QCOMPARE(valueOf(all, "cellFaultDifference").toDouble(), 0.1);
        QCOMPARE(valueOf(all, "cells").toDouble(), 16.0);
        QCOMPARE(valueOf(all, "socAlarm").toDouble(), 28.0);
        QCOMPARE(valueOf(all, "compensation2Resistance").toDouble(), 3.6);
        for (const ParameterInfo &info : driver->parameters())
            QVERIFY(!info.writable);
        QVERIFY(!driver->writeParameters({{QStringLiteral("cells"), 15}}));
        QVERIFY(!driver->control(Control::Charge, 0, {}));
        board.refuses = {{0x47, 4}};
        QVERIFY(run(*driver, board, driver->readParameters({})).result.refused);
        QVERIFY(!run(*driver, board, driver->readParameters({}), 0).result.ok);
        QVERIFY(!run(*driver, board, driver->readParameters({QStringLiteral("nonsense")})).result.ok);
    }

    void takesNoSettingsWithOtherCounts()
    {
        const std::unique_ptr<Driver> driver = make();
        const Request request = *driver->readParameters({})->next({});
        QByteArray info = hex("003c") + QByteArray(120, '\1') + hex("1b") + QByteArray(35, '\1');
        Update update;
        QVERIFY(hear(*driver, request, ydt1363::makeFrame(header, 0, 0, info), update).state ==
                ReplyState::Complete);
        for (const auto &[at, value] : {std::pair{1, 59}, std::pair{122, 26}}) {
            QByteArray other = info;
            other[at] = static_cast<char>(value);
            update.clear();
            QVERIFY(hear(*driver, request, ydt1363::makeFrame(header, 0, 0, other), update).state ==
                    ReplyState::Waiting);
            QVERIFY(update.parameters.empty());
        }
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        seplos::SeplosSimulator board(pack, 0);
        damagedFramesGiveNothing(make, board, header, {0x4F, 0x51});
    }

    void takesALateReplyToSomethingElseForNothing()
    {
        Pack pack({}, Profile::constant(0));
        seplos::SeplosSimulator board(pack, 0);
        lateRepliesGiveNothing(make, board, {});
    }

    void doesNotRecogniseOthers()
    {
        Pack pack({}, Profile::constant(0));
        seplos::SeplosSimulator board(pack, 0);
        const std::unique_ptr<Driver> driver = make();
        BatteryState read = round(*driver, board, Phase::Identify);
        QVERIFY(driver->recognise(read) == Recognition::Yes);
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.voltage = *read.voltage * 1.04;
        QVERIFY(driver->recognise(read) == Recognition::No);
        // A Pylontech reply has two or four values behind a voltage in mV.
        const std::unique_ptr<Driver> other = make();
        QByteArray info = hex("110210");
        for (int i = 0; i < 16; ++i)
            info += hex("0ce4");
        info +=
            hex("06") + QByteArray(12, '\x0b') + hex("0000") + hex("149f") + hex("82dc") + hex("02c350001f");
        Update update;
        (void)hear(*other, requestWith(*other, 0x42), ydt1363::makeFrame(header, 0, 0, info), update);
        QVERIFY(update.values.voltage);
        QVERIFY(other->recognise(update.values) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestSeplos)
#include "tst_seplos.moc"
