// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pylontech/pylontechdriver.h"
#include "drivers/pylontech/pylontechsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/ydt1363/asciitalk.h"

using namespace sb;
using namespace sb::talk;
using pylontech::PylontechSimulator;

namespace {

constexpr ydt1363::Header header{'~', 0x20, 0x46};

std::unique_ptr<Driver> makeAt(int address)
{
    return pylontech::driver().create({TransportKind::Serial, address, {}});
}
std::unique_ptr<Driver> make() { return makeAt(2); }

QByteArray frame(const char *characters) { return QByteArray(characters) + '\r'; }

PackConfig usual(double capacityAh = 50)
{
    PackConfig config;
    config.cells = 15;
    config.capacityAh = capacityAh;
    return config;
}

/// An alarm reply of 3 cells and 2 sensors: their bytes, those of current, voltage, current, and the status.
BatteryState alarms(const char *cells, const char *sensors, const char *limits, const char *status,
                    double current = 0)
{
    const std::unique_ptr<Driver> driver = make();
    Update update;
    QByteArray reading = hex("1102030ce40ce40ce4020baa0baa");
    appendInteger(reading, std::lround(current * 10), Wire::S16BE);
    reading += hex("26ac82dc02c350001f");
    (void)hear(*driver, requestWith(*driver, 0x42), ydt1363::makeFrame(header, 2, 0, reading), update);
    const QByteArray info = hex("110203") + hex(cells) + hex("02") + hex(sensors) + hex(limits) + hex(status);
    update.clear();
    (void)hear(*driver, requestWith(*driver, 0x44), ydt1363::makeFrame(header, 2, 0, info), update);
    return update.values;
}

} // namespace

class TestPylontech : public QObject
{
    Q_OBJECT
private slots:
    void asksWhatTheProtocolFilePrints()
    {
        const std::unique_ptr<Driver> driver = make();
        const auto bytes = [&](int id) { return requestWith(*driver, id).bytes; };
        QCOMPARE(bytes(0x42), frame("~20024642E00202FD33"));
        QCOMPARE(requestWith(*driver, 0x42).otherForms,
                 (std::vector<QByteArray>{frame("~20024642E002FFFD09"), frame("~200246610000FDAB")}));
        QCOMPARE(bytes(0x44), frame("~20024644E00202FD31"));
        QCOMPARE(bytes(0x4F), frame("~2002464F0000FD98"));
        QCOMPARE(bytes(0x51), frame("~200246510000FDAC"));
        QCOMPARE(bytes(0x92), frame("~20024692E00202FD2E"));
        QCOMPARE(requestWith(*driver, 0x92).otherForms,
                 (std::vector<QByteArray>{frame("~200246630000FDA9")}));
        QCOMPARE(bytes(0x93), frame("~20024693E00202FD2D"));
        QCOMPARE(bytes(0x96), frame("~20024696E00202FD2A"));
        QCOMPARE(driver->readParameters({})->next({})->bytes, frame("~200246470000FDA7"));
        // An imitation has no master, and a group its own.
        QVERIFY(!contains(requestWith(*makeAt(0), 0x42).otherForms, frame("~20004642E002FFFD0B")));
        QVERIFY(contains(requestWith(*makeAt(0x15), 0x42).otherForms,
                         ydt1363::makeFrame(header, 0x12, 0x42, hex("ff"))));
    }

    void readsASimulatedPack()
    {
        Pack pack(usual(), Profile::constant(-6.2));
        pack.advance(5);
        PylontechSimulator board(pack, 3);
        const std::unique_ptr<Driver> driver = makeAt(3);
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) < 0.02);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.051);
        QVERIFY(std::abs(*state.soc - pack.soc()) <= 0.01);
        QCOMPARE(*state.capacityAh, 50.0);
        QCOMPARE(*state.cellCount, 15);
        QCOMPARE(state.temperatures.size(), 5U);
        QVERIFY(std::abs(*state.temperatures[0] - pack.mosfetTemperature()) <=
                0.051); // the board's comes first
        QVERIFY(*state.chargeAllowed && *state.dischargeAllowed);
        QCOMPARE(*state.maxVoltage, 53.25);
        QCOMPARE(*state.minVoltage, 45.0);
        QCOMPARE(*state.maxChargeCurrent, 25.0);
        QCOMPARE(*state.maxDischargeCurrent, 25.0);
        QCOMPARE(*state.serialNumber, QStringLiteral("PPTBH02400710103"));
        QCOMPARE(*state.uniqueId, *state.serialNumber);
        QCOMPARE(*state.productName, QStringLiteral("US2KBPL"));
        QCOMPARE(*state.manufacturer, QStringLiteral("Pylon"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("2.8.6"));
        QVERIFY(round(*driver, board, Phase::Poll, &good).voltage && good);
    }

    void readsLargeCapacities()
    {
        Pack pack(usual(280), Profile::constant(0));
        PylontechSimulator board(pack, 2);
        QCOMPARE(*round(*make(), board, Phase::Identify).capacityAh, 280.0);
        Pack small(usual(60), Profile::constant(0));
        PylontechSimulator wide(small, 2);
        wide.countsWide = true;
        QCOMPARE(*round(*make(), wide, Phase::Identify).capacityAh, 60.0);
    }

    void tellsPacksWithoutSerialNumberApartByAddress()
    {
        Pack pack(usual(), Profile::constant(0));
        PylontechSimulator board(pack, 4);
        board.refuses = {{0x93, 4}, {0x96, 4}};
        const BatteryState state = round(*makeAt(4), board, Phase::Identify);
        QCOMPARE(*state.uniqueId, QStringLiteral("US2KBPL_4"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("2.5"));
    }

    void readsThePacksBehindTheFirstOfTheGroup()
    {
        Pack first(usual(), Profile::constant(0));
        Pack second(usual(74), Profile::constant(0));
        PylontechSimulator board(first, 2);
        board.behind(second);
        bool good = false;
        QCOMPARE(*round(*makeAt(3), board, Phase::Identify, &good).capacityAh, 74.0);
        QVERIFY(good);
        (void)round(*makeAt(4), board, Phase::Identify, &good);
        QVERIFY(!good); // there are two
        (void)round(*makeAt(0x13), board, Phase::Identify, &good);
        QVERIFY(!good); // another group
    }

    void readsABatteryThatKnowsOnlyTheStacksCommands()
    {
        Pack pack(usual(), Profile::constant(-12.5));
        pack.advance(5);
        PylontechSimulator board(pack, 2, PylontechSimulator::Commands::Stack);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(state.cellVoltages.empty() && state.minCellVoltage && state.maxCellVoltage);
        QCOMPARE(*state.soh, 99.0);
        QCOMPARE(*state.maxChargeCurrent, 25.0);
        QVERIFY(!state.alarms.isEmpty());
        QCOMPARE(requestWith(*driver, 0x42, Phase::Poll).bytes, frame("~200246610000FDAB"));
        QCOMPARE(requestWith(*driver, 0x44, Phase::Poll).bytes, ydt1363::makeFrame(header, 2, 0x62));
        QCOMPARE(requestWith(*driver, 0x92, Phase::Poll).bytes, frame("~200246630000FDA9"));
    }

    void readsEachStatusBit_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QStringList>("expected");
        const char *const names[] = {
            "HighVoltage2",          "LowCellVoltage2",  "HighChargeCurrent2",     "",
            "HighDischargeCurrent2", "HighTemperature2", "HighChargeTemperature2", "LowVoltage2"};
        for (int bit = 0; bit < 8; ++bit) {
            const QString name = QString::fromLatin1(names[bit]);
            QTest::addRow("status 1 bit %d", bit)
                << QByteArray(QByteArray::number(0x100 | 1 << bit, 16).mid(1) + "06000000")
                << (name.isEmpty() ? QStringList() : QStringList(name));
            QTest::addRow("status 2 bit %d", bit)
                << QByteArray("00" + QByteArray::number(0x100 | 1 << bit, 16).mid(1) + "000000")
                << QStringList();
            QTest::addRow("status 3 bit %d", bit)
                << QByteArray("0000" + QByteArray::number(0x100 | 1 << bit, 16).mid(1) + "0000")
                << QStringList();
            QTest::addRow("status 4 bit %d", bit)
                << QByteArray("000000" + QByteArray::number(0x100 | 1 << bit, 16).mid(1) + "00")
                << QStringList(QStringLiteral("InternalFailure2"));
            QTest::addRow("status 5 bit %d", bit)
                << QByteArray("00000000" + QByteArray::number(0x100 | 1 << bit, 16).mid(1))
                << QStringList(QStringLiteral("InternalFailure2"));
        }
    }
    void readsEachStatusBit()
    {
        QFETCH(QByteArray, status);
        QFETCH(QStringList, expected);
        QCOMPARE(raised(alarms("000000", "0000", "000000", status.constData())), expected);
    }

    void readsHowValuesAreToTheirLimits()
    {
        const auto none = QStringList();
        const auto one = [](const char *name) { return QStringList(QLatin1String(name)); };
        const char *const fine = "0006000000";
        QCOMPARE(raised(alarms("000100", "0000", "000000", fine)), one("LowCellVoltage2"));
        QCOMPARE(raised(alarms("000002", "0000", "000000", fine)), one("HighCellVoltage2"));
        QCOMPARE(raised(alarms("f00000", "0000", "000000", fine)), one("InternalFailure2"));
        QCOMPARE(raised(alarms("000000", "0001", "000000", fine)), one("LowTemperature2"));
        QCOMPARE(raised(alarms("000000", "0200", "000000", fine)), one("HighTemperature2"));
        QCOMPARE(raised(alarms("000000", "0001", "000000", fine, 5)), one("LowChargeTemperature2"));
        QCOMPARE(raised(alarms("000000", "0200", "000000", fine, 5)), one("HighChargeTemperature2"));
        QCOMPARE(raised(alarms("000000", "0200", "000000", fine, -5)), one("HighTemperature2"));
        QCOMPARE(raised(alarms("000000", "f000", "000000", fine)), one("InternalFailure2"));
        QCOMPARE(raised(alarms("000000", "0000", "010000", fine)), none);
        QCOMPARE(raised(alarms("000000", "0000", "020000", fine)), one("HighChargeCurrent2"));
        QCOMPARE(raised(alarms("000000", "0000", "000100", fine)), one("LowVoltage2"));
        QCOMPARE(raised(alarms("000000", "0000", "000200", fine)), one("HighVoltage2"));
        QCOMPARE(raised(alarms("000000", "0000", "00f000", fine)), one("InternalFailure2"));
        QCOMPARE(raised(alarms("000000", "0000", "000001", fine)), none);
        QCOMPARE(raised(alarms("000000", "0000", "000002", fine)), one("HighDischargeCurrent2"));
        QCOMPARE(*alarms("000000", "0000", "000000", "8306200000").problemCode, 0x83);
        QCOMPARE(*alarms("000000", "0000", "000000", "8306200000").heating, true);
    }

    void readsEachAlarmOfAStack_data()
    {
        QTest::addColumn<int>("byte");
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        const char *const first[] = {"",
                                     "HighInternalTemperature",
                                     "LowTemperature",
                                     "HighTemperature",
                                     "LowCellVoltage",
                                     "HighCellVoltage",
                                     "LowVoltage",
                                     "HighVoltage"};
        for (int bit = 0; bit < 8; ++bit) {
            const QString name = QString::fromLatin1(first[bit]);
            QTest::addRow("byte 0 bit %d", bit)
                << 0 << bit
                << (bit == 0 ? QStringLiteral("CellImbalance1") : QString(name + QLatin1Char('1')));
            QTest::addRow("byte 2 bit %d", bit)
                << 2 << bit << (bit == 0 ? QString() : QString(name + QLatin1Char('2')));
        }
        const char *const warnings[] = {
            "", "", "", "", "InternalFailure1", "HighDischargeCurrent1", "HighChargeCurrent1", ""};
        const char *const errors[] = {
            "", "", "", "InternalFailure2", "", "HighDischargeCurrent2", "HighChargeCurrent2", ""};
        for (int bit = 0; bit < 8; ++bit) {
            QTest::addRow("byte 1 bit %d", bit) << 1 << bit << QString::fromLatin1(warnings[bit]);
            QTest::addRow("byte 3 bit %d", bit) << 3 << bit << QString::fromLatin1(errors[bit]);
        }
    }
    void readsEachAlarmOfAStack()
    {
        QFETCH(int, byte);
        QFETCH(int, bit);
        QFETCH(QString, alarm);
        QByteArray info(4, '\0');
        info[byte] = static_cast<char>(1 << bit);
        const std::unique_ptr<Driver> driver = make();
        Request request = requestWith(*driver, 0x44);
        while (request.bytes != ydt1363::makeFrame(header, 2, 0x62))
            request.nextForm();
        Update update;
        QVERIFY(hear(*driver, request, ydt1363::makeFrame(header, 2, 0, info), update).state ==
                ReplyState::Complete);
        QCOMPARE(raised(update.values), alarm.isEmpty() ? QStringList() : QStringList(alarm));
    }

    void limitsCountBesideTheFets()
    {
        Pack pack(usual(), Profile::constant(0));
        PylontechSimulator board(pack, 2);
        board.forbidsCharging = true;
        BatteryState state = round(*make(), board, Phase::Identify);
        QVERIFY(!*state.chargeAllowed && *state.dischargeAllowed);
        board.forbidsCharging = false;
        pack.lockDischarge(true);
        state = round(*make(), board, Phase::Identify);
        QVERIFY(*state.chargeAllowed && !*state.dischargeAllowed);
        board.refuses = {{0x92, 4}}; // only the FETs are told
        state = round(*make(), board, Phase::Identify);
        QVERIFY(*state.chargeAllowed && !*state.dischargeAllowed && !state.maxVoltage);
    }

    void readsTheSettings()
    {
        Pack pack(usual(), Profile::constant(0));
        PylontechSimulator board(pack, 2);
        const std::unique_ptr<Driver> driver = make();
        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent.size(), 1);
        QCOMPARE(all.read.size(), 12U);
        QCOMPARE(valueOf(all, "cellOvervoltageAlarm").toDouble(), 3.7);
        QCOMPARE(valueOf(all, "cellUndervoltage").toDouble(), 2.8);
        QCOMPARE(valueOf(all, "chargeOvertemperature").toDouble(), 50.0);
        QCOMPARE(valueOf(all, "dischargeUndertemperature").toDouble(), -10.0);
        QCOMPARE(valueOf(all, "packOvervoltage").toDouble(), 55.5);
        QCOMPARE(valueOf(all, "dischargeCurrentLimit").toDouble(), -25.0);
        for (const ParameterInfo &info : driver->parameters())
            QVERIFY(!info.writable);
        QVERIFY(!driver->writeParameters({{QStringLiteral("cellUndervoltage"), 2.9}}));
        QVERIFY(!driver->control(Control::Discharge, 0, {}));
        board.refuses = {{0x47, 4}};
        QVERIFY(run(*driver, board, driver->readParameters({})).result.refused);
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack(usual(), Profile::constant(0));
        PylontechSimulator board(pack, 2);
        damagedFramesGiveNothing(make, board, header, {0x4F});
    }

    void takesALateReplyToSomethingElseForNothing()
    {
        Pack pack(usual(), Profile::constant(0));
        PylontechSimulator board(pack, 2);
        lateRepliesGiveNothing(make, board, {});
    }

    void doesNotRecogniseOthers()
    {
        Pack pack(usual(), Profile::constant(0));
        PylontechSimulator board(pack, 2);
        const std::unique_ptr<Driver> driver = make();
        BatteryState read = round(*driver, board, Phase::Identify);
        QVERIFY(driver->recognise(read) == Recognition::Yes);
        QVERIFY(make()->recognise(read) == Recognition::No);
        read.voltage = *read.voltage * 1.06;
        QVERIFY(driver->recognise(read) == Recognition::No);
        read.cellVoltages.clear();
        QVERIFY(driver->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestPylontech)
#include "tst_pylontech.moc"
